"""Stems chosen button by button: no tap undoes an earlier one, even on an outdated keyboard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.actions import Action, Verb, parse_action
from bot.cards.taps import Tap, read_tap
from bot.chats.stem_choice import StemChoice
from jobs.models import Stem
from jobs.music.separation_models import MODELS
from jobs.queue.requests import JobQueue
from tests.models import NAMES

V, D, B, P, O = Stem.VOCALS, Stem.DRUMS, Stem.BASS, Stem.PIANO, Stem.OTHER  # noqa: E741 - as buttons call them
HERE = "telegram:1:7"

WAYS = [
    ("one after the other", ["4v.v", "4vd.d", "4d.v"], (D,)),
    ("faster than the keyboard", ["4v.v", "4d.d", "4b.b"], (V, D, B)),
    ("a double tap", ["4v.v", "4v.v"], (V,)),
    ("one taken back, another on", ["4vd", "4v.d", "4vdb.b"], (V, B)),
    ("the last one taken back", ["4v", "4.v", "4.v"], ()),
    ("nothing is left, and nothing comes back", ["4v", "4.v", "4vo.o"], (O,)),
    ("begun anew", ["4v.v", "4"], ()),
    ("buttons of an earlier version", ["4v", "4vd"], (V, D)),
    ("of another separation", ["5vp", "4vd.d"], (V, D)),
    ("what the separation does not give", ["4vp.p"], (V,)),
    ("nothing is remembered", ["4vb.b"], (V, B)),
]


@pytest.mark.parametrize(("taps", "chosen"), [way[1:] for way in WAYS], ids=[way[0] for way in WAYS])
async def test_taps_add_up(queue: JobQueue, taps: list[str], chosen: tuple[Stem, ...]) -> None:
    assert await StemChoice(queue.redis).picked(HERE, NAMES[4]) is None
    for tap in taps:
        last = await StemChoice(queue.redis).pick(HERE, read_tap(tap, NAMES[2]))
    assert last == chosen
    assert await StemChoice(queue.redis).picked(HERE, NAMES[4]) == chosen
    assert await StemChoice(queue.redis).picked("telegram:1:8", NAMES[4]) is None, "nor is it chosen anywhere else"
    assert 0 < await queue.redis.ttl(f"flbt:picked:{HERE}") <= 7 * 24 * 3600


@pytest.mark.parametrize("noted", [b"", b"\xff\xfe", b"4vp?", b"nonsense"])
async def test_what_makes_no_sense_is_not_remembered(queue: JobQueue, noted: bytes) -> None:
    await queue.redis.set(f"flbt:picked:{HERE}", noted)
    assert await StemChoice(queue.redis).picked(HERE, NAMES[4]) in (None, (V,))


@given(st.sampled_from([*MODELS]), st.sampled_from([*MODELS]), st.data())
def test_a_button_keeps_model_stems_and_tap(own: str, model: str, chance: st.DataObject) -> None:
    chosen = tuple(one for one in MODELS[model].stems if chance.draw(st.booleans()))
    tap = Tap(model=model, chosen=chosen, stem=chance.draw(st.sampled_from([None, *MODELS[model].stems])))
    action = Action(verb=Verb.PICK, target="0" * 16, choice=tap.choice(own))
    assert parse_action(action.text) == action
    assert read_tap(action.choice, own) == tap

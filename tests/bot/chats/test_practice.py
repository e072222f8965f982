"""The choice for practice under a message: each tap changes one thing; the last one of a person is remembered."""

import asyncio

import pytest

from bot.cards.practice import Choice
from bot.chats.practice import PracticeMemory
from jobs.models import Effect, Mix, Model, Order, Stem
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.requests import JobQueue
from tests.models import NAMES

V, D, B, O = Stem.VOCALS, Stem.DRUMS, Stem.BASS, Stem.OTHER  # noqa: E741
FOUR = NAMES[4]
HERE, ANA = "telegram:1:10", "telegram:1"
SHOWN = Choice(stems=(V, D), effect=Effect(key=12))


@pytest.fixture
def memory(queue: JobQueue) -> PracticeMemory:
    return PracticeMemory(queue.redis)


@pytest.mark.parametrize(
    ("change", "after"),
    [
        ("-v", Choice(stems=(D,), effect=Effect(key=12))),
        ("+b", Choice(stems=(V, D, B), effect=Effect(key=12))),
        ("t60", Choice(stems=(V, D), effect=Effect(tempo=60, key=12))),
        ("k+1", SHOWN),
        ("k-1", Choice(stems=(V, D), effect=Effect(key=11))),
        ("k0", Choice(stems=(V, D))),
        ("c1", Choice(stems=(V, D), effect=Effect(key=12, click="mixed"))),
        ("c2", Choice(stems=(V, D), effect=Effect(key=12, click="stage"))),
        ("i2", Choice(stems=(V, D), effect=Effect(key=12, count_in=2))),
        ("", SHOWN),
    ],
)
async def test_a_tap_changes_one_thing(memory: PracticeMemory, change: str, after: Choice) -> None:
    assert await memory.change(HERE, SHOWN, change, FOUR) == after
    assert await memory.change(HERE, Choice(stems=()), "", FOUR) == after  # the stored choice, not the shown one


async def test_taps_on_an_old_page_at_the_same_time_all_count(memory: PracticeMemory) -> None:
    shown = await memory.first(ANA, Order(model=Model(name=FOUR)))
    await memory.begin(HERE, shown, FOUR)
    await asyncio.gather(*(memory.change(HERE, shown, tap, FOUR) for tap in ("-d", "t80", "k-1", "k-1", "-v")))
    assert await memory.change(HERE, shown, "", FOUR) == Choice(stems=(B, O), effect=Effect(tempo=80, key=-2))


async def test_beyond_the_last_key_one_tap_leads_back(memory: PracticeMemory) -> None:
    for _ in range(3):
        await memory.change(HERE, SHOWN, "k+1", FOUR)
    assert (await memory.change(HERE, SHOWN, "k-1", FOUR)).effect.key == 11


async def test_what_a_person_made_is_offered_for_the_next_song(memory: PracticeMemory) -> None:
    made = Choice(stems=(V, B, O), effect=Effect(tempo=70, click="mixed", count_in=1))
    await memory.remember(ANA, made, FOUR)
    assert await memory.first(ANA, Order(model=Model(name=FOUR))) == made
    two = await memory.first(ANA, Order(model=Model(name=NAMES[2])))
    assert two == Choice(stems=(V, Stem.ACCOMPANIMENT), effect=made.effect)
    assert (await memory.first("telegram:2", Order(model=Model(name=FOUR)))).effect == Effect()


async def test_a_choice_of_an_earlier_version_has_no_click(memory: PracticeMemory, queue: JobQueue) -> None:
    await answer(queue.redis.hset(keys.practice_at(HERE), mapping={"t": 80, "k": 0, "v": 1, "d": 0, "b": 1, "o": 1}))
    assert await memory.change(HERE, SHOWN, "i1", FOUR) == Choice(stems=(V, B, O), effect=Effect(tempo=80, count_in=1))


async def test_a_mix_is_practised_as_it_is(memory: PracticeMemory) -> None:
    await memory.remember(ANA, Choice(stems=(V,), effect=Effect(tempo=60)), FOUR)
    order = Order(model=Model(name=FOUR), content=Mix(stems=(D, B)), effect=Effect(key=3))
    assert await memory.first(ANA, order) == Choice(stems=(D, B), effect=Effect(key=3))

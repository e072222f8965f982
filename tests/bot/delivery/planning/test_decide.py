"""The next step of a delivery, for every kind of facts."""

from dataclasses import replace

import pytest

from bot.delivery.planning.decide import (
    RETURNS,
    Begin,
    Facts,
    Finish,
    GiveUp,
    MarkUncertain,
    NoteMemo,
    Send,
    SendBack,
    Step,
    Stop,
    decide,
    stored_plan,
)
from bot.delivery.planning.noted import Before, Memo, Noted, PartNote, PartState
from bot.delivery.planning.pieces import picture_of
from bot.delivery.planning.plan import CLOUD, LOCAL, Limits, Part
from jobs.failures import Reason
from jobs.models import Archive, Encoding, Format, Model, Order, Package, Rendition, Request, Stem
from jobs.progress import RequestPhase
from jobs.queue.recipe import Recipe
from jobs.results import Rendered, StoredFile
from tests.bot.delivery.following import ask
from tests.bot.delivery.planning.plans import MB, archive, notes, song, stems

UNET = Recipe(engine="unet", kbps=320)
SONG = song().model_copy(update={"engine": "unet 0.1.0 f32"})
STEMS, ZIP = (
    Rendition(encoding=Encoding(format=Format.MP3)),
    Rendition(encoding=Encoding(format=Format.MP3), package=Archive()),
)
MADE = (stems(Format.MP3, 9, 9), archive(Format.MP3, 18))
REQUEST = ask(package=Package.BOTH)

#: Stems and zip of a song are in the store, made by the current recipe; no part was sent yet.
READY = Facts(
    request=REQUEST,
    phase=RequestPhase.READY,
    noted=Noted(),
    limits=CLOUD,
    recipe=UNET,
    manifest=SONG,
    rendered=MADE,
)
SENDING = replace(READY, phase=RequestPhase.SENDING)
PLAN = stored_plan(SONG, MADE, REQUEST.order, CLOUD, UNET)
ALBUM, ARCHIVE = PLAN.parts
BEFORE = Before(manifest=SONG, plan=PLAN)


def noted(memo: Memo | None = None, **states: PartState) -> Noted:
    """States by the parts' ids, with `_` for `-`."""
    parts = {part.replace("_", "-"): PartNote(state=state) for part, state in states.items()}
    return Noted(memo=memo or Memo(), parts=parts)


def due(part: Part, **limits: int) -> Step:
    """A part is sent; refused for its size, it would be planned again under these limits."""
    return Send(part, Memo(limits=CLOUD.model_copy(update=limits)))


def internal() -> Step:
    step = decide(replace(READY, manifest=None, noted=noted(Memo(returns=RETURNS))))
    assert isinstance(step, GiveUp)
    assert step.failure.reason is Reason.INTERNAL
    return step


OTHER_ENGINE = SONG.model_copy(update={"engine": "stock 2.4.2"})
OTHER_RATE = MADE[0].model_copy(update={"kbps": 192})
LEARNT = Memo(limits=CLOUD.model_copy(update={"request_bytes": 17 * MB}))
PICTURED = SONG.model_copy(update={"picture": StoredFile(name="picture.png", bytes_=60_000)})
SEEN = Memo(picture=picture_of(PICTURED))
WITH_PICTURE = replace(READY, manifest=PICTURED)
ALL_SENT = noted(SEEN, stems_mp3=PartState.SENT, zip_mp3=PartState.SENT)
FOUR = song(stems=4).model_copy(update={"engine": SONG.engine, "picture": PICTURED.picture})
MIX = Order(model=Model(name="spleeter-4"), mix=(Stem.VOCALS, Stem.BASS, Stem.OTHER))
MIXED = Rendered(rendition=MIX.renditions[0], files=(StoredFile(name="mix.mp3", bytes_=MB, stem=None),), kbps=320)
APART = stored_plan(SONG, MADE, Order(), LEARNT.limits or CLOUD, UNET)

CASES: dict[str, tuple[Facts, Step]] = {
    **{
        f"it is {phase}": (replace(READY, phase=phase), Stop())
        for phase in [None, *RequestPhase]
        if phase not in (RequestPhase.READY, RequestPhase.SENDING)
    },
    "the store has lost the track": (
        replace(READY, manifest=None, rendered=()),
        SendBack((STEMS, ZIP), Memo(returns=1), quick=False),
    ),
    "the store has lost it between two parts": (
        replace(SENDING, manifest=None, rendered=(), noted=noted(stems_mp3=PartState.SENT)),
        SendBack((STEMS, ZIP), Memo(returns=1), quick=False),
    ),
    "another engine made it": (
        replace(READY, manifest=OTHER_ENGINE),
        SendBack((STEMS, ZIP), Memo(returns=1), quick=False),
    ),
    "another engine made it, no worker ever ran": (replace(READY, manifest=OTHER_ENGINE, recipe=None), Begin()),
    "another engine made it, a part was sent": (
        replace(SENDING, manifest=OTHER_ENGINE, noted=noted(stems_mp3=PartState.SENT)),
        due(
            stored_plan(OTHER_ENGINE, MADE, REQUEST.order, CLOUD, UNET).parts[1],
            file_bytes=18 * MB - 1,
            request_bytes=18 * MB - 1,
        ),
    ),
    "another engine made it, when it was sent back": (
        replace(READY, manifest=OTHER_ENGINE, noted=noted(Memo(returns=1))),
        Begin(),
    ),
    "nothing is rendered": (replace(READY, rendered=()), SendBack((STEMS, ZIP), Memo(returns=1), quick=True)),
    "a rendition is missing": (
        replace(READY, rendered=MADE[:1], noted=noted(Memo(returns=3))),
        SendBack((ZIP,), Memo(returns=4), quick=True),
    ),
    "a rendition has another bit rate": (
        replace(READY, rendered=(OTHER_RATE, MADE[1])),
        SendBack((STEMS,), Memo(returns=1), quick=True),
    ),
    "it was sent back too often": (replace(READY, rendered=(), noted=noted(Memo(returns=RETURNS))), internal()),
    "all is there": (READY, Begin()),
    "it begins": (SENDING, due(ALBUM, request_bytes=18 * MB - 1)),
    "a part is to be sent again": (
        replace(SENDING, noted=noted(stems_mp3=PartState.DUE, zip_mp3=PartState.SENT)),
        due(ALBUM, request_bytes=18 * MB - 1),
    ),
    "a part was sent": (
        replace(SENDING, noted=noted(stems_mp3=PartState.SENT)),
        due(ARCHIVE, file_bytes=18 * MB - 1, request_bytes=18 * MB - 1),
    ),
    "a part was being sent": (
        replace(SENDING, noted=noted(stems_mp3=PartState.SENDING)),
        MarkUncertain("stems-mp3"),
    ),
    "the last part was being sent": (
        replace(SENDING, noted=noted(stems_mp3=PartState.SENT, zip_mp3=PartState.SENDING)),
        MarkUncertain("zip-mp3"),
    ),
    "a part is uncertain": (
        replace(SENDING, noted=noted(stems_mp3=PartState.UNCERTAIN)),
        due(ARCHIVE, file_bytes=18 * MB - 1, request_bytes=18 * MB - 1),
    ),
    "nothing is left": (
        replace(SENDING, noted=noted(stems_mp3=PartState.UNCERTAIN, zip_mp3=PartState.SENT)),
        Finish(SONG, PLAN, has_picture=False),
    ),
    "all was sent, and it was sent back meanwhile": (
        replace(READY, noted=noted(stems_mp3=PartState.SENT, zip_mp3=PartState.SENT)),
        Begin(),
    ),
    "the platform has all, the store nothing": (
        replace(READY, manifest=None, rendered=(), before=BEFORE),
        NoteMemo(Memo(manifest=SONG)),
    ),
    "the platform has all, which is noted": (
        replace(READY, manifest=None, rendered=(), before=BEFORE, noted=noted(Memo(manifest=SONG))),
        Begin(),
    ),
    "the platform has all, the store what another engine made": (
        replace(READY, manifest=OTHER_ENGINE, rendered=(), before=BEFORE),
        Begin(),
    ),
    "the platform has all, but has refused a size": (
        replace(READY, rendered=(), before=BEFORE, noted=noted(LEARNT)),
        SendBack((STEMS, ZIP), LEARNT.model_copy(update={"returns": 1}), quick=True),
    ),
    "the store has it again": (replace(READY, noted=noted(Memo(manifest=SONG))), NoteMemo(Memo())),
    "the card gets the picture, which is noted first": (WITH_PICTURE, NoteMemo(SEEN)),
    "the picture is noted": (replace(WITH_PICTURE, noted=noted(SEEN)), Begin()),
    "the chat has the picture on another card": (replace(WITH_PICTURE, has_picture=True), Begin()),
    "the picture is above the platform's limit": (
        replace(WITH_PICTURE, limits=CLOUD.model_copy(update={"photo_bytes": 59_999})),
        Begin(),
    ),
    "a mix has no picture": (
        replace(
            READY,
            manifest=FOUR,
            rendered=(MIXED,),
            request=REQUEST.model_copy(update={"order": MIX}),
        ),
        Begin(),
    ),
    "another card got the picture while this one was sent": (
        replace(WITH_PICTURE, phase=RequestPhase.SENDING, noted=ALL_SENT, has_picture=True),
        Finish(PICTURED, PLAN, has_picture=True),
    ),
    "all was sent, and the card has the picture": (
        replace(WITH_PICTURE, phase=RequestPhase.SENDING, noted=ALL_SENT),
        Finish(PICTURED, PLAN, has_picture=True),
    ),
    "it was begun by a version that sent the picture apart": (
        replace(
            WITH_PICTURE, phase=RequestPhase.SENDING, noted=noted(stems_mp3=PartState.SENT, zip_mp3=PartState.SENT)
        ),
        Finish(PICTURED, PLAN, has_picture=False),
    ),
    "learnt limits are below the platform's": (
        replace(SENDING, request=ask(), noted=noted(LEARNT.model_copy(update={"notes": APART.notes}))),
        Send(
            APART.parts[0],
            Memo(
                notes=APART.notes,
                limits=CLOUD.model_copy(update={"file_bytes": 9 * MB - 1, "request_bytes": 9 * MB - 1}),
            ),
        ),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_next_step(name: str) -> None:
    facts, step = CASES[name]
    assert decide(facts) == step


def test_what_is_sent_otherwise_than_wished_is_noted_before_anything_is_sent() -> None:
    facts = replace(READY, request=ask(), noted=noted(LEARNT))
    step = decide(facts)
    assert isinstance(step, NoteMemo)
    assert step.memo.notes == APART.notes
    assert notes(APART) == ["note-several-messages"]
    again = Memo.model_validate_json(step.memo.model_dump_json())
    assert decide(replace(facts, noted=noted(again))) == Begin(), "noted once, whatever JSON makes of it"


def test_what_fits_in_no_way_is_given_up_with_its_size() -> None:
    step = decide(replace(SENDING, limits=Limits(file_bytes=1, request_bytes=1), request=ask()))
    assert isinstance(step, GiveUp)
    assert step.failure.reason is Reason.UNSENDABLE
    assert step.failure.values["limit_bytes"] == 1


def test_a_request_returned_too_often_fails() -> None:
    facts, times = replace(READY, rendered=()), 0
    while isinstance(step := decide(facts), SendBack):
        times += 1
        facts = replace(facts, noted=Noted(memo=step.memo))
    assert times == RETURNS
    assert step == internal()


@pytest.mark.parametrize("limits", [CLOUD, LOCAL])
@pytest.mark.parametrize("request_", [ask(), ask(package=Package.ZIP), REQUEST], ids=lambda one: one.order.package)
@pytest.mark.parametrize("lost", [None, 0, 1])
def test_a_delivery_step_by_step_sends_each_part_once(limits: Limits, request_: Request, lost: int | None) -> None:
    """`lost`: the sender of that part dies before it can note how the sending ended."""
    facts, sent = replace(READY, limits=limits, request=request_), list[str]()
    states: dict[str, PartNote] = {}
    while not isinstance(step := decide(facts), Finish):
        match step:
            case Begin():
                facts = replace(facts, phase=RequestPhase.SENDING)
            case Send(part, _):
                state = PartState.SENDING if len(sent) == lost else PartState.SENT
                states[part.id] = PartNote(state=state)
                sent.append(part.id)
            case MarkUncertain(id_):
                assert sent[-1] == id_
                states[id_] = PartNote(state=PartState.UNCERTAIN)
            case _:
                raise AssertionError(step)
        facts = replace(facts, noted=Noted(parts=dict(states)))
    assert sent == [part.id for part in step.plan.parts]
    assert facts.noted.uncertain == tuple(sent[lost : lost + 1] if lost is not None else ())

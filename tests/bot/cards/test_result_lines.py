"""Lines of results on another card: what they say, which there are, which results have none."""

import pytest

from bot.cards.result_lines import MOST, Listed, file_card, fits, result_lines, result_rows, seen
from jobs.failures import Failure, Reason
from jobs.models import Chart, Effect, Format, Mix, Model, Notes, Order, Package, Request, Stem, YouTube
from jobs.progress import Progress, RequestPhase, TrackStage, View

NOW = 1000.0
STEMS = Order()
NO_VOCALS = Order(content=Mix(stems=(Stem.ACCOMPANIMENT,)))
VOCALS = Order(content=Mix(stems=(Stem.VOCALS,)))
FOUR = Order(model=Model(name="spleeter-4"))


def listed(order: Order, phase: RequestPhase = RequestPhase.WAITING, number: int = 1, **about: object) -> Listed:
    request = Request(
        id=f"{number:016x}",
        platform="test",
        chat="test:1",
        asker="test:1",
        source=YouTube(video_id="dQw4w9WgXcQ"),
        order=order,
        created_at=NOW - 100 + number,
    )
    return Listed(View.model_validate({"request": request, "phase": phase, **about}))


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (NO_VOCALS, "No vocals: In line"),
        (Order(package=Package.ZIP), "Zip: In line"),
        (Order(format=Format.FLAC), "FLAC: In line"),
        (STEMS, "Again: In line"),
        (VOCALS.model_copy(update={"format": Format.WAV, "effect": Effect(tempo=80)}), "Vocals, 80 %, WAV: In line"),
    ],
)
def test_a_line_tells_in_what_a_result_differs(order: Order, said: str) -> None:
    assert result_lines([listed(order)], STEMS, "en") == [said]


def test_a_line_tells_how_far_it_is() -> None:
    progress = Progress(stage=TrackStage.RENDERING, fraction=0.4)
    assert result_lines([listed(VOCALS, progress=progress)], STEMS, "en") == ["Vocals: 40 %"]
    assert result_lines([listed(VOCALS, RequestPhase.SENDING)], STEMS, "en") == ["Vocals: Sending"]


def test_what_has_come_or_was_cancelled_has_no_line() -> None:
    ended = (RequestPhase.DONE, RequestPhase.CANCELLED)
    assert seen([listed(VOCALS, phase, number) for number, phase in enumerate(ended)], NOW) == ()


def test_what_was_just_asked_for_has_no_line_yet() -> None:
    new = listed(VOCALS, number=100)
    assert seen([new], NOW) == ()
    assert seen([new], NOW + 2) == (new,)


def test_a_failure_has_a_line_until_its_next_try() -> None:
    failed = listed(VOCALS, RequestPhase.FAILED, 1, failure=Failure(reason=Reason.STALLED))
    assert seen([failed], NOW) == (failed,)
    assert seen([failed, listed(VOCALS, RequestPhase.DONE, 2)], NOW) == ()
    ((button,),) = result_rows([failed], STEMS, "en")
    assert (button.label, button.action) == ("Try again", f"want:{failed.view.request.id}:again")


def test_a_failure_that_stays_has_no_button() -> None:
    failed = listed(VOCALS, RequestPhase.FAILED, failure=Failure(reason=Reason.UNSENDABLE))
    assert result_rows([failed], STEMS, "en") == ()


def test_of_many_the_newest_have_lines_and_buttons_with_names() -> None:
    formats = [listed(Order(format=one), number=number) for number, one in enumerate(Format)]
    shown = seen(formats, NOW)
    assert shown == tuple(formats[-MOST:])
    labels = [button.label for row in result_rows(shown, STEMS, "en") for button in row]
    assert labels == [f"Cancel: {one.view.request.order.format.label}" for one in shown]


@pytest.mark.parametrize(
    ("order", "host", "does"),
    [
        (VOCALS, STEMS, True),
        (VOCALS, FOUR, True),
        (Order(package=Package.ZIP), STEMS, True),
        (Order(content=Notes()), STEMS, True),
        (Order(content=Chart()), STEMS, False),  # its picture is on its card
        (FOUR, STEMS, False),  # its buttons are others
        (STEMS, VOCALS, False),
        (Order(effect=Effect(tempo=80)), STEMS, False),
    ],
)
def test_a_result_that_needs_more_than_a_line_has_its_own_card(order: Order, host: Order, does: bool) -> None:
    assert fits(order, host) is does


def test_under_a_file_stand_its_name_and_its_buttons() -> None:
    card = file_card(listed(VOCALS).view.request, None, "en", notes=["At 128 kbit/s."])
    assert card.text == "YouTube video youtu.be/dQw4w9WgXcQ · vocals\nAt 128 kbit/s."
    assert card.buttons[0][0].label == "All stems"

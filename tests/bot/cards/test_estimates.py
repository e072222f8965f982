"""What a card says about the time left."""

import pytest

from bot.cards.cards import card
from jobs.models import Order, Request, YouTube
from jobs.progress import Progress, RequestPhase, TrackStage, View


@pytest.mark.parametrize(
    ("fraction", "left", "line"),
    [
        (1.0, 0.0, "▰▰▰▰▰▰▰▰▰▰▰▱ 99 % · a few seconds left"),
        (0.999, 7.0, "▰▰▰▰▰▰▰▰▰▰▰▱ 99 % · a few seconds left"),
        (0.5, 61.0, "▰▰▰▰▰▰▱▱▱▱▱▱ 50 % · about 1 min left"),
        (0.0, None, "▱▱▱▱▱▱▱▱▱▱▱▱ 0 %"),
    ],
)
def test_no_card_claims_to_be_done_while_work_goes_on(fraction: float, left: float | None, line: str) -> None:
    request = Request(
        id="0" * 16, platform="test", chat="test:1", asker="test:1", address="a", language="en",
        source=YouTube(video_id="dQw4w9WgXcQ"), order=Order(), created_at=0.0,
    )  # fmt: skip
    progress = Progress(stage=TrackStage.SEPARATING, fraction=fraction, seconds_left=left)
    shown = card(View(request=request, phase=RequestPhase.WAITING, progress=progress), "en")
    assert shown.text.splitlines()[-1] == line

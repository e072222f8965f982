"""What earlier versions wrote is read: results outlive the version that made them."""

import json

import pytest

from jobs.models import Encoding, Format, Model, Rendition, YouTube
from jobs.progress import RequestPhase, View
from jobs.results import Manifest, Rendered, StoredFile, Tags
from tests.jobs.requests import ask

#: What a manifest had from the first day.
FIRST = {"track_id", "source", "model", "tags", "samples", "stems", "made_at"}


def test_a_manifest_without_what_came_later_is_of_a_song_that_was_left_as_it_is() -> None:
    new = Manifest(
        track_id="0123456789abcdef01234567", source=YouTube(video_id="dQw4w9WgXcQ"), model=Model(),
        tags=Tags(title="Song"),
        samples=44_100, stems=(StoredFile(name="vocals.flac", bytes_=9),), gain=0.5, made_at=1.0,
    )  # fmt: skip
    old = {name: value for name, value in json.loads(new.model_dump_json()).items() if name in FIRST}
    read = Manifest.model_validate_json(json.dumps(old))
    assert (read.gain, read.notes, read.engine, read.seconds) == (1.0, (), "", 1.0)
    assert (read.late, read.gaps) == (0.0, 0.0)
    assert (read.cover, read.picture, read.thumbnail) == (None, None, None)


def test_of_a_rendition_made_before_bit_rates_were_noted_none_is_known() -> None:
    new = Rendered(rendition=Rendition(encoding=Encoding(format=Format.MP3)), files=(), kbps=320)
    old = new.model_dump(mode="json", exclude={"kbps", "gain"})
    read = Rendered.model_validate_json(json.dumps(old))
    assert (read.kbps, read.gain) == (0, 1.0)


@pytest.mark.parametrize("phase", RequestPhase)
def test_a_request_is_open_until_it_is_done_failed_or_cancelled(phase: RequestPhase) -> None:
    assert View(request=ask(), phase=phase).is_open == (
        phase not in (RequestPhase.DONE, RequestPhase.FAILED, RequestPhase.CANCELLED)
    )

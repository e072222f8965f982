"""Results of earlier versions are read."""

import json

import pytest

from jobs.models import Encoding, Format, Model, Rendition, YouTube
from jobs.progress import RequestPhase, View
from jobs.results import Manifest, Rendered, StoredFile, Tags
from tests.jobs.requests import ask

#: Fields of the first manifests.
FIRST = {"track_id", "source", "model", "tags", "samples", "stems", "made_at"}


def test_an_old_manifest_has_defaults_for_new_fields() -> None:
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


def test_an_old_rendition_has_no_bit_rate() -> None:
    new = Rendered(rendition=Rendition(encoding=Encoding(format=Format.MP3)), files=(), kbps=320)
    old = new.model_dump(mode="json", exclude={"kbps", "gain"})
    read = Rendered.model_validate_json(json.dumps(old))
    assert (read.kbps, read.gain) == (0, 1.0)


@pytest.mark.parametrize("phase", RequestPhase)
def test_a_request_is_open_until_it_is_done_failed_or_cancelled(phase: RequestPhase) -> None:
    assert View(request=ask(), phase=phase).is_open == (
        phase not in (RequestPhase.DONE, RequestPhase.FAILED, RequestPhase.CANCELLED)
    )

"""The stem file of a deck: its boxes read back, its tracks decoded."""

import json
from pathlib import Path

import av
import numpy as np
import pytest
from tinytag import TinyTag

from jobs.failures import Failed
from jobs.models import Deck, Effect, Format, Order, Rendition, Stem
from tests.sounds import RATE
from tests.worker.charts.song import SONG
from tests.worker.rendering.tasks import SONGS, Make, make_task, quiet
from worker.audio.mp4_boxes import boxes
from worker.audio.stem_file import Block, insert_box
from worker.rendering.render import render

__all__ = ["make_task"]


def deck(effect: Effect = Effect()) -> Rendition:  # noqa: B008 - a frozen value
    (rendition,) = Order(content=Deck(), effect=effect, format=Format.MP3).renditions
    return rendition


def within(path: Path, *kinds: bytes) -> bytes:
    """The content of the box at a path of kinds."""
    with path.open("rb") as file:
        start, end = 0, path.stat().st_size
        for kind in kinds:
            (box,) = (box for box in boxes(file, start, end) if box.kind == kind)
            start, end = box.content, box.end
        file.seek(start)
        return file.read(end - start)


def decoded(path: Path, track: int) -> Block:
    with av.open(path) as container:
        stream = container.streams.audio[track]
        return np.concatenate([frame.to_ndarray() for frame in container.decode(stream)], axis=1).T


def test_a_stem_file_has_the_mix_and_four_stems(make_task: Make) -> None:
    """Each track is as long as the song and sounds as its stem, by more than 20 dB; the first is their sum."""
    rendition = deck()
    task = make_task(rendition).model_copy(update={"analysis": SONG})
    files = render(task, quiet).files[0]
    assert [file.name for file in files] == ["acapella.mp3", "instrumental.mp3", "deck.mp4"]
    path = task.output / rendition.key / "deck.mp4"
    about = json.loads(within(path, b"moov", b"udta", b"stem"))
    assert TinyTag.get(path).other["initial_key"] == ["Gm"]
    assert about["version"] == 1
    assert [stem["name"] for stem in about["stems"]] == ["Drums", "Bass", "Other", "Vocals"]
    assert all(stem["color"].startswith("#") for stem in about["stems"])
    assert not about["mastering_dsp"]["limiter"]["enabled"]
    assert not about["mastering_dsp"]["compressor"]["enabled"]
    with av.open(path) as container:
        assert [stream.codec_context.name for stream in container.streams.audio] == ["aac"] * 5
        assert container.metadata["title"] == "../Ünder pressure? (stems)"
        enabled = [bool(stream.disposition & av.stream.Disposition.default) for stream in container.streams.audio]
        assert enabled == [True, False, False, False, False]
        assert len(container.streams.video) == 1  # the cover
    parts = [SONGS[stem] for stem in (Stem.DRUMS, Stem.BASS, Stem.OTHER, Stem.VOCALS)]
    whole = np.sum(parts, axis=0)
    gain = 1 / max(float(np.abs(whole).max()), 1.0)
    for track, wanted in enumerate([whole, *parts]):
        heard = decoded(path, track)
        assert abs(len(heard) - len(wanted)) <= 1024
        length = min(len(heard), len(wanted)) - RATE // 10
        error = heard[:length] - gain * wanted[:length]
        assert np.square(error).mean() < 0.01 * np.square(gain * wanted[:length]).mean(), track


def test_a_treated_deck_has_no_stem_file(make_task: Make) -> None:
    rendition = deck(Effect(key=1))
    files = render(make_task(rendition), quiet).files[0]
    assert [file.name for file in files] == ["acapella.mp3", "instrumental.mp3"]
    assert len(Deck().files((Stem.VOCALS, Stem.ACCOMPANIMENT))) == 2


def test_a_damaged_stem_leaves_no_file(make_task: Make) -> None:
    rendition = deck()
    task = make_task(rendition)
    bass = task.stems_dir / "bass.flac"
    bass.write_bytes(bass.read_bytes()[:-3000])
    with pytest.raises(Failed):
        render(task, quiet)
    assert not list((task.output / rendition.key).glob("deck.*"))


@pytest.mark.parametrize("body", [b"", b"\0\0\0\x0cmvhd1234", b"\0\0\0\x10udta\0\0\0\x08meta"])
def test_a_box_is_added_to_what_is_there(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "a.mp4"
    data = b"\0\0\0\x0cmdatSONG"
    path.write_bytes(data + (8 + len(body)).to_bytes(4) + b"moov" + body)
    with path.open("r+b") as file:
        insert_box(file, b"stem", b"{}")
    assert path.read_bytes().startswith(data)
    assert within(path, b"moov", b"udta", b"stem") == b"{}"
    assert body.startswith(b"\0\0\0\x10udta") or within(path, b"moov").startswith(body)


@pytest.mark.parametrize("content", [b"", b"\0\0\0\x08moov\0\0\0\x08mdat", b"\0\0\0\x09moov"])
def test_a_file_whose_offsets_would_move_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    with path.open("r+b") as file, pytest.raises(ValueError, match="box"):
        insert_box(file, b"stem", b"{}")
    assert path.read_bytes() == content

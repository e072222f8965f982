"""The stems on disk: all or none, and all turned down together."""

from pathlib import Path

import numpy as np
import pytest

from jobs.models import Encoding, Format, Rendition, Stem
from jobs.results import Tags
from tests.sounds import listen
from worker.audio.writing import open_track
from worker.child.tasks import Along
from worker.separation.spleeter.spectrogram import Samples
from worker.separation.stem_files import StemFiles, open_stems

TAGS = Tags(title="Song", artist="Somebody")
STEP = 2.0**-23  # of 24 bits
STEMS = (Stem.VOCALS, Stem.ACCOMPANIMENT)


def write(output: Path, stems: list[Samples], along: tuple[Along, ...] = (), cut: int = 70_000) -> StemFiles:
    with open_stems(output, STEMS, TAGS, None, along) as files:
        for start in range(0, len(stems[0]), cut):
            files.write([stem[start : start + cut] for stem in stems])
    return files


def noise(peak: float, seed: int, samples: int = 200_000) -> Samples:
    song = np.random.default_rng(seed).uniform(-0.5, 0.5, (samples, 2)).astype(np.float32)
    song[seed * 1000 :: 7919, seed % 2] *= 2 * peak
    return song


def test_stems_below_full_scale_are_unchanged(tmp_path: Path) -> None:
    stems = [noise(0.9, 1), noise(0.8, 2)]

    files = write(tmp_path, stems)

    assert files.gain == 1
    assert [(file.name, file.stem) for file in files.files] == [
        ("vocals.flac", Stem.VOCALS),
        ("accompaniment.flac", Stem.ACCOMPANIMENT),
    ]
    for file, stem in zip(files.files, stems, strict=True):
        assert file.bytes_ == (tmp_path / file.name).stat().st_size
        assert np.abs(listen(tmp_path / file.name) - stem).max() <= STEP


def test_one_stem_over_full_scale_turns_all_down_alike_and_loses_nothing(tmp_path: Path) -> None:
    stems = [noise(1.7, 1), noise(0.8, 2)]
    peak = float(np.abs(stems[0]).max())
    assert peak > 1.2

    files = write(tmp_path, stems)

    assert files.gain == pytest.approx(1 / peak)
    for file, stem in zip(files.files, stems, strict=True):
        assert np.abs(listen(tmp_path / file.name) - stem / peak).max() <= 2 * STEP
    assert sorted(path.name for path in tmp_path.iterdir()) == ["accompaniment.flac", "vocals.flac"]


def test_every_sample_may_be_over_full_scale(tmp_path: Path) -> None:
    stems = [np.full((50_001, 2), 8.0, np.float32), np.full((50_001, 2), -16.0, np.float32)]

    files = write(tmp_path, stems)

    assert files.gain == 1 / 16
    assert np.allclose(listen(tmp_path / "vocals.flac"), 0.5)
    assert np.allclose(listen(tmp_path / "accompaniment.flac"), -1.0)


def test_renditions_along_equal_later_ones(tmp_path: Path) -> None:
    stems = [noise(0.9, 1), noise(0.8, 2)]
    wanted = (
        Along(rendition=Rendition(encoding=Encoding(format=Format.MP3)), kbps=320),
        Along(rendition=Rendition(encoding=Encoding(format=Format.M4A, kbps=128)), kbps=128),
    )

    files = write(tmp_path, stems, wanted)

    assert [(each.rendition, each.kbps) for each in files.along] == [(each.rendition, each.kbps) for each in wanted]
    for rendered in files.along:
        folder = tmp_path / rendered.rendition.key
        assert [file.name for file in rendered.files] == [
            f"{stem}.{rendered.rendition.encoding.format}" for stem in STEMS
        ]
        for file in rendered.files:
            assert file.stem is not None
            assert file.bytes_ == (folder / file.name).stat().st_size
            later = tmp_path / f"later.{rendered.rendition.encoding.format}"
            stored = listen(tmp_path / f"{file.stem}.flac")
            with open_track(later, rendered.rendition.encoding.format, TAGS, None, rendered.kbps) as track:
                track.write(stored)
            # From the 24 bits of the FLAC an encoder may choose otherwise, but not worse.
            off = [np.square(listen(path) - stored).mean() for path in (folder / file.name, later)]
            assert off[0] == pytest.approx(off[1], rel=0.05)


def test_stems_that_were_turned_down_have_no_renditions_along(tmp_path: Path) -> None:
    wanted = (Along(rendition=Rendition(encoding=Encoding(format=Format.MP3)), kbps=320),)

    files = write(tmp_path, [noise(1.7, 1), noise(0.8, 2)], wanted)

    assert files.gain < 1
    assert files.along == ()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["accompaniment.flac", "vocals.flac"]


def test_a_piece_that_fails_leaves_no_stem(tmp_path: Path) -> None:
    def halfway() -> None:
        with open_stems(tmp_path, STEMS, TAGS, None) as files:
            files.write([noise(0.5, 1), noise(0.5, 2)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        halfway()
    assert list(tmp_path.iterdir()) == []


def test_an_encoder_that_fails_leaves_no_stem(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        write(tmp_path, [noise(0.5, 1), np.full((200_000, 2), None)])
    assert list(tmp_path.iterdir()) == []

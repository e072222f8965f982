"""Files with several audio tracks: the main one is decoded, and no track's title is taken for the song's."""

from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, cast

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition

from jobs.failures import Failed, Reason
from tests.sounds import RATE
from worker.audio.opening import tracks_by_merit
from worker.audio.reading import open_song

NONE = Disposition(0)
KEPT = {  # marks that each container keeps of a track
    ("matroska", "flac"): ("comment", "dub", "hearing_impaired", "visual_impaired"),
    ("mp4", "flac"): ("comment", "dub", "hearing_impaired", "visual_impaired"),
    ("mpegts", "mp2"): ("hearing_impaired", "visual_impaired", "clean_effects"),
}


class Track(NamedTuple):
    """A second of silence, with a level on the left that identifies the track."""

    level: float
    disposition: Disposition = NONE
    layout: str = "stereo"
    title: str = ""
    language: str = ""


def film(path: Path, container: str, *tracks: Track, title: str = "", codec: str = "pcm_s16le") -> Path:
    with av.open(str(path), "w", format=container) as output:
        if title:
            output.metadata["title"] = title
        streams = []
        for track in tracks:
            stream = output.add_stream(codec, rate=RATE)
            assert isinstance(stream, AudioStream)
            stream.layout = track.layout
            stream.disposition = track.disposition
            stream.metadata.update(
                {
                    name: value
                    # MP4 and MOV keep a track's title in its handler.
                    for name, value in (
                        ("title", track.title),
                        ("handler_name", track.title),
                        ("language", track.language),
                    )
                    if value
                }
            )
            streams.append(stream)
        for track, stream in zip(tracks, streams, strict=True):
            channels = stream.layout.nb_channels
            samples = np.zeros((RATE, channels), np.int16)
            samples[:, 0] = round(track.level * 32768)
            frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", stream.layout.name)
            frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
            output.mux([*stream.encode(frame), *stream.encode(None)])
    return path


def level(path: Path) -> float:
    """The level of the decoded track."""
    with open_song(path) as song:
        return float(np.concatenate(list(song.blocks()))[RATE // 2, 0])


@pytest.mark.parametrize(
    ("container", "codec", "special"), [(*kind, name) for kind, names in KEPT.items() for name in names]
)
def test_a_track_marked_as_special_is_not_the_song(container: str, codec: str, special: str, tmp_path: Path) -> None:
    flags = Disposition[special]
    for first in (flags, flags | Disposition.default):
        path = film(tmp_path / "a", container, Track(0.5, first), Track(0.25, Disposition.default), codec=codec)
        assert level(path) == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize("special", ["karaoke", "lyrics", "descriptions", "non_diegetic", "dependent"])
def test_marks_of_rare_containers_are_understood(special: str, tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mkv"), "w") as output:
        for flags in (Disposition[special] | Disposition.default, NONE):
            output.add_stream("pcm_s16le", rate=RATE).disposition = flags
        tracks = tracks_by_merit(cast(InputContainer, output))
        assert [track.index for track in tracks] == [1, 0]


def test_the_default_track_comes_before_others_then_the_one_with_more_channels_then_the_first(tmp_path: Path) -> None:
    plain, default = Track(0.5, NONE, "5.1"), Track(0.25, Disposition.default)
    assert level(film(tmp_path / "a", "matroska", plain, default)) == 0.25
    assert level(film(tmp_path / "b", "matroska", Track(0.5), Track(0.25, NONE, "5.1"))) == 0.25
    assert level(film(tmp_path / "c", "matroska", Track(0.5, language="por"), Track(0.25, language="eng"))) == 0.5
    both = Disposition.default
    assert level(film(tmp_path / "d", "matroska", Track(0.5, both), Track(0.25, both))) == 0.5
    assert level(film(tmp_path / "e", "matroska", Track(0.5, both), Track(0.25, both, "5.1"))) == 0.25


@pytest.mark.parametrize(
    "title", ["Director's Commentary", "commentary by the band", "Comentário", "Comentario", "Kommentar", "Commentaire",
              "Commento", "Audio Description", "Audiodescrição"],
)  # fmt: skip
@pytest.mark.parametrize("container", ["matroska", "mov"])
def test_a_track_titled_as_a_comment_is_not_the_song(container: str, title: str, tmp_path: Path) -> None:
    both = Disposition.default
    path = film(tmp_path / "a", container, Track(0.5, both, "5.1", title=title), Track(0.25, both, title="Stereo"))
    assert level(path) == 0.25
    assert level(film(tmp_path / "b", container, Track(0.5, title=title))) == 0.5


def test_a_comment_alone_is_heard(tmp_path: Path) -> None:
    assert level(film(tmp_path / "a", "matroska", Track(0.5, Disposition.comment))) == 0.5


def test_a_track_that_does_not_decode_gives_way_to_the_next(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mkv", "matroska", Track(0.5, Disposition.default), Track(0.25), codec="flac")
    content = path.read_bytes()
    unknown = content.replace(b"A_FLAC", b"A_FLAX", 1)  # an unknown codec
    path.write_bytes(unknown)
    assert level(path) == 0.25
    path.write_bytes(unknown.replace(b"A_FLAC", b"A_FLAX"))
    with pytest.raises(Failed) as caught:
        level(path)
    assert caught.value.failure.reason is Reason.NOT_AUDIO
    # Another codec than that of the packets.
    path.write_bytes(content.replace(b"A_FLAC", b"A_AC3\0", 1))
    assert level(path) == 0.25


@pytest.mark.parametrize("container", ["matroska", "mov", "mpegts"])
def test_a_tracks_title_is_not_the_songs_title(container: str, tmp_path: Path) -> None:
    codec = "mp2" if container == "mpegts" else "pcm_s16le"
    tracks = (Track(0.5, Disposition.comment, title="Director's commentary"), Track(0.25, title="Stereo"))
    with open_song(film(tmp_path / "a", container, *tracks, codec=codec)) as song:
        assert song.title is None
    if container != "mpegts":
        with open_song(film(tmp_path / "b", container, *tracks, title="The Song", codec=codec)) as song:
            assert song.title == "The Song"

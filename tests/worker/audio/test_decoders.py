"""Untrusted files reach the decoders of the table, and no other of FFmpeg's."""

from pathlib import Path

import av
import numpy as np
import pytest

from jobs.failures import Failed
from tests.sounds import encode, music
from worker.audio.decoders import DECODERS
from worker.audio.reading import open_song

#: Common sound: an encoder and a container.
MUSIC = [
    ("aac", "mp4"), ("libmp3lame", "mp3"), ("mp2", "mp2"), ("libopus", "ogg"), ("flac", "flac"),
    ("alac", "mp4"), ("wavpack", "wv"), ("tta", "tta"), ("ac3", "ac3"), ("eac3", "eac3"),
    ("pcm_s16be", "aiff"), ("pcm_s24le", "wav"), ("pcm_alaw", "wav"), ("pcm_mulaw", "au"),
    ("pcm_f64le", "wav"), ("adpcm_ms", "wav"), ("adpcm_ima_wav", "wav"), ("pcm_u8", "voc"),
]  # fmt: skip


def test_ffmpeg_has_every_named_decoder() -> None:
    """A wrong name would disallow a family silently. Builds differ in their libraries."""
    known = {name for name in DECODERS if _is_of_sound(name)}
    assert {name for name in DECODERS - known if not name.startswith("lib")} == set()


def test_most_decoders_of_ffmpeg_are_not_allowed() -> None:
    every = {name for name in av.codecs_available if _is_of_sound(name)}
    assert len(every - DECODERS) > len(every) / 2
    kinds = {"pcm" if name.startswith("pcm_") else name for name in DECODERS}
    assert len(kinds) <= 60, "of 179 that FFmpeg has"
    assert {"binkaudio_dct", "smackaud", "adpcm_thp", "wavesynth", "interplayacm", "xma2", "hca"} <= every - DECODERS


def _is_of_sound(name: str) -> bool:
    try:
        return av.Codec(name, "r").type == "audio"
    except ValueError:  # unknown, or it only encodes
        return False


@pytest.mark.parametrize(("codec", "container"), MUSIC, ids=lambda name: name)
def test_music_decodes(tmp_path: Path, codec: str, container: str) -> None:
    samples = music(1.0, 48000 if codec == "libopus" else 44100)
    path = encode(tmp_path / "song", samples, codec, container, 48000 if codec == "libopus" else 44100)
    with open_song(path) as song:
        heard = np.concatenate(list(song.blocks()))
    assert abs(len(heard) - 44100) < 5000


def test_a_codec_that_no_music_uses_is_not_audio(tmp_path: Path) -> None:
    path = encode(tmp_path / "song", music(1.0, 22050), "dfpwm", "wav", 22050)
    with pytest.raises(Failed, match="no decoder"), open_song(path) as song:
        list(song.blocks())

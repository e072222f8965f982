"""Opening files of strangers: local ones only, of known kinds, and nothing but their sound is ever decoded."""

from functools import cache
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Discard, Disposition, Stream

from jobs.failures import Reason, failed

# Containers of music and of videos people have. Left out, most of all: playlists (hls, dash, concat, imf), which make
# FFmpeg open what they name, headerless formats, which "fit" any bytes, pictures and subtitles.
CONTAINERS = (
    "aa,aac,ac3,ac4,aiff,amr,ape,asf,au,avi,caf,dsf,dts,dtshd,eac3,flac,flv,iff,matroska,mov,mp3,mpc,mpc8,"
    "mpeg,mpegts,oga,ogg,oma,rm,tak,truehd,tta,voc,w64,wav,webm,wv,xwma"
)


def open_container(path: Path) -> InputContainer:
    """An open container. Raises `Failed` NOT_AUDIO for what is none of ours, whatever it is called."""
    try:
        return av.open(
            f"file:{path.absolute()}",
            "r",
            container_options={
                "protocol_whitelist": "file",
                "format_whitelist": CONTAINERS,
                # Probing decodes a little of every stream: never pictures or subtitles.
                "codec_whitelist": _audio_decoders(),
            },
            metadata_errors="replace",
        )
    except av.FFmpegError as error:  # out of memory too: FFmpeg believed a broken size
        raise failed(Reason.NOT_AUDIO, repr(error)) from None


@cache
def _audio_decoders() -> str:
    return ",".join(sorted(name for name in av.codecs_available if _decodes_audio(name)))


def _decodes_audio(name: str) -> bool:
    try:
        return av.Codec(name, "r").type == "audio"
    except ValueError:  # it only encodes
        return False


def best_audio(container: InputContainer) -> AudioStream:
    """The stream to listen to: FFmpeg's choice (the default one, before any for the deaf or blind) if it decodes.

    Raises `Failed`: NO_SOUND for a video without any, NOT_AUDIO when there is none, or none that decodes.
    """
    for stream in (container.streams.best("audio"), *container.streams.audio):
        if isinstance(stream, AudioStream) and stream.codec_context is not None:
            _ignore_others(container, stream)
            return stream
    if container.streams.audio:
        raise failed(Reason.NOT_AUDIO, "no decoder for its audio")
    if len(container.streams.video) > len(attached_pictures(container)):
        raise failed(Reason.NO_SOUND, container.format.name)
    raise failed(Reason.NOT_AUDIO, f"{container.format.name} without audio")


def _ignore_others(container: InputContainer, stream: AudioStream) -> None:
    """Let the demuxer skip over what is neither `stream` nor a cover: most of a video file."""
    for other in container.streams:
        if other.index != stream.index and Disposition.attached_pic not in other.disposition:
            other.discard = Discard.all


def attached_pictures(container: InputContainer) -> list[Stream]:
    """Covers: one packet each, before all others."""
    return [stream for stream in container.streams.video if Disposition.attached_pic in stream.disposition]

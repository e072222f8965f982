"""Opens untrusted files: local ones only, of known containers, and for decoding of their sound only."""

import re
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Discard, Disposition, Stream

from jobs.failures import Reason, failed
from worker.audio.decoders import DECODERS
from worker.audio.spans import Span

# Containers of music and videos. Left out above all: playlists (hls, dash, concat, imf), which make FFmpeg open the
# files they name, headerless formats, which match any bytes, pictures and subtitles.
CONTAINERS = (
    "aa,aac,ac3,ac4,aiff,amr,ape,asf,au,avi,caf,dsf,dts,dtshd,eac3,flac,flv,iff,matroska,mov,mp3,mpc,mpc8,"
    "mpeg,mpegts,oga,ogg,oma,rm,tak,truehd,tta,voc,w64,wav,webm,wv,xwma"
)

#: Tracks beside the song, or with a part of it only.
FOR_FEW = (
    Disposition.comment
    | Disposition.lyrics
    | Disposition.karaoke
    | Disposition.hearing_impaired
    | Disposition.visual_impaired
    | Disposition.clean_effects
    | Disposition.descriptions
    | Disposition.non_diegetic
    | Disposition.dependent
)

#: Titles of such tracks without marks: "Director's Commentary", "Comentário", "Kommentar", "Audio Description".
_FOR_FEW_BY_NAME = re.compile(r"[ck]omm?ent[aáo]|audio ?descri", re.IGNORECASE)


def open_container(path: Path, span: Span) -> InputContainer:
    """The container in `span` of `path`, recognised by its bytes. Raises `Failed` NOT_AUDIO for unlisted containers."""
    options = {
        "protocol_whitelist": "file,subfile",
        "format_whitelist": CONTAINERS,
        # Probing decodes a little of every stream; pictures and subtitles are not allowed.
        "codec_whitelist": ",".join(sorted(DECODERS)),
    }
    if span.is_open:
        options["ignore_length"] = "1"
    url = f"file:{path.absolute()}"
    if (span.start, span.end) != (0, path.stat().st_size):
        url = f"subfile,,start,{span.start},end,{span.end},,:{url}"
    try:
        return av.open(url, "r", container_options=options, metadata_errors="replace")
    except av.FFmpegError as error:  # out of memory too: FFmpeg believed a broken size
        raise failed(Reason.NOT_AUDIO, repr(error)) from None


def _has_decoder(track: AudioStream) -> bool:
    """Whether the track's decoder is allowed. PyAV opens any decoder of FFmpeg, despite the container's whitelist."""
    return track.codec_context is not None and track.codec_context.codec.name in DECODERS


def tracks_by_merit(container: InputContainer) -> list[AudioStream]:
    """The streams with an allowed decoder, in the order of a player's preference.

    Comments, descriptions and dubs, marked or titled so, come last; else default streams before others, many channels
    before few, then the file's order. Raises `Failed`: NO_SOUND for a video without any sound, NOT_AUDIO when there is
    no stream, or none with an allowed decoder.
    """
    tracks = [track for track in container.streams.audio if _has_decoder(track)]
    if tracks:
        return sorted(tracks, key=_demerits)
    if container.streams.audio:
        raise failed(Reason.NOT_AUDIO, "no decoder for its audio")
    if len(container.streams.video) > len(attached_pictures(container)):
        raise failed(Reason.NO_SOUND, container.format.name)
    raise failed(Reason.NOT_AUDIO, f"{container.format.name} without audio")


def _demerits(track: AudioStream) -> tuple[bool, bool, bool, int, int]:
    disposition = track.disposition
    return (
        bool(disposition & FOR_FEW) or _is_called_for_few(track),
        bool(disposition & Disposition.dub),
        not disposition & Disposition.default,
        -track.codec_context.channels,
        track.index,
    )


def _is_called_for_few(track: AudioStream) -> bool:
    return any(_FOR_FEW_BY_NAME.search(track.metadata.get(name, "")) for name in ("title", "handler_name"))


def ignore_others(container: InputContainer, wanted: list[Stream]) -> None:
    """Lets the demuxer skip streams that are not `wanted`: most of a video file."""
    indexes = {stream.index for stream in wanted}
    for other in container.streams:
        if other.index not in indexes:
            ignore(other)


def ignore(stream: Stream) -> None:
    """Lets the demuxer skip the rest of a stream."""
    stream.discard = Discard.all


def moving_pictures(container: InputContainer) -> list[Stream]:
    """All video streams but covers."""
    return [stream for stream in container.streams.video if Disposition.attached_pic not in stream.disposition]


def attached_pictures(container: InputContainer) -> list[Stream]:
    """Covers: one packet each, before all others."""
    return [stream for stream in container.streams.video if Disposition.attached_pic in stream.disposition]

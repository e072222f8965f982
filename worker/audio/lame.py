"""MP3 by LAME through `lameenc`, whose build takes a quarter of the time of the one in PyAV.

LAME gives bytes, FFmpeg's parser cuts them into frames, and FFmpeg's writer adds tags, cover and the header with the
exact length. The output stream belongs to FFmpeg's own LAME encoder, which encodes nothing: it gives the writer LAME's
parameters, above all its delay.
"""

from fractions import Fraction

import av
import flbt_unet
import lameenc
import numpy as np
from av.audio.stream import AudioStream
from av.packet import Packet, PacketSideData
from numpy.typing import NDArray

from worker.audio.sound import SAMPLE_RATE

FRAME = 1152  # samples of one frame of MPEG-1 layer III
DELAY = 1105  # samples of silence before the music: LAME's 576, and 529 of every decoder
SKIP_SAMPLES = 11  # FFmpeg's AV_PKT_DATA_SKIP_SAMPLES
SKIP_BYTES = 10  # two counts of samples, at the start and at the end, and two reasons (libavcodec/packet.h)


class Lame:
    """Encodes one MP3 of constant bit rate, in packets of one frame. Not thread-safe."""

    def __init__(self, stream: AudioStream, kbps: int) -> None:
        self._stream = stream
        self._frames = 0
        self._parser = av.CodecContext.create("mp3", "r")
        self._encoder = lameenc.Encoder()
        self._encoder.set_channels(2)
        self._encoder.set_in_sample_rate(SAMPLE_RATE)
        self._encoder.set_out_sample_rate(SAMPLE_RATE)
        self._encoder.set_bit_rate(kbps)
        self._encoder.set_quality(7)
        self._encoder.silence()

    def encode(self, piece: NDArray[np.float32]) -> "list[Packet[AudioStream]]":
        """The frames that `piece`, (samples, 2) in -1 to 1, completes. Encoding runs outside the GIL."""
        coded = self._encoder.encode(flbt_unet.to_16_bits(piece))
        return self._packets(bytes(coded)) if coded else []

    def finish(self, samples: int) -> "list[Packet[AudioStream]]":
        """The last frames. `samples`: length of the whole track; the last frame states the padding."""
        packets = [*self._packets(bytes(self._encoder.flush())), *self._packets(None)]
        padding = self._frames * FRAME - DELAY - samples
        _skip(packets[-1], at_end=padding)
        return packets

    def _packets(self, coded: bytes | None) -> "list[Packet[AudioStream]]":
        """The packets that `coded` completes; None flushes the parser."""
        packets: list[Packet[AudioStream]] = []
        for packet in self._parser.parse(coded):
            packet.stream = self._stream
            packet.time_base = Fraction(1, SAMPLE_RATE)
            packet.pts = packet.dts = self._frames * FRAME - DELAY
            packet.duration = FRAME
            if self._frames == 0:
                _skip(packet, at_start=DELAY)
            self._frames += 1
            packets.append(packet)
        return packets


def _skip(packet: "Packet[AudioStream]", at_start: int = 0, at_end: int = 0) -> None:
    """Marks samples of a packet as padding."""
    skip = PacketSideData(SKIP_SAMPLES, SKIP_BYTES)  # type: ignore[call-arg]  # its stub knows no constructor
    skip.update(at_start.to_bytes(4, "little") + at_end.to_bytes(4, "little") + bytes(2))
    packet.set_sidedata(skip)

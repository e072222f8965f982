"""Separates blocks of a song into blocks of its stems, with a few segments in memory at a time.

Segments are independent, so each is computed in a thread of its own: while one is in the network, on every core,
another one is transformed before or after it. The overlap of two segments is added up when both are done, in order.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol

import flbt_unet
import numpy as np
from numpy.typing import NDArray

from jobs.music.separation_models import Extension
from worker.separation.residual import Residual
from worker.separation.spleeter.spectrogram import (
    ADVANCE,
    FRAME,
    SEGMENT,
    OverlapAdd,
    Samples,
    segments,
)


class Estimator(Protocol):
    """Estimates the stems' magnitudes from the mix's: `Network`, and simple ones in tests."""

    band: int  # bins of its input
    lanes: int  # threads that may call it at once

    def estimate(self, magnitudes: NDArray[np.float32]) -> NDArray[np.float32]:
        """(2, SEGMENT, band) in, (stems, 2, SEGMENT, band) out, reused by the same thread's next call."""


class Spectra(Protocol):
    """Transforms of segments: `flbt_unet.Spectra`, or `PlainSpectra` where it has no build."""

    def spectrum(self, samples: Samples) -> tuple[Any, NDArray[np.float32]]:
        """The spectrum of a segment's samples, (2, SPAN), for `stems`; and its magnitudes, (2, SEGMENT, band).

        Both may be reused by the same thread's next call.
        """

    def stems(self, spectrum: Any, estimates: NDArray[np.float32], wanted: int, *, average: bool) -> Samples:
        """The samples of the first `wanted` stems, (wanted, 2, SPAN), from all stems' magnitudes."""


def _spectra(band: int) -> Spectra:
    if flbt_unet.available():
        return flbt_unet.Spectra(SEGMENT, band)
    from worker.separation.spleeter.plain_spectra import PlainSpectra  # imports a library that is not needed otherwise

    return PlainSpectra(band)


def separate_blocks(
    blocks: Iterable[Samples], network: Estimator, extension: Extension, residual: Residual | None = None
) -> Iterator[list[Samples]]:
    """The stems of a song, in the network's order, piece by piece: (samples, 2) each.

    `blocks` are (samples, 2) at 44.1 kHz, of any length; `worker.audio.sound` has muted invalid samples. The pieces are
    as long in sum as the song, to the sample, and do not depend on the lengths of blocks. `residual` measures how they
    add up.
    """
    seen = 0

    def heard() -> Iterator[Samples]:
        nonlocal seen
        for block in blocks:
            seen += len(block)
            yield block.T

    overlap = OverlapAdd()
    start = -FRAME  # of the segment, in samples of the song: one frame of silence precedes the song
    for span, spans in _side_by_side(segments(heard()), network, extension):
        stems = list(overlap.add(spans))
        if extension == "average":
            stems.append(_rest(span[:, :ADVANCE], stems))
        first, last = max(0, -start), min(ADVANCE, seen - start)
        if residual is not None:
            song = span[:, first:last]
            residual.add(song, _rest(song, [stem[:, first:last] for stem in stems]))
        yield [flbt_unet.interleaved(stem[:, first:last]) for stem in stems]
        start += ADVANCE


def _side_by_side(
    spans: Iterable[Samples], network: Estimator, extension: Extension
) -> Iterator[tuple[Samples, NDArray[np.float32]]]:
    """Each segment of the song with its stems' samples, in order; `network.lanes` segments are computed at once."""
    spectra = _spectra(network.band)
    with ThreadPoolExecutor(network.lanes, thread_name_prefix="lane") as pool:
        ahead: deque[tuple[Samples, Future[NDArray[np.float32]]]] = deque()
        try:
            for span in spans:
                own = span.copy()
                ahead.append((own, pool.submit(_segment, own, spectra, network, extension)))
                if len(ahead) >= network.lanes:
                    own, work = ahead.popleft()
                    yield own, work.result()
            while ahead:
                own, work = ahead.popleft()
                yield own, work.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _segment(span: Samples, spectra: Spectra, network: Estimator, extension: Extension) -> NDArray[np.float32]:
    """The stems of one segment, (stems, 2, SPAN); without the last one where `_rest` computes it."""
    spectrum, magnitudes = spectra.spectrum(span)
    estimates = network.estimate(magnitudes)
    average = extension == "average"
    return spectra.stems(spectrum, estimates, len(estimates) - average, average=average)


def _rest(mix: Samples, stems: list[Samples]) -> Samples:
    """The mix minus stems: the last stem of all, where all masks add up to 1 in every bin."""
    rest = mix.copy()
    for stem in stems:
        rest -= stem
    return rest

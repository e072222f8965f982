"""Segments, levels and joins: with networks simple enough to know the answer."""

import tracemalloc
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.sounds import snr_db
from worker.child.messages import Step
from worker.separation.htdemucs import network as htdemucs
from worker.separation.htdemucs.shape import SEGMENT, STRIDE
from worker.separation.samples import Samples
from worker.separation.scnet import network as scnet
from worker.separation.segments.spectrum import Transform
from worker.separation.segments.stream import Cut, measure, separate_song

CUT = Cut(SEGMENT, STRIDE)


class Parts:
    """Halves of the segment: as it is, and turned around."""

    name = "parts"
    sources = 2

    def __init__(self, cut: Cut = CUT) -> None:
        self.cut = cut
        self.seen: list[NDArray[np.float32]] = []

    def estimate(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        self.seen.append(samples)
        return np.stack([samples, -samples])


def song(samples: int) -> Samples:
    random = np.random.default_rng(samples)
    return (0.3 * random.standard_normal((samples, 2)) + [0.1, -0.02]).astype(np.float32)


def decoder(samples: Samples, block: int) -> Callable[[], Iterator[Samples]]:
    return lambda: iter([samples[start : start + block] for start in range(0, len(samples), block)])


@pytest.mark.parametrize(
    ("samples", "segments"),
    [(0, 0), (1, 1), (2, 1), (22_051, 1), (STRIDE, 1), (STRIDE + 1, 2), (SEGMENT, 2), (2 * STRIDE + 5, 3)],
)
def test_a_song_of_any_length_comes_back_to_the_sample(samples: int, segments: int) -> None:
    original, network = song(samples), Parts()
    steps: list[Step] = []

    pieces = list(separate_song(decoder(original, 50_001), network, steps.append))

    assert len(network.seen) == len(pieces) == segments
    assert {one.shape for one in network.seen} <= {(2, SEGMENT)}
    assert sum(piece.shape[2] for piece in pieces) == samples
    if not samples:
        return
    heard, same, turned = np.concatenate(pieces, 2)
    level = measure(iter([original]))
    assert np.allclose(heard, original.T, atol=1e-6)
    assert np.allclose(same, original.T, atol=2e-6)
    assert np.allclose(turned, 2 * level.mean - original.T, atol=3e-6)
    assert steps[-1].fraction == 0


def test_the_network_hears_mean_0_and_deviation_1() -> None:
    original, network = song(STRIDE), Parts()
    list(separate_song(decoder(original, 10_000), network, lambda _: None))
    before = (SEGMENT - STRIDE) // 2
    heard = network.seen[0][:, before : before + STRIDE].mean(0, dtype=np.float64)
    assert abs(heard.mean()) < 1e-6
    assert abs(heard.std(ddof=1) - 1) < 1e-6
    assert not network.seen[0][:, :before].any(), "silence around a short song"


def test_a_short_last_segment_stands_among_its_neighbours() -> None:
    original, network = song(STRIDE + 10_000), Parts()
    list(separate_song(decoder(original, 10_000), network, lambda _: None))
    before, first = (SEGMENT - 10_000) // 2, (SEGMENT - len(original)) // 2  # samples before each segment
    expected = network.seen[0][:, first + STRIDE - before : first + STRIDE + 10_000]
    assert np.array_equal(network.seen[1][:, : before + 10_000], expected)
    assert not network.seen[1][:, before + 10_000 :].any()


def test_pieces_do_not_depend_on_blocks() -> None:
    original = song(STRIDE + 99_999)
    one, other = (
        np.concatenate(list(separate_song(decoder(original, block), Parts(), lambda _: None)), 2)
        for block in (4_096, len(original))
    )
    assert np.array_equal(one, other)


def test_a_second_pass_that_is_shorter_or_longer_ends_where_the_first_did() -> None:
    original = song(STRIDE + 1000)
    for second in (original[:-5000], np.concatenate([original, original])):
        passes = iter([original, second])
        pieces = list(separate_song(lambda: iter([next(passes)]), Parts(), lambda _: None))  # noqa: B023
        assert sum(piece.shape[2] for piece in pieces) == len(original)


def test_memory_does_not_grow_with_the_song() -> None:
    def peak(segments: int) -> int:
        def decode() -> Iterator[Samples]:
            return (noise for _ in range(segments))

        tracemalloc.start()
        try:
            length = sum(piece.shape[2] for piece in separate_song(decode, Twice(), lambda _: None))
            assert length == segments * STRIDE
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    noise = song(STRIDE)
    assert peak(24) < 1.05 * peak(6)


class Twice:
    """The segment, twice."""

    name = "twice"
    sources = 2
    cut = CUT

    def estimate(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.stack([samples, samples])


@pytest.mark.parametrize("value", [0.0, 0.25])
def test_silence_stays_silence(value: float) -> None:
    silence = np.full((30_000, 2), value, np.float32)
    (piece,) = separate_song(decoder(silence, 7_000), Parts(), lambda _: None)
    assert np.allclose(piece, value, atol=1e-7)


@pytest.mark.parametrize(
    ("transform", "shape", "noise_db"),
    # The last bin is dropped: of noise, one of 2049.
    [(htdemucs.TRANSFORM, (1, 4, 2048, 336), 30), (scnet.TRANSFORM, (1, 4, 2049, 476), 120)],
)
def test_the_transforms_undo_each_other(transform: Transform, shape: tuple[int, ...], noise_db: float) -> None:
    segment = song(transform.samples).T
    there = transform.spectrogram(segment)
    assert there.shape == shape
    assert snr_db(transform.waveform(there[0]), to=segment) > noise_db
    steps = np.arange(transform.samples)
    low = np.stack([np.sin(steps / 30), np.cos(steps / 50)]).astype(np.float32)
    assert snr_db(transform.waveform(transform.spectrogram(low)[0])[:, 2048:-2048], to=low[:, 2048:-2048]) > 100


def test_a_processor_without_a_build_has_the_same_transforms(monkeypatch: pytest.MonkeyPatch) -> None:
    segment = song(scnet.TRANSFORM.samples).T
    expected = scnet.TRANSFORM.spectrogram(segment)
    back = scnet.TRANSFORM.waveform(expected[0])
    monkeypatch.setattr("flbt_unet.transforms.instruction_sets", tuple)
    assert snr_db(scnet.TRANSFORM.spectrogram(segment), to=expected) > 110
    assert snr_db(scnet.TRANSFORM.waveform(expected[0]), to=back) > 110


def test_segments_of_another_network_join_as_well() -> None:
    cut = Cut(segment=10_001, stride=7_000)
    original, network = song(30_000), Parts(cut)
    pieces = list(separate_song(decoder(original, 4_096), network, lambda _: None))
    assert {one.shape for one in network.seen} == {(2, 10_001)}
    assert [piece.shape[2] for piece in pieces] == [7_000] * 4 + [2_000]
    assert np.allclose(np.concatenate(pieces, 2)[1], original.T, atol=2e-6)

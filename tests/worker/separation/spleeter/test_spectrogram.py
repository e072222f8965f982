"""The arithmetic and the stream, with simple networks whose results are known exactly."""

import flbt_unet
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.sounds import snr_db
from tests.worker.separation.songs import make_song
from worker.separation.spleeter.plain_spectra import BINS, PlainSpectra, masked, masks_of, spectrum_of
from worker.separation.spleeter.spectrogram import ADVANCE, FRAME, HOP, SEGMENT, SPAN, Samples, segments
from worker.separation.spleeter.stream import separate_blocks

FULL = ADVANCE - FRAME  # samples of a song that fill one segment exactly
#: Half a second of arithmetic each: few examples, chosen at random every time.
FEW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
LENGTHS = st.one_of(
    st.integers(1, ADVANCE + FRAME),
    st.integers(-2 * HOP, 2 * HOP).map(lambda off: FULL + off),
    st.integers(-2 * HOP, 2 * HOP).map(lambda off: FULL + FRAME + off),
)


class Shares:
    """A network that gives each stem a fixed share of every magnitude."""

    def __init__(self, *shares: float, band: int = 1024) -> None:
        self.band = band
        self.lanes = 2
        self._shares = shares

    def estimate(self, magnitudes: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.stack([magnitudes * np.float32(share) for share in self._shares])


class Everything:
    """A network that gives all of every bin to the first of two stems, even of silence."""

    band = 1024
    lanes = 2

    def estimate(self, magnitudes: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.stack([np.ones_like(magnitudes), np.zeros_like(magnitudes)])


class Switch:
    """A network that gives everything to one stem in one segment and to the other in the next."""

    band = 1024
    lanes = 1  # in turn

    def __init__(self) -> None:
        self._turn = 0

    def estimate(self, magnitudes: NDArray[np.float32]) -> NDArray[np.float32]:
        self._turn += 1
        shares = (1.0, 0.1) if self._turn % 2 else (0.1, 1.0)
        return np.stack([magnitudes * np.float32(share) for share in shares])


def cut(song: Samples, cuts: list[int]) -> list[Samples]:
    """The song in blocks; cuts beyond its end are ignored, and two equal cuts make an empty block."""
    return np.split(song, sorted(min(at, len(song)) for at in cuts))


def whole(pieces: list[list[Samples]]) -> list[Samples]:
    return [np.concatenate(parts) for parts in zip(*pieces, strict=True)]


@FEW
@given(samples=LENGTHS, seed=st.integers(0, 1 << 32), level=st.sampled_from([1e-3, 1.0, 30.0]))
def test_overlap_add_gives_back_any_signal(samples: int, seed: int, level: float) -> None:
    song = (level * np.random.default_rng(seed).standard_normal((samples, 2))).astype(np.float32)

    [back, _] = whole(list(separate_blocks([song], Everything(), "average")))

    assert back.shape == song.shape
    assert np.abs(back - song).max() <= 2e-6 * np.abs(song).max()


@FEW
@given(samples=LENGTHS, cuts=st.lists(st.integers(0, ADVANCE + FRAME), max_size=12))
def test_how_a_song_is_cut_into_blocks_changes_nothing(samples: int, cuts: list[int]) -> None:
    song = np.random.default_rng(samples).standard_normal((samples, 2)).astype(np.float32)

    at_once = whole(list(separate_blocks([song], Shares(0.8, 0.3), "average")))
    in_blocks = whole(list(separate_blocks(cut(song, cuts), Shares(0.8, 0.3), "average")))

    assert all(np.array_equal(one, other) for one, other in zip(at_once, in_blocks, strict=True))


@FEW
@given(start=st.integers(0, ADVANCE), hertz=st.floats(60, 2000))
def test_no_click_where_segments_meet(start: int, hertz: float) -> None:
    """Masks that change all at once from one segment to the next still fade: a sine's slope keeps its bounds."""
    time = np.arange(start, start + FULL + 40_000) / 44100
    song = np.stack([np.sin(2 * np.pi * hertz * time)] * 2, axis=1).astype(np.float32)

    stems = whole(list(separate_blocks([song], Switch(), "average")))

    steepest = 2 * np.pi * hertz / 44100
    meeting = slice(FULL - FRAME, FULL + FRAME)
    for stem in stems:
        # Fading takes at least half a frame, so it adds next to nothing to the slope.
        assert np.abs(np.diff(stem[meeting], axis=0)).max() <= steepest + 4 / FRAME
    assert snr_db(stems[0] + stems[1], to=song) > 100


@pytest.mark.parametrize("samples", [1, 1023, 1024, FULL - 1, FULL, FULL + 1, FULL + HOP, ADVANCE, ADVANCE + FULL])
def test_stems_are_as_long_as_the_song(samples: int) -> None:
    song = np.ones((samples, 2), np.float32)
    assert [len(stem) for stem in whole(list(separate_blocks([song], Shares(1, 1), "zeros")))] == [samples, samples]


def test_a_song_without_samples_has_no_segment() -> None:
    assert list(segments([])) == []
    assert list(segments([np.zeros((2, 0), np.float32)])) == []


def test_a_spectrum_is_the_fourier_transform_of_windowed_frames() -> None:
    span = make_song(SPAN).T.copy()

    spectrum = spectrum_of(span)

    assert spectrum.shape == (2, SEGMENT, BINS)
    for channel, frame in [(0, 0), (1, 7), (0, SEGMENT - 1)]:
        samples = span[channel, frame * HOP : frame * HOP + FRAME].astype(np.float64)
        hann = np.hanning(FRAME + 1)[:FRAME]  # periodic: one longer, without its last
        assert np.allclose(spectrum[channel, frame], np.fft.rfft(samples * hann), atol=2e-4)


def test_masks_share_out_the_energy_and_silence_evenly() -> None:
    estimates = np.zeros((4, 2, SEGMENT, 1024), np.float32)
    estimates[1, :, 0] = 3.0
    estimates[2, :, 0] = 4.0

    masks = masks_of(estimates)

    assert np.allclose(masks[:, 0, 0, 0], [0, 9 / 25, 16 / 25, 0], atol=1e-6)
    assert np.allclose(masks[:, 0, 1, 0], 1 / 4)
    assert np.allclose(masks.sum(axis=0), 1, atol=1e-6)


def test_above_the_band_a_mask_goes_on_as_its_mean_or_not_at_all() -> None:
    spectrum = np.ones((2, SEGMENT, BINS), np.complex64)
    mask = np.zeros((2, SEGMENT, 1024), np.float32)
    mask[:, :, :256] = 1.0

    assert np.allclose(masked(spectrum, mask, average=True)[:, :, 1024:], 0.25)
    assert not masked(spectrum, mask, average=False)[:, :, 1024:].any()


@pytest.mark.parametrize("instructions", flbt_unet.instruction_sets())
@pytest.mark.parametrize(("stems", "wanted", "band", "average"), [(1, 1, 1024, False), (5, 4, 1536, True)])
def test_every_build_transforms_like_numpy(
    instructions: flbt_unet.Instructions, stems: int, wanted: int, band: int, average: bool
) -> None:
    song = make_song(SPAN + 100).T.copy()[:, 100:]
    estimates = np.random.default_rng(3).uniform(0, 9, (stems, 2, SEGMENT, band)).astype(np.float32)
    estimates[:, 1, 7] = 0  # silence is shared evenly
    plain, built = PlainSpectra(band), flbt_unet.Spectra(SEGMENT, band, instructions)

    kept, magnitudes = built.spectrum(song)
    own = built.stems(kept, estimates, wanted, average=average)

    spectrum, reference = plain.spectrum(song)
    assert snr_db(magnitudes, to=reference) > 120
    for stem, wanted_stem in zip(own, plain.stems(spectrum, estimates, wanted, average=average), strict=True):
        assert snr_db(stem, to=wanted_stem) > 120


def test_arrays_of_other_shapes_are_refused() -> None:
    spectra = flbt_unet.Spectra(SEGMENT, 1024)
    with pytest.raises(ValueError, match="a band of 1000 bins"):
        flbt_unet.Spectra(SEGMENT, 1000)
    with pytest.raises(ValueError, match="samples of float64"):
        spectra.spectrum(np.zeros((2, SPAN)))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="for 3 stems"):
        spectra.stems(np.zeros(1, np.float32), np.zeros((2, 2, SEGMENT, 1024), np.float32), 3, average=False)

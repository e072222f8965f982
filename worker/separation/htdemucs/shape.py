"""The numbers of the published networks, as in `demucs/htdemucs.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from jobs.music.stems import Stem

SAMPLE_RATE: Final = 44_100

SEGMENT: Final = 343_980  # samples: 7.8 s
STRIDE: Final = 257_985  # samples from segment to segment: three quarters

FFT: Final = 4096
HOP: Final = 1024
BINS: Final = FFT // 2  # the last one is dropped
FRAMES: Final = 336

WIDTH: Final = 48  # channels of the first layer; each deeper one has twice as many
DEPTH: Final = 4
KERNEL: Final = 8
STEP: Final = 4  # the stride of the convolutions
PADDING: Final = KERNEL // 4
COMPRESS: Final = 8  # of the residual branches
BRANCHES: Final = 2  # residual branches one after the other, dilated 1 and 2
HEADS: Final = 8
LAYERS: Final = 5  # of the transformer; the odd ones (from 0) look at the other side
FEEDFORWARD: Final = 4  # times its width
PERIOD: Final = 10_000.0  # of the position codes
EMBEDDING: Final = 0.2 * 10.0  # `freq_emb` times `emb_scale`


@dataclass(frozen=True)
class Shape:
    """One network. `sources` are in its own order; `bottom` is the transformer's width, 0 for that of the layers."""

    sources: tuple[Stem, ...]
    bottom: int

    @property
    def width(self) -> int:
        """The transformer's width."""
        return self.bottom or WIDTH << (DEPTH - 1)


_FOUR: Final = (Stem.DRUMS, Stem.BASS, Stem.OTHER, Stem.VOCALS)

#: By the name of the model.
SHAPES: Final[dict[str, Shape]] = {
    "htdemucs": Shape(sources=_FOUR, bottom=512),
    "htdemucs_6s": Shape(sources=(*_FOUR, Stem.GUITAR, Stem.PIANO), bottom=0),
}

#: Arguments that change the network without changing the shape of a tensor, and the values that are built here.
_ARGUMENTS: Final[dict[str, Any]] = {
    "samplerate": SAMPLE_RATE, "segment": Fraction(39, 5), "nfft": FFT, "cac": True, "depth": DEPTH,
    "kernel_size": KERNEL, "stride": STEP, "time_stride": 2, "norm_starts": 4, "multi_freqs": None,
    "freq_emb": 0.2, "emb_scale": 10,
    "context": 1, "context_enc": 0, "wiener_iters": 0, "t_emb": "sin", "t_heads": HEADS, "t_layers": LAYERS,
    "t_norm_in": True, "t_norm_in_group": False, "t_group_norm": False, "t_norm_first": True, "t_norm_out": True,
    "t_max_period": PERIOD, "t_weight_pos_embed": 1.0, "t_sin_random_shift": 0, "t_gelu": True,
    "t_cross_first": False, "t_sparse_self_attn": False, "t_sparse_cross_attn": False,
}  # fmt: skip


def difference(arguments: Mapping[str, Any], shape: Shape) -> str | None:
    """The first constructor argument that makes another network than the one built here; None without one.

    An argument that is not stated is taken for what is built here: its tensors are checked by name and shape.
    """
    for name, value in {**_ARGUMENTS, "sources": [str(stem) for stem in shape.sources]}.items():
        stated = arguments.get(name, value)
        if (list(stated) if isinstance(stated, tuple) else stated) not in (value, value or []):
            return f"{name} is {str(stated)[:60]}, not {value}"
    return None

"""`flbt_unet` against the plain definition of a U-Net, in double precision, and with extracted weights."""

from pathlib import Path
from typing import NamedTuple

import flbt_unet
import numpy as np
import pytest
from flbt_unet import Layer, UNets
from flbt_unet.builds import usable
from flbt_unet.rates import rates
from flbt_unet.weights import DOWN
from numpy.typing import NDArray

from tests.models import STEMS
from tests.sounds import snr_db
from worker.separation.spleeter import unet_weights

Numbers = NDArray[np.float64]

ROWS, COLUMNS = 128, 256
SLOPE = 0.2


class Kind(NamedTuple):
    elu: bool
    shared: bool


#: As Spleeter's models for 2, 4 and 5 stems are.
KINDS = {"LeakyReLU": Kind(elu=False, shared=False), "ELU": Kind(elu=True, shared=False), "shared": Kind(True, True)}


def some_layers(chance: np.random.Generator) -> list[Layer]:
    """Weights that keep the magnitude of numbers about equal from layer to layer."""
    layers = []
    for shape in flbt_unet.shapes():
        spread = 2 / np.sqrt(np.prod(shape[:3]))
        kernel = (chance.standard_normal(shape) * spread).astype(np.float32)
        rest = (chance.uniform(low, low + 1, shape[-1]).astype(np.float32) for low in (-0.5, 0.5, -0.5))
        layers.append(Layer(kernel, *rest))
    return layers


def plain(layers: list[Layer], mix: Numbers, *, elu: bool) -> Numbers:
    """The result of a network's last layer, (2, rows, columns)."""
    down, up = layers[: len(DOWN) - 1], layers[len(DOWN) - 1 : -1]

    def activate(x: Numbers, slope: float) -> Numbers:
        return np.where(x > 0, x, np.expm1(np.minimum(x, 0)) if elu else slope * x)

    x, left = mix.transpose(1, 2, 0), []
    for layer in down:
        padded = np.pad(x, ((1, 2), (1, 2), (0, 0)))
        size = x.shape[0] // 2, x.shape[1] // 2
        taps = [(i, j) for i in range(5) for j in range(5)]
        total = sum(padded[i : i + 2 * size[0] : 2, j : j + 2 * size[1] : 2] @ layer.kernel[i, j] for i, j in taps)
        left.append(total + layer.bias)
        x = activate(left[-1] * layer.scale + layer.shift, SLOPE)
    x = left.pop()
    for layer in up:
        wide = np.zeros((2 * x.shape[0] + 3, 2 * x.shape[1] + 3, layer.kernel.shape[-1]))
        for i in range(5):
            for j in range(5):
                wide[i : i + 2 * x.shape[0] : 2, j : j + 2 * x.shape[1] : 2] += x @ layer.kernel[i, j]
        came = activate(wide[1:-2, 1:-2] + layer.bias, 0.0) * layer.scale + layer.shift
        x = np.concatenate([left.pop(), came], axis=-1) if left else came
    padded = np.pad(x, ((3, 3), (3, 3), (0, 0)))
    last = layers[-1]
    steps = [(i, j) for i in range(4) for j in range(4)]
    total = sum(padded[2 * i : 2 * i + ROWS, 2 * j : 2 * j + COLUMNS] @ last.kernel[i, j] for i, j in steps)
    return np.asarray((total + last.bias).transpose(2, 0, 1))


def estimates(networks: list[list[Layer]], mix: Numbers, kind: Kind) -> Numbers:
    out = np.stack([plain(layers, mix, elu=kind.elu) for layers in networks])
    if kind.shared:
        shares = np.exp(out - out.max(axis=0))
        return np.asarray(mix * shares / shares.sum(axis=0))
    return np.asarray(mix / (1 + np.exp(-out)))


def some_unets(kind: Kind) -> tuple[NDArray[np.float32], NDArray[np.float32], Numbers]:
    """Packed weights of two networks, a mix, and the stems by the definition."""
    chance = np.random.default_rng(7)
    networks = [some_layers(chance) for _ in range(2)]
    mix = chance.uniform(0, 3, (2, ROWS, COLUMNS)).astype(np.float32)
    wanted = estimates(networks, mix.astype(np.float64), kind)
    return np.stack([flbt_unet.pack(layers) for layers in networks]), mix, wanted


@pytest.mark.parametrize("named", KINDS)
def test_every_build_computes_a_unet(named: str) -> None:
    kind = KINDS[named]
    packed, mix, wanted = some_unets(kind)

    for instructions in flbt_unet.instruction_sets():
        answers = []
        for threads in (1, 2, 5):
            unets = UNets(
                packed,
                kind.elu,
                SLOPE,
                kind.shared,
                rows=ROWS,
                columns=COLUMNS,
                threads=threads,
                instructions=instructions,
            )
            answers += [unets.estimate(mix), unets.estimate(mix)]
        assert min(snr_db(stem, to=reference) for stem, reference in zip(answers[0], wanted, strict=True)) > 100
        assert all(np.array_equal(answer, answers[0]) for answer in answers), "the number of threads changes nothing"
    assert snr_db(wanted[0], to=wanted[1]) < 40


V3 = {"avx2", "fma", "bmi1", "bmi2", "f16c", "movbe", "abm", "sse4_2"}
V4 = V3 | {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}


@pytest.mark.parametrize(
    ("machine", "features", "builds"),
    [
        ("x86_64", V4, ("avx512", "avx2")),
        ("x86_64", V4 - {"avx512vl"}, ("avx2",)),  # Xeon Phi
        ("x86_64", V3, ("avx2",)),
        ("x86_64", V3 - {"fma"}, ()),
        ("x86_64", {"sse4_2"}, ()),
        ("aarch64", {"fp", "asimd"}, ("neon",)),
        ("arm64", set(), ("neon",)),  # macOS lists no features
        ("armv7l", {"neon"}, ()),
        ("ppc64le", set(), ()),
    ],
)
def test_the_fastest_build_that_a_processor_can_run_comes_first(
    machine: str, features: set[str], builds: tuple[str, ...]
) -> None:
    assert usable(machine, frozenset(features)) == builds


def test_the_fastest_build_is_the_default() -> None:
    packed = flbt_unet.pack(some_layers(np.random.default_rng(1)))[None]
    unets = UNets(packed, False, SLOPE, False, rows=ROWS, columns=COLUMNS, threads=1)
    assert unets.instructions == flbt_unet.instruction_sets()[0]


def test_sizes_that_cannot_be_halved_so_often_are_refused() -> None:
    with pytest.raises(ValueError, match="multiples of 128"):
        UNets(np.zeros((1, flbt_unet.SIZE), np.float32), False, SLOPE, False, rows=64, columns=256, threads=1)


def test_wrong_shapes_are_refused() -> None:
    layers = some_layers(np.random.default_rng(1))
    with pytest.raises(ValueError, match=r"\(5, 5, 16, 16\)"):
        flbt_unet.pack([*layers[:1], layers[1]._replace(kernel=layers[1].kernel[..., :16]), *layers[2:]])
    unets = UNets(flbt_unet.pack(layers)[None], False, SLOPE, False, rows=ROWS, columns=COLUMNS, threads=1)
    with pytest.raises(ValueError, match="in and"):
        unets.estimate(np.zeros((2, ROWS, 128), np.float32))


def test_extracted_weights_compute_what_openvino_computes(models_dir: Path) -> None:
    """Weights in another order do not: that is checked before they are cached."""
    networks = unet_weights.read_networks(models_dir / "2stems", STEMS[2])
    weights, answers = unet_weights.take(networks), unet_weights.answers_of(networks)

    assert unet_weights.agreement(weights, answers) > 80
    assert unet_weights.agreement(weights._replace(networks=weights.networks[::-1]), answers) < 40


def test_products_are_counted_and_the_rates_are_a_processors() -> None:
    """A segment has 6.2 thousand million products as plain convolutions, and a third of them here."""
    packed = flbt_unet.pack(some_layers(np.random.default_rng(1)))[None]
    one = UNets(packed, False, SLOPE, False, rows=512, columns=1024, threads=1)
    assert 1.9e9 < one.products < 2.3e9
    for instructions in flbt_unet.instruction_sets():
        registers, products = rates(instructions, runs=2)
        assert 0.5 < products < 2 * registers

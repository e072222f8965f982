"""Demucs's own answers: `.venv-demucs/bin/python tests/oracle/demucs_answers.py FOLDER`, as in `.ci/demucs`.

It runs where torch is and the product is not, so it imports neither the product nor other tests. For each model it
writes weights in both formats, one pass through the core network, and whole songs through the reference's
`apply_model`. The weights are random, and stirred: the initial scales of 1e-4 of residual layers would hide errors.
"""

import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import torch
from demucs.apply import apply_model
from demucs.htdemucs import HTDemucs
from safetensors.torch import save_file

FOUR = ["drums", "bass", "other", "vocals"]
SEGMENT = Fraction(39, 5)

#: Constructor arguments of the published models, and the lengths of their songs in seconds.
MODELS: dict[str, tuple[dict[str, Any], tuple[float, ...]]] = {
    "htdemucs": ({"sources": FOUR, "bottom_channels": 512}, (0.5, 13.65)),
    "htdemucs_6s": ({"sources": [*FOUR, "guitar", "piano"], "bottom_channels": 0}, (8.0,)),
}


def main(folder: Path) -> None:
    for name, (own, lengths) in MODELS.items():
        torch.manual_seed(len(name))
        arguments = {**own, "dconv_mode": 3, "segment": SEGMENT}
        network = HTDemucs(**arguments).eval()
        with torch.no_grad():
            stir(network)
            save(network, arguments, folder / name)
            core(network, folder / f"{name}-core.npz")
            for seconds in lengths:
                whole(network, seconds, folder / f"{name}-{seconds}.npz")


def stir(network: HTDemucs) -> None:
    """Raises the layers' scales, and moves norms and biases away from 1 and 0."""
    for name, values in network.named_parameters():
        if name.endswith("scale"):
            values.copy_(0.3 + 0.4 * torch.rand_like(values))
        elif name.endswith("bias"):
            values.add_(0.05 * torch.randn_like(values))
        elif values.dim() == 1:
            values.add_(0.2 * torch.randn_like(values))


def save(network: HTDemucs, arguments: dict[str, Any], path: Path) -> None:
    """As published: safetensors with JSON in the metadata, and a zip of `torch.save` in half precision."""
    state = {name: values.contiguous() for name, values in network.state_dict().items()}
    fraction = {"_type": "fraction", "numerator": SEGMENT.numerator, "denominator": SEGMENT.denominator}
    metadata = {
        "klass": "demucs.htdemucs.HTDemucs", "args": "[]", "kwargs": json.dumps({**arguments, "segment": fraction}),
    }  # fmt: skip
    save_file(state, f"{path}.safetensors", metadata)
    halves = {name: values.half() for name, values in state.items()}
    package = {"klass": HTDemucs, "args": (), "kwargs": arguments, "state": halves, "training_args": {"seed": 42}}
    torch.save(package, f"{path}.th")


def core(network: HTDemucs, path: Path) -> None:
    """The spectrogram and waveform in, and what comes out of the two branches before the inverse transform."""
    samples = 0.1 * torch.randn(1, 2, int(SEGMENT * 44_100))
    seen: dict[str, torch.Tensor] = {}
    mask, inverse = network._mask, network._ispec

    def masked(spectrum: torch.Tensor, out: torch.Tensor) -> Any:
        seen["spectrogram_out"] = out.clone()
        return mask(spectrum, out)

    def inverted(*arguments: Any) -> Any:
        seen["inverse"] = inverse(*arguments)
        return seen["inverse"]

    network._mask, network._ispec = masked, inverted
    total = network(samples)
    network._mask, network._ispec = mask, inverse
    np.savez(
        path,
        samples=samples.numpy(),
        spectrogram=network._magnitude(network._spec(samples)).numpy(),
        spectrogram_out=seen["spectrogram_out"].numpy(),
        waveform_out=(total - seen["inverse"]).numpy(),
    )


def whole(network: HTDemucs, seconds: float, path: Path) -> None:
    """A song and its stems, as `demucs/api.py` normalises it."""
    time = np.arange(int(seconds * 44_100)) / 44_100
    random = np.random.default_rng(1)
    left = 0.3 * np.sin(2 * np.pi * 220 * time * (1 + 0.1 * time)) + 0.05 * random.standard_normal(len(time))
    right = 0.2 * np.sign(np.sin(2 * np.pi * 110 * time)) * np.exp(-6 * (time % 0.5)) + 0.02
    song = torch.from_numpy(np.stack([left, right]).astype(np.float32))
    mono = song.mean(0)
    deviation = mono.std() + 1e-8
    stems = apply_model(network, ((song - mono.mean()) / deviation)[None], shifts=0)[0] * deviation + mono.mean()
    np.savez(path, song=song.numpy(), stems=stems.numpy())


if __name__ == "__main__":
    main(Path(sys.argv[1]))

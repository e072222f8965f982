"""SCNet's own answers: `.venv-demucs/bin/python tests/oracle/scnet_answers.py FOLDER`, as in `.ci/demucs`.

The network is that of the package pymss-core, a copy of `models/scnet` of Music-Source-Separation-Training, where the
weights were published. Whole songs go through `apply_model` of demucs, which SCNet's authors copied too. The weights
are random, and stirred: norms and biases that are 1 and 0 would hide errors.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from demucs.apply import apply_model
from pymss_core.modules.scnet.scnet import SCNet
from safetensors.torch import save_file

SEGMENT = 485_100
SECONDS = (0.5, 9.0)


def main(folder: Path) -> None:
    torch.manual_seed(5)
    network = SCNet().eval()
    with torch.no_grad():
        for name, values in network.named_parameters():
            if "bias" in name:
                values.add_(0.05 * torch.randn_like(values))
            elif values.dim() == 1:
                values.add_(0.2 * torch.randn_like(values))
        state = network.state_dict()
        save_file({name: values.contiguous() for name, values in state.items()}, folder / "scnet.safetensors")
        torch.save(state, folder / "scnet.ckpt")
        trained = {f"module.{name}": values for name, values in state.items()}  # on several GPUs
        torch.save({"best_state": trained, "epoch": 3, "history": [{"loss": 0.5}]}, folder / "trained.ckpt")
        core(network, folder / "core.npz")
        for seconds in SECONDS:
            whole(network, seconds, folder / f"{seconds}.npz")


def core(network: SCNet, path: Path) -> None:
    """A segment, and the spectrograms that go into the first block and come out of the last one."""
    samples = 0.5 * torch.randn(1, 2, SEGMENT)
    seen: dict[str, torch.Tensor] = {}
    hooks = [
        network.encoder[0].register_forward_pre_hook(lambda _, given: seen.update(into=given[0].clone())),
        network.decoder[-1][1].register_forward_hook(lambda _module, _given, out: seen.update(out=out.clone())),
    ]
    stems = network(samples)
    for hook in hooks:
        hook.remove()
    parts = {name: values.numpy() for name, values in seen.items()}
    np.savez(path, samples=samples.numpy(), stems=stems.numpy(), **parts)


def whole(network: SCNet, seconds: float, path: Path) -> None:
    """A song and its stems, normalised as `inference: normalize: true` of the published settings has it."""
    network.samplerate, network.segment, network.valid_length = 44_100, 11, lambda _length: SEGMENT
    time = np.arange(int(seconds * 44_100)) / 44_100
    random = np.random.default_rng(1)
    left = 0.3 * np.sin(2 * np.pi * 220 * time * (1 + 0.1 * time)) + 0.05 * random.standard_normal(len(time))
    right = 0.2 * np.sign(np.sin(2 * np.pi * 110 * time)) * np.exp(-6 * (time % 0.5)) + 0.02
    song = torch.from_numpy(np.stack([left, right]).astype(np.float32))
    mono = song.mean(0)
    normal = (song - mono.mean()) / mono.std()
    stems = apply_model(network, normal[None], shifts=0)[0] * mono.std() + mono.mean()
    np.savez(path, song=song.numpy(), stems=stems.numpy())


if __name__ == "__main__":
    main(Path(sys.argv[1]))

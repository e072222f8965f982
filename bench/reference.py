"""One segment through a reference by torch: `.venv-demucs/bin/python bench/reference.py MODEL THREADS`.

Prints seconds by the clock and of processor time, and the seconds of music from segment to segment, as JSON. It runs
where torch is and the product is not. See `bench/networks.py`.
"""

import json
import sys
import time
from fractions import Fraction

import torch
from demucs.htdemucs import HTDemucs
from pymss_core.modules.scnet.scnet import SCNet

FOUR = ["drums", "bass", "other", "vocals"]


def main(name: str, threads: int) -> None:
    torch.set_num_threads(threads)
    samples = 485_100 if name == "scnet" else 343_980
    if name == "scnet":
        network = SCNet().eval()
    else:
        bottom, sources = (512, FOUR) if name == "htdemucs" else (0, [*FOUR, "guitar", "piano"])
        network = HTDemucs(sources, bottom_channels=bottom, dconv_mode=3, segment=Fraction(39, 5)).eval()
    segment = 0.5 * torch.randn(1, 2, samples)
    with torch.inference_mode():
        network(segment)
        begun, cpu = time.monotonic(), time.process_time()
        for _ in range(2):
            network(segment)
    took, used = (time.monotonic() - begun) / 2, (time.process_time() - cpu) / 2
    print(json.dumps({"seconds": took, "cpu_seconds": used, "music": 0.75 * samples / 44_100}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

"""Run by Python for aarch64: `answer.py QUESTION ANSWER`, both .npz, with the installed kernels."""

import platform
import sys

import flbt_unet
import numpy as np
from flbt_unet.spectra import FRAME

FRAMES, BAND = 12, 1024

question = np.load(sys.argv[1])
assert platform.machine() == "aarch64"
(instructions,) = flbt_unet.instruction_sets()
answers = [
    flbt_unet.UNets(
        question["networks"], bool(question["elu"]), float(question["slope"]), bool(question["shared"]),
        rows=question["mix"].shape[1], columns=question["mix"].shape[2], threads=threads,
    ).estimate(question["mix"])
    for threads in (1, 2)
]  # fmt: skip
spectra = flbt_unet.Spectra(FRAMES, BAND)
spectrum, magnitudes = spectra.spectrum(question["samples"])
stems = spectra.stems(spectrum, np.stack([magnitudes, magnitudes**2]), 2, average=True)
bins = flbt_unet.rfft(question["samples"][:, :FRAME])
rounded = np.zeros(question["samples"].size, np.int32)
flbt_unet.to_24_bits(question["samples"], rounded)
np.savez(
    sys.argv[2], instructions=instructions, answers=answers, magnitudes=magnitudes, stems=stems, rounded=rounded,
    interleaved=flbt_unet.interleaved(question["samples"]), peaks=flbt_unet.peaks(question["samples"], 882),
    bins=bins, rows=flbt_unet.irfft(bins),
)  # fmt: skip

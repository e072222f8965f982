"""Run by Python for aarch64: `answer.py QUESTION ANSWER`, both .npz, with the installed kernels."""

import platform
import sys

import flbt_unet
import numpy as np

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
np.savez(sys.argv[2], instructions=instructions, answers=answers)

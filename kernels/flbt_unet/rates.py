"""Speeds of one thread: of the processor's registers, and of the products that the layers consist of."""

import time
from collections.abc import Callable
from typing import Final

from flbt_unet.builds import Instructions, instruction_sets
from flbt_unet.library import address, load, zeros
from flbt_unet.weights import PANEL

SUMS: Final = 12  # as in rates.c
DEPTH: Final = 128  # floats of a row
MOST_ROWS: Final = 16


def rates(instructions: Instructions | None = None, *, runs: int = 10) -> tuple[float, float]:
    """GFLOP/s, best of several runs, with multiplication and addition as two operations.

    The first counts multiplications with addition in registers alone, which is the most that the processor can do; the
    second the layers' products on numbers in the first cache.
    """
    library = load(instructions or instruction_sets()[0])
    rounds = 2_000_000
    inputs, weights, out = zeros(MOST_ROWS, DEPTH), zeros(DEPTH, PANEL), zeros(MOST_ROWS, PANEL)
    products = 0

    def registers() -> None:
        library.rate_of_registers(rounds)

    def layers() -> None:
        nonlocal products
        products = library.rate_of_products(rounds // 100, DEPTH, address(inputs), address(weights), address(out))

    times = [(_seconds(registers), _seconds(layers)) for _ in range(runs)]  # in turn: the clock rate changes
    fastest = [min(each) for each in zip(*times, strict=True)]
    in_registers = rounds * SUMS * library.rate_lanes()
    return 2e-9 * in_registers / fastest[0], 2e-9 * products / fastest[1]


def _seconds(run: Callable[[], None]) -> float:
    began = time.thread_time()
    run()
    return time.thread_time() - began

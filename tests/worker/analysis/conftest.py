"""Composed songs, analysed once for all tests."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import pytest

from jobs.music.analysis import Analysis
from tests.worker.analysis.composing import Truth, bled, compose
from tests.worker.analysis.songs import MEASURED, as_four
from worker.analysis.analyse import analyse
from worker.analysis.listening import listen, together

Analysed = Callable[[str], tuple[Analysis, Truth]]


@pytest.fixture(scope="session")
def analysed() -> Analysed:
    """A function from the name of a measured song to its analysis, and to what is known of it."""

    @lru_cache
    def of(name: str) -> tuple[Analysis, Truth]:
        piece = next(piece for piece in MEASURED if piece.name == name)
        sound, truth = compose(piece if name == "six" else replace(piece, bars=2 * piece.bars // 3))
        stems = as_four(bled(sound))
        return analyse(listen([*stems], together(stems))), truth

    return of

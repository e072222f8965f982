"""Attacks: found where they are, in any blocks, and in anything that is a song."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.worker.practice.playing import drums, voice
from worker.practice.attacks import find_attacks


def test_each_drum_is_found_within_a_millisecond_and_a_half() -> None:
    sound, attacks = drums(12)
    found = np.array(find_attacks([(sound + voice(12)).mean(axis=0)]))
    assert [int(np.abs(found - attack).min()) for attack in attacks if np.abs(found - attack).min() > 66] == []


def test_blocks_make_no_difference() -> None:
    song = drums(5)[0].mean(axis=0)
    blocks = [song[start : start + 7_777] for start in range(0, len(song), 7_777)]
    assert find_attacks(blocks) == find_attacks([song])


@pytest.mark.parametrize(
    "song",
    [np.zeros(0), np.zeros(10), np.zeros(200_000), np.full(50_000, 0.5)],
    ids=["empty", "short", "silent", "flat"],
)
def test_what_has_no_attack_has_at_most_its_end(song: NDArray[np.float64]) -> None:
    assert all(attack > len(song) - 2_000 for attack in find_attacks([song.astype(np.float32)]))

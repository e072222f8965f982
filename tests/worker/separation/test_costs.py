"""Costs of models are kept by machine: measured once, refined by songs."""

from pathlib import Path

import pytest

from worker.child.tasks import Spent
from worker.separation.costs import NAME, SHORTEST, Cost, cost_of, keep_cost, this_machine
from worker.separation.stopwatch import without_pauses


def spent(seconds: float, music_seconds: float = 100.0) -> Spent:
    return Spent(music_seconds=music_seconds, seconds=seconds, cpu_seconds=2 * seconds)


def kept(models_dir: Path, model: str = "htdemucs") -> tuple[float, float, int]:
    cost = cost_of(model, models_dir)
    assert cost is not None
    return round(cost.seconds, 6), round(cost.cpu_seconds, 6), cost.songs


def test_songs_count_instead_of_made_up_music_and_later_ones_for_a_quarter(tmp_path: Path) -> None:
    assert cost_of("htdemucs", tmp_path) is None
    keep_cost("htdemucs", spent(90), tmp_path, is_song=False)
    assert kept(tmp_path) == (0.9, 1.8, 0)
    keep_cost("htdemucs", spent(40), tmp_path)
    assert kept(tmp_path) == (0.4, 0.8, 1)
    keep_cost("htdemucs", spent(80), tmp_path)
    assert kept(tmp_path) == (0.5, 1.0, 2)
    keep_cost("scnet", spent(30), tmp_path)
    assert kept(tmp_path, "scnet") == (0.3, 0.6, 1)
    keep_cost("htdemucs", spent(20), tmp_path, is_song=False)  # measured again on request
    assert kept(tmp_path) == (0.2, 0.4, 0)


@pytest.mark.parametrize(
    ("pieces", "seconds"),
    [
        ([], 0),
        ([(5.0, 2.0)] * 4, 8),
        ([(5.0, 2.0), (5.0, 3.0), (5.0, 1.0), (1.0, 0.5)], 6.5),  # none was paused
        ([(5.0, 2.0), (5.0, 2.0), (5.0, 60.0), (5.0, 2.0)], 8),  # paused for 58 seconds
        ([(5.0, 2.0), (5.0, 2.0), (0.5, 2.0)], 6),  # the last segment is short, and costs as much
    ],
)
def test_pauses_do_not_count(pieces: list[tuple[float, float]], seconds: float) -> None:
    assert without_pauses(pieces) == pytest.approx(seconds)


def test_what_is_too_short_tells_nothing(tmp_path: Path) -> None:
    assert keep_cost("scnet", spent(5, SHORTEST - 1), tmp_path) is None
    assert not list(tmp_path.iterdir())


def test_other_machines_threads_and_versions_have_costs_of_their_own(tmp_path: Path) -> None:
    keep_cost("scnet", spent(40), tmp_path, threads=2)
    assert cost_of("scnet", tmp_path, threads=2) is not None
    assert cost_of("scnet", tmp_path, threads=3) is None
    assert this_machine(2).processor
    assert "openvino 20" in this_machine(2).engines
    file = tmp_path / NAME
    file.write_text(file.read_text().replace("openvino 20", "openvino 19"))
    assert cost_of("scnet", tmp_path, threads=2) is None
    keep_cost("scnet", spent(50), tmp_path, threads=2)
    assert file.read_text().count('"model"') == 2, "the other machine's stays"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"costs": [{"model": 1}]}', '{"costs": "many"}'])
def test_a_damaged_file_is_written_again(tmp_path: Path, content: str) -> None:
    (tmp_path / NAME).write_text(content)
    assert cost_of("scnet", tmp_path) is None
    assert isinstance(keep_cost("scnet", spent(40), tmp_path), Cost)
    assert cost_of("scnet", tmp_path) is not None


def test_a_folder_that_cannot_be_written_keeps_nothing() -> None:
    assert keep_cost("scnet", spent(40), Path("/proc/models")) is None

"""Agreement with Spleeter: f32 and `zeros` against the reference package, on the same songs and weights."""

from pathlib import Path

import flbt_unet
import numpy as np
import pytest

from jobs.music.separation_models import NetworkEngineName
from tests.models import STEMS
from tests.oracle.answers import BY_FILE, CASES, RECORDED, answer_path, by_file
from tests.sounds import listen, snr_db
from tests.worker.separation.record import RECORD, read_record
from tests.worker.separation.songs import make_song
from tests.worker.separation.spleeter.test_parity import AGREED, exact_network, stems_of
from worker.separation import separate
from worker.separation.spleeter.graph import find_cut
from worker.separation.spleeter.network import BANDS
from worker.separation.spleeter.openvino_network import convert

#: Every case by each build of `flbt_unet` for this processor, and two by OpenVINO.
PATHS: list[tuple[str, NetworkEngineName, flbt_unet.Instructions | None]] = [
    *((case, "unet", instructions) for case in CASES for instructions in flbt_unet.instruction_sets()),
    ("a full segment", "openvino", None),
    ("5 stems", "openvino", None),
]


@pytest.mark.parametrize(("case", "engine", "instructions"), PATHS)
def test_every_stem_equals_the_reference(
    case: str,
    engine: NetworkEngineName,
    instructions: flbt_unet.Instructions | None,
    oracle: Path,
    models_dir: Path,
) -> None:
    model, samples = CASES[case]
    checkpoint = (models_dir if len(model.stems) == 2 else oracle) / model.info.key
    network = exact_network(checkpoint, model.stems, model.band, engine, instructions)

    stems = stems_of(make_song(samples), network)

    answers = [np.load(answer_path(oracle, case, stem)) for stem in model.stems]
    for stem, answer in zip(stems, answers, strict=True):
        assert stem.shape == answer.shape
        assert snr_db(stem, to=answer) >= AGREED
    # The comparison means something only if no two networks give the same stems.
    assert all(snr_db(one, to=other) < 40 for one in answers for other in answers if one is not other)


def test_the_record_equals_stock_spleeter(oracle: Path) -> None:
    """After an intended change of stock Spleeter or the song, keep the new record."""
    recorded, now = read_record(), read_record(oracle / RECORDED)

    assert now.samples == recorded.samples
    for one, other in ((now.song, recorded.song), (now.stems, recorded.stems)):
        assert snr_db(one, to=other) > 100, f"the new record is {(oracle / RECORDED).resolve()}, the old one {RECORD}"


def test_the_two_engines_write_the_same_files_at_16_khz_and_average(
    tmp_path: Path, oracle: Path, models_dir: Path
) -> None:
    model, samples = BY_FILE

    separated = separate(by_file(models_dir, tmp_path, "unet"), lambda _: None)

    assert separated.samples == samples
    assert [file.name for file in separated.stems] == [f"{stem}.flac" for stem in model.stems]
    for file in separated.stems:
        ours, stock = listen(tmp_path / "unet" / file.name), listen(oracle / "spleeter" / file.name)
        assert len(ours) == len(stock) == samples
        assert snr_db(ours, to=stock) >= AGREED


@pytest.mark.parametrize("stems", [4, 5])
def test_more_networks_are_found_between_magnitudes_and_estimates(stems: int, oracle: Path) -> None:
    cut = find_cut(oracle / f"{stems}stems" / "model.meta", STEMS[stems])

    assert cut.magnitudes == "strided_slice_3:0"
    assert len(set(cut.estimates)) == stems


@pytest.mark.parametrize("stems", [4, 5])
def test_every_one_of_more_networks_ends_at_half_the_resolution(stems: int, oracle: Path) -> None:
    networks = convert(oracle / f"{stems}stems", STEMS[stems], BANDS["11k"])

    kinds = [node.get_type_name() for node in networks.get_ordered_ops()]
    assert kinds.count("DepthToSpace") == stems
    assert kinds.count("BatchToSpace") == 0

"""`fl-bt models`, and a song separated by a network that was added."""

from pathlib import Path

import numpy as np
import pytest

from jobs.music.separation_models import MODELS
from tests.bot.command import Run, environment, run
from tests.sounds import listen, music, snr_db, write_wav
from tests.weights import models_dir
from tests.worker.separation.checkpoints.zips import Call, pickled, save, write_torch_file
from tests.worker.separation.htdemucs.networks import invented, write_network

__all__ = ["environment", "models_dir", "run"]

NOWHERE = {"HTTPS_PROXY": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1"}


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.suffix != ".lock") if folder.exists() else []


@pytest.fixture
def empty(tmp_path: Path) -> dict[str, str]:
    return {**NOWHERE, "FLBT_MODELS": str(tmp_path / "models")}


def test_the_list_has_stems_licence_size_and_where_from(run: Run, empty: dict[str, str]) -> None:
    done = run("models", extra=empty)
    assert done.returncode == 0, done.stderr
    assert [name for name in MODELS if f"\n{name} " in f"\n{done.stdout}"] == list(MODELS)
    assert done.stdout.count("not installed") == len(MODELS)
    paragraph = done.stdout[done.stdout.index("htdemucs ") :]
    for told in (
        "4 stems: vocals, drums, bass, other",
        "84 MB to fetch",
        "MIT",
        "Meta AI",
        "8726e21a.th",
        "models add",
    ):
        assert told in paragraph


@pytest.mark.parametrize(
    ("name", "title", "credit"),
    [
        ("htdemucs", "HTDemucs", "Hybrid Transformer Demucs by Meta AI (Rouard, Massa, Défossez 2022)"),
        ("scnet", "SCNet", "SCNet by Weinan Tong and others (2024), trained by starrytong, published by ZFTurbo"),
    ],
)
def test_the_licence_is_shown_before_a_fetch_that_fails(
    run: Run, empty: dict[str, str], tmp_path: Path, name: str, title: str, credit: str
) -> None:
    done = run("models", "fetch", name, extra=empty)
    assert (done.returncode, done.stdout) == (1, "")
    licence, failure = done.stderr.splitlines()
    assert licence == f"{name}: {credit}. Licence: MIT."
    assert failure.startswith(f"The weights for 4 stems, {title} could not be fetched.")
    assert f"fl-bt models add FILE --name {name}" in failure
    assert left(tmp_path / "models") == []


def test_a_fetch_into_a_folder_that_cannot_be_written_is_a_sentence(run: Run, empty: dict[str, str]) -> None:
    done = run("models", "fetch", "scnet", extra={**empty, "FLBT_MODELS": "/proc/models"})
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(
        "The weights for 4 stems, SCNet could not be installed in /proc/models: "
    )


def test_a_file_of_something_else_is_refused_and_leaves_nothing(
    run: Run, empty: dict[str, str], tmp_path: Path
) -> None:
    song = write_wav(tmp_path / "song.wav", music(0.1))
    hostile = write_torch_file(tmp_path / "a.th", pickled(Call("os.system", "touch escaped")), {})
    other = save(tmp_path / "other.th", {"weight": np.zeros(3, np.float32)}, {"t_heads": 8})
    for file, why in ((song, "header"), (hostile, "os.system"), (other, "no encoder.0.conv.weight")):
        done = run("models", "add", str(file), "--name", "htdemucs", extra=empty)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"{file.name} holds no weights for htdemucs, so nothing was changed.")
        assert why in done.stderr
    assert left(tmp_path / "models") == []
    spleeter = run("models", "add", str(song), "--name", "spleeter-4", extra=empty)
    assert spleeter.returncode == 2
    assert "fl-bt models fetch spleeter-4" in spleeter.stderr


@pytest.mark.parametrize(
    "words", [("fetch", "htdemucs_7s"), ("check", "htdemucs_7s"), ("add", "song.wav", "--name", "htdemucs_7s")]
)
def test_an_unknown_name_is_told_with_those_there_are(
    run: Run, empty: dict[str, str], tmp_path: Path, words: tuple[str, ...]
) -> None:
    write_wav(tmp_path / "song.wav", music(0.1))
    done = run("models", *words, extra=empty)
    assert (done.returncode, done.stdout) == (2, "")
    assert "'htdemucs_7s' is not one of" in done.stderr
    assert all(f"'{name}'" in done.stderr for name in MODELS)
    assert left(tmp_path / "models") == []


def test_six_stems_asked_of_a_network_with_four_are_told(run: Run, empty: dict[str, str], tmp_path: Path) -> None:
    song = write_wav(tmp_path / "song.wav", music(0.5))
    for words in (("--mix", "no guitar"), ("--only", "guitar")):
        done = run("separate", str(song), "--model", "htdemucs", *words, extra=empty)
        assert done.returncode == 2
        assert "htdemucs has these stems: vocals, drums, bass, other." in done.stderr


def test_a_model_that_is_not_installed_is_not_fetched_unasked(run: Run, empty: dict[str, str], tmp_path: Path) -> None:
    song = write_wav(tmp_path / "song.wav", music(0.5))
    done = run("separate", str(song), "--model", "htdemucs", extra=empty)
    assert done.returncode == 1
    assert "uv run fl-bt models fetch htdemucs" in done.stderr


def test_a_torch_file_is_added_and_checked(run: Run, empty: dict[str, str], tmp_path: Path) -> None:
    halves = {name: values.astype(np.float16) for name, values in invented("htdemucs").items()}
    file = save(tmp_path / "weights.th", halves, {"sources": ["drums", "bass", "other", "vocals"]})
    added = run("models", "add", str(file), "--name", "htdemucs", extra=empty)
    assert added.returncode == 0, added.stderr
    assert "its SHA-256 was recorded" in added.stderr
    assert left(tmp_path / "models") == ["htdemucs", "sealed.json", "weights.safetensors"]
    assert run("models", "check", "htdemucs", extra=empty).stdout.startswith("htdemucs yes 167")
    listed = run("models", extra={**empty, "FLBT_MEMORY_MB": "1000"}).stdout
    assert "no worker of this machine takes its songs: FLBT_MEMORY_MB is below 1300" in listed

    weights = tmp_path / "models" / "htdemucs" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4])
    assert run("models", "check", "htdemucs", extra=empty).stdout == "htdemucs no 0\n"
    other = run("models", "add", str(file), "--name", "htdemucs", extra={**empty, "FLBT_MODELS": "/proc/models"})
    assert other.returncode == 1
    assert "could not be installed in /proc/models" in other.stderr


@pytest.mark.whole
def test_six_stems_and_a_mix_without_the_guitar(run: Run, empty: dict[str, str], tmp_path: Path) -> None:
    file = write_network(tmp_path / "a.safetensors", "htdemucs_6s")
    assert run("models", "add", str(file), "--name", "htdemucs_6s", extra=empty).returncode == 0
    song = music(1.0) * 0.5
    path = str(write_wav(tmp_path / "song.wav", song))
    words = ("-f", "wav32", "-o", str(tmp_path / "out"))

    done = run("separate", path, "--model", "htdemucs_6s", *words, extra=empty)

    assert done.returncode == 0, done.stderr
    stems = {name.stem.removesuffix(" (float)"): listen(name) for name in (tmp_path / "out").rglob("*.wav")}
    assert stems.keys() == {"vocals", "guitar", "piano", "drums", "bass", "other"}
    whole = np.stack(list(stems.values())).sum(0)
    assert snr_db(whole, to=song) > 60, "what the network leaves over is in the other stem"
    lines = done.stderr.splitlines()
    assert lines[-1].startswith("Added up, the stems differ from the song by ")
    assert float(lines[-1].rpartition(" by ")[2].removesuffix(" dB").replace("−", "-")) < -100
    assert lines[-2].startswith("The network left ")
    assert lines[-2].endswith(" dB of the song out; that is in “other”.")

    mixed = run("separate", path, "--mix", "no guitar", *words, extra=empty)
    assert mixed.returncode == 0, mixed.stderr
    without = listen(next((tmp_path / "out").rglob("no guitar*.wav")))
    assert snr_db(without, to=song - stems["guitar"]) > 60


def test_a_measured_cost_is_listed(run: Run, empty: dict[str, str], tmp_path: Path, models_dir: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "2stems").symlink_to(models_dir / "2stems")
    checked = run("models", "check", "2", "--measure", extra=empty)
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.startswith("spleeter-2 yes ")
    told = checked.stderr.strip().removeprefix("spleeter-2: ")
    assert told.startswith("4:00 of music take 0:")
    listed = run("models", extra=empty).stdout
    assert listed[: listed.index("spleeter-4")].count(told) == 1

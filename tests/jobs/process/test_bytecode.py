"""Where Python may not write bytecode beside the sources, it is kept in the user's cache."""

import os
import subprocess
import sys
from pathlib import Path

#: The command, in an installation without bytecode, which `uncompiled` stands for.
COMMAND = "import jobs.process.bytecode as b; b.SAMPLES = ('uncompiled',); from bot.cli.main import main; main()"


def models(place: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    (place / "uncompiled.py").touch()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("FLBT_", "PYTHON"))}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", "XDG_CACHE_HOME": str(cache), "PYTHONPATH": str(place)}
    return subprocess.run(
        [sys.executable, "-c", COMMAND, "models", "--help"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def compiled(cache: Path) -> list[Path]:
    return sorted((cache / "fl-bt" / "bytecode").rglob("settings.*.pyc"))


def test_it_is_kept_privately_and_damage_is_repaired(tmp_path: Path) -> None:
    said = models(tmp_path, tmp_path)
    assert (said.returncode, said.stderr) == (0, "")
    kept = compiled(tmp_path)
    assert kept
    assert (tmp_path / "fl-bt" / "bytecode").stat().st_mode & 0o077 == 0
    for file in kept:
        file.write_bytes(file.read_bytes()[:100])
    again = models(tmp_path, tmp_path)
    assert (again.returncode, again.stdout) == (0, said.stdout)
    assert [file.stat().st_size for file in compiled(tmp_path)] > [100] * len(kept)


def test_a_folder_of_others_is_not_used(tmp_path: Path) -> None:
    folder = tmp_path / "fl-bt" / "bytecode"
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    assert models(tmp_path, tmp_path).returncode == 0
    assert list(folder.iterdir()) == []


def test_a_place_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert models(tmp_path, tmp_path / "file").returncode == 0

"""The `fl-bt` command and its subcommands beside `separate`: a process, and what it prints."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click import Context
from click.testing import CliRunner

from bot.cli.main import SUBCOMMANDS, main
from tests.bot.command import Run, environment, run
from tests.weights import models_dir

__all__ = ["environment", "models_dir", "run"]


#: `fl-bt` as a user without a name, since only root could become one.
HOMELESS = """
import pwd
def nobody(number):
    raise KeyError(number)
pwd.getpwuid = nobody
from bot.cli.main import main
main()
"""


def test_the_list_of_commands_has_the_first_sentence_of_each_on_a_line() -> None:
    shown = CliRunner(env={"COLUMNS": "80"}).invoke(main, ["--help"]).output
    listed = dict(line.split(maxsplit=1) for line in shown.partition("Commands:\n")[2].splitlines())
    assert {name: SUBCOMMANDS[name][1] for name in listed} == listed
    context = Context(main)
    for name, sentence in listed.items():
        command = main.get_command(context, name)
        assert command is not None
        assert (command.help or "").replace("\n", " ").startswith(sentence), name


def test_signs_that_a_locale_does_not_have_are_written_in_others(run: Run) -> None:
    done = run("doctor", extra={"PYTHONIOENCODING": "iso-8859-1"})
    assert (done.returncode, done.stderr) == (0, "")
    assert r"\u2713 Python" in done.stdout


def test_without_a_home_folder_the_data_has_to_be_named(tmp_path: Path) -> None:
    """As a user who is only a number, in a container."""
    homes = ("HOME", "XDG_DATA_HOME")
    homeless = {name: value for name, value in os.environ.items() if name not in homes and not name.startswith("FLBT_")}
    done = subprocess.run(
        [sys.executable, "-P", "-c", HOMELESS, "doctor"], cwd=tmp_path, env=homeless, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("FLBT_DATA is not set, and this user has no home folder.")


def test_without_a_token_up_says_how_to_get_one(run: Run) -> None:
    done = run("up")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 5
    assert "BotFather" in done.stderr


def test_a_search_without_words_says_what_to_give(run: Run) -> None:
    done = run("find")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Give the name of a song" in done.stderr


@pytest.mark.parametrize("part", [("bot", "bot"), ("worker", "run")])
def test_a_tethered_part_that_is_set_up_wrong_says_so_by_its_exit_code(
    tmp_path: Path, environment: dict[str, str], part: tuple[str, str]
) -> None:
    """Or its supervisor would start it again for ever."""
    command = [sys.executable, "-P", "-m", *part, "--tethered"]
    wrong = {"FLBT_REDIS_URL": "redis://127.0.0.1:1/0"} if part[0] == "bot" else {}  # no token; no queue
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment | wrong, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.wait(timeout=60) == 2
        assert process.stderr is not None
        assert len(process.stderr.read().splitlines()) == 1


def test_weights_that_cannot_be_had_are_a_sentence(run: Run, tmp_path: Path) -> None:
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1"}
    done = run("models", "fetch", "4", extra={**nowhere, "FLBT_MODELS": str(tmp_path / "models")})
    assert (done.returncode, done.stdout) == (1, "")
    licence, failure = done.stderr.splitlines()
    assert licence.endswith("Licence: MIT.")
    assert failure.startswith("The weights for 4 stems could not be fetched.")
    assert not [path for path in (tmp_path / "models").iterdir() if not path.name.endswith(".lock")]


def test_doctor_reports_faults_with_advice(run: Run) -> None:
    well = run("doctor")
    assert well.returncode == 0, well.stdout
    assert "✓ Weights  2 stems (" in well.stdout
    ill = run("doctor", extra={"FLBT_REDIS_URL": "redis://127.0.0.1:1/0", "FLBT_STORE": "file:///proc/store"})
    assert ill.returncode == 1
    assert "✗ Queue" in ill.stdout
    assert "✗ Store" in ill.stdout
    assert ill.stdout.count("→") >= 2


#: Leaves every place with a worker out of reach, then runs the command that the arguments name.
ALONE = """
import os, runpy, sys
sys.path[:] = [sys.argv.pop(1), *(place for place in sys.path if not os.path.isdir(os.path.join(place, "worker")))]
runpy.run_module("bot", run_name="__main__", alter_sys=True)
"""


def test_doctor_where_the_bot_is_alone(
    request: pytest.FixtureRequest, tmp_path: Path, environment: dict[str, str]
) -> None:
    """As in the bot's container: without a worker, missing weights are no fault."""
    for room in ("bot", "jobs"):
        (tmp_path / "app" / room).parent.mkdir(exist_ok=True)
        (tmp_path / "app" / room).symlink_to(request.config.rootpath / room)
    done = subprocess.run(
        [sys.executable, "-P", "-c", ALONE, str(tmp_path / "app"), "doctor"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "✓ Weights  none needed" in done.stdout, done.stderr
    assert done.returncode == 0


def test_doctor_says_why_the_worker_could_not_be_asked(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "worker").mkdir()
    (tmp_path / "worker" / "__init__.py").touch()
    (tmp_path / "worker" / "__main__.py").write_text("raise SystemExit('half of it is missing')")
    done = subprocess.run(
        [sys.executable, "-P", "-m", "bot", "doctor"],
        cwd=tmp_path, env=environment | {"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "✗ Worker   could not be asked: half of it is missing" in done.stdout
    assert done.returncode == 1


def test_the_version(run: Run) -> None:
    assert run("--version").stdout == "fl-bt, version 0.1.0\n"

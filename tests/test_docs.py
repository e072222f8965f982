"""The documentation pages: a test runs every command in them or gives a reason, and every named path exists."""

import re
import shlex
from collections.abc import Iterator
from configparser import ConfigParser, SectionProxy
from pathlib import Path

import click
import pytest

from bot.cli.main import SUBCOMMANDS, main
from jobs.process.supervise import MISCONFIGURED
from jobs.settings import Settings

ROOT = Path(__file__).parent.parent
DEPLOYMENT = ROOT / "docs" / "deployment.md"
PAGES = sorted(
    [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "CHANGELOG.md",
        ROOT / "SECURITY.md",
        *(ROOT / "docs").rglob("*.md"),
    ],
)

#: What the commands of our pages begin with: settings in front aside, these programs.
PROGRAMS = ("cd", "curl", "docker", "fl-bt", "git", "journalctl", "make", "pip", "sudo", "systemctl",
            "systemd-analyze", "uv", "uvx")  # fmt: skip

ITSELF = "this very run"
DOCKER = "wants Docker: `make docker` runs it"
CLUSTER = "wants a cluster; tests/test_deployment.py compares the files"
CHANGES = "changes the machine it runs on"
LINK = "https://www.youtube.com/watch?v=jNQXAC9IVRw"
OTHERS = "fetches other releases than those in the lock"
APART = "runs tests that are apart from these; CI runs it"
WEB = "tests/test_web_end_to_end.py::test_a_link_and_a_file_become_zips_with_a_player"
HOURS = "takes too long for a test; prints the figures of a page"

#: Each command of the pages: the test that runs it, as file::function, or in words why none does.
COMMANDS = {
    # The README
    "pip install uv": "fetches from a package index; how uv came to this machine",
    "uv run fl-bt separate --demo": "tests/bot/terminal/test_terminal.py::test_the_demo",
    "uv run fl-bt separate song.mp3": (
        "tests/bot/terminal/test_terminal.py::test_several_sources_each_get_their_place_and_a_failure_is_the_exit_code"
    ),
    f'uv run fl-bt separate "{LINK}" --stems 4 --format mp3 --zip --output ~/Music': (
        "tests/bot/terminal/test_terminal.py::test_a_zip_of_mp3s_from_a_youtube_link"
    ),
    "uv run --group dev pytest": ITSELF,
    "uv run fl-bt up": "tests/test_end_to_end.py::test_from_pairing_to_stems_through_restarts",
    "curl -X POST localhost:8000/api/submit/jNQXAC9IVRw": WEB,
    "curl -F file=@song.mp3 localhost:8000/api/submit": WEB,
    "curl localhost:8000/api/status/TASK_ID": WEB,
    "curl -OJ localhost:8000/api/download/TASK_ID": WEB,
    "fl-bt web": "tests/bot/web/test_process.py::test_a_song_from_curl_to_its_zip_and_an_end_when_told",
    "uv run fl-bt doctor": "tests/bot/cli/test_command.py::test_doctor_reports_faults_with_advice",
    'echo "REDIS_PASSWORD=$(openssl rand -hex 24)" >> .env': "writes into a person's .env; `make docker` does as much",
    "docker buildx imagetools inspect IMAGE": "asks a registry of images",
    "docker compose up --build": DOCKER,
    "docker compose logs bot": DOCKER,
    "docker compose logs discord": DOCKER,
    "docker compose up --build --scale bot=0": DOCKER,
    "docker compose logs web": DOCKER,
    # In the terminal
    "fl-bt separate song.mp3": (
        "tests/bot/terminal/test_terminal.py::test_several_sources_each_get_their_place_and_a_failure_is_the_exit_code"
    ),
    'fl-bt separate song.mp3 --mix "no vocals"': (
        "tests/bot/terminal/test_options.py::test_a_mix_and_single_stems_quietly"
    ),
    "fl-bt separate song.mp3 --only vocals --only drums -f mp3 --bitrate 192": (
        "tests/bot/terminal/test_options.py::test_a_mix_and_single_stems_quietly"
    ),
    "fl-bt separate setlist --recursive --skip -o ~/Stems": (
        "tests/bot/terminal/test_options.py::test_a_folder_with_names_of_ones_own_as_json"
    ),
    "fl-bt separate - --json -q < songs.txt": (
        "tests/bot/terminal/test_options.py::test_a_list_on_standard_input_with_the_log"
    ),
    'fl-bt mix song.mp3 "no drums" --tempo 80 --key -2 --click --count-in 1': (
        "tests/bot/terminal/test_mix.py::test_a_mix_slower_and_lower"
    ),
    'fl-bt mix song.mp3 "no vocals"': "tests/bot/terminal/test_mix.py::test_a_mix_slower_and_lower",
    "fl-bt analyse --demo": (
        "tests/bot/terminal/test_analyse.py::test_the_demo_is_analysed_and_nothing_is_asked_for_it"
    ),
    "fl-bt analyse song.mp3": "tests/bot/terminal/test_analyse.py::test_a_song_is_separated_and_analysed",
    "fl-bt find elis tom águas de março": "tests/bot/terminal/test_find.py::test_a_song_is_found_by_its_name",
    'eval "$(fl-bt completion bash)"': (
        "tests/bot/terminal/test_options.py::test_a_shell_completes_options_and_their_values"
    ),
    "fl-bt completion fish": "tests/bot/terminal/test_options.py::test_a_shell_completes_options_and_their_values",
    "fl-bt models": "tests/bot/cli/test_models.py::test_the_list_has_stems_licence_size_and_where_from",
    "fl-bt models fetch": "tests/bot/cli/test_models.py::test_the_licence_is_shown_before_a_fetch_that_fails",
    "fl-bt models fetch htdemucs": "tests/bot/cli/test_models.py::test_the_licence_is_shown_before_a_fetch_that_fails",
    "fl-bt models fetch scnet": "tests/bot/cli/test_models.py::test_the_licence_is_shown_before_a_fetch_that_fails",
    "fl-bt models check": "tests/bot/cli/test_models.py::test_a_torch_file_is_added_and_checked",
    "fl-bt models check --measure": "tests/bot/cli/test_models.py::test_a_measured_cost_is_listed",
    "fl-bt models add FILE --name htdemucs": "tests/bot/cli/test_models.py::test_a_torch_file_is_added_and_checked",
    "fl-bt separate song.mp3 --model htdemucs": (
        "tests/bot/cli/test_models.py::test_six_stems_and_a_mix_without_the_guitar"
    ),
    # One machine
    "fl-bt up": "tests/test_end_to_end.py::test_from_pairing_to_stems_through_restarts",
    "fl-bt separate": "tests/bot/terminal/test_terminal.py::test_the_demo",
    "fl-bt doctor": "tests/bot/cli/test_command.py::test_doctor_reports_faults_with_advice",
    "cd /opt/fl-bt": CHANGES,
    "sudo env UV_PYTHON_INSTALL_DIR=/opt/fl-bt/.python uv sync --locked --compile-bytecode": CHANGES,
    "sudo install -m 600 .env /etc/fl-bt.env": CHANGES,
    "sudo systemctl edit --force --full fl-bt.service": CHANGES,
    "sudo systemctl enable --now fl-bt": CHANGES,
    "journalctl -u fl-bt -f": CHANGES,
    "systemd-analyze verify": "wants systemd, and the unit where it will be",
    "systemd-analyze security --offline=true fl-bt.service": "wants systemd, and the unit where it will be",
    "systemctl restart fl-bt": CHANGES,
    # Compose
    "docker compose up --build --detach": DOCKER,
    "docker compose up --detach": DOCKER,
    "docker compose up --detach --scale worker=2": DOCKER,
    "docker compose -f docker-compose.worker.yaml up --build --detach": "wants Docker, a Redis and a bucket",
    "docker compose ps": DOCKER,
    "docker kill": DOCKER,
    "docker stop": DOCKER,
    "docker compose down": DOCKER,
    "docker compose down --volumes": DOCKER,
    "docker compose exec bot python -m bot doctor": (
        "tests/bot/cli/test_command.py::test_doctor_where_the_bot_is_alone"
    ),
    "docker compose exec telegram-bot-api sh -c 'cd /var/lib/telegram-bot-api && find */music */documents */voice "
    "*/videos -type f -mtime +1 -delete'": "wants an account with Telegram",
    'curl "https://api.telegram.org/bot$FLBT_TELEGRAM_TOKEN/logOut"': "wants an account with Telegram",
    # Kubernetes
    "docker build --target bot --tag registry.example/fl-bt-bot:0.1.0 .": DOCKER,
    "docker build --target worker --tag registry.example/fl-bt-worker:0.1.0 .": DOCKER,
    "kubectl create secret generic fl-bt --from-env-file=.env": CLUSTER,
    "kubectl create secret generic fl-bt-queue --from-literal=address=queue.lan:6379 --from-literal=username=default "
    "--from-literal=password=PASSWORD": CLUSTER,
    "kubectl apply --kustomize .": CLUSTER,
    # Upgrading
    "git pull": "fetches another FL-BT than the one under test",
    "git checkout uv.lock": "throws away what a person has changed",
    "uv lock --upgrade-package pytubefix --upgrade-package yt-dlp --upgrade-package yt-dlp-ejs": OTHERS,
    "uv lock --upgrade-package NAME && uv run --group dev pytest": OTHERS,
    "uv run --group dev pytest tests/worker/sources": ITSELF,
    "uv sync --locked --compile-bytecode": CHANGES,
    "uv audit": "asks a database on the network, which knows more tomorrow than today",
    # For who changes it
    "uvx pre-commit install": "changes how this checkout commits",
    "uv run --group dev pytest tests/jobs": ITSELF,
    "uv run --group dev python -m bench.mutants": HOURS,
    "uv run --group dev python -m bench.walls": HOURS,
    "uv run --group dev python -m bench.pairs OTHER": "needs a checkout of another commit, and takes minutes",
    "uv run --group dev python -m bench.quality --musdb FOLDER": "needs MUSDB18-HQ; a test has a small one",
    "uv run fl-bt models fetch 4 5 htdemucs htdemucs_6s scnet": "fetches 0.5 GB from publishers",
    "uv run --group dev python -m bench.installed": "installs everything once more",
    "make dev": "fetches 0.8 GB; how this environment came to be",
    "make check": "CI runs it beside the tests",
    "make test": ITSELF,
    "make coverage": "runs the tests",
    "make faults": APART,
    "make oracle": APART,
    "make arm": APART,
    "make browser": "CI, where a Chromium is: .ci/browser",
    "make bench": HOURS,
    "make docker": DOCKER,
}


def blocks(text: str) -> tuple[list[str], str]:
    """The lines of a page's `sh` blocks, continued ones in one; and the page without any block."""
    block = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
    shell = "".join(body for language, body in block.findall(text) if language == "sh")
    return [" ".join(line.split()) for line in shell.replace("\\\n", " ").splitlines()], block.sub("", text)


def commands(page: Path) -> Iterator[str]:
    """Everything that a person could type, from shell blocks and from the middle of sentences."""
    lines, rest = blocks(page.read_text(encoding="utf-8"))
    yield from filter(None, lines)
    for span in re.findall(r"`([^`]+)`", rest):
        words = span.split()
        if re.split(r"[\s.:]", span)[0] in PROGRAMS and len(words) > 1 and not words[0].endswith((".lock", "bookworm")):
            yield " ".join(words)


def named_everywhere() -> dict[str, set[str]]:
    """Each command with the pages that have it."""
    found: dict[str, set[str]] = {}
    for page in PAGES:
        for command in commands(page):
            found.setdefault(command, set()).add(page.name)
    return found


def test_every_command_is_run_by_a_test_or_says_why_not() -> None:
    named = named_everywhere()
    assert {command: named[command] for command in named.keys() - COMMANDS.keys()} == {}, "in the pages, but not here"
    assert COMMANDS.keys() - named.keys() == set(), "here, but on no page any more"


def test_the_tests_that_run_commands_are_there() -> None:
    for command, answer in COMMANDS.items():
        path, found, test = answer.partition("::")
        if found:
            assert defines(ROOT / path, test), command


def defines(file: Path, test: str) -> bool:
    return re.search(rf"^(async )?def {test}\(", file.read_text(encoding="utf-8"), re.MULTILINE) is not None


def test_blocks_say_what_they_are() -> None:
    """A block without a language is a picture: no command hides there."""
    for page in PAGES:
        for language, body in re.findall(r"^ *```(\w*)\n(.*?)^ *```$", page.read_text(), re.DOTALL | re.MULTILINE):
            if not language:
                hidden = [line for line in body.splitlines() if line.split(" ")[0] in PROGRAMS]
                assert hidden == [], f"in {page.name}"


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith(("uv run fl-bt", "fl-bt"))])
def test_our_own_commands_take_these_words(command: str) -> None:
    words = shlex.split(command.partition(" < ")[0])
    name, *rest = words[words.index("fl-bt") + 1 :]
    command_ = loaded(name)
    if isinstance(command_, click.Group) and rest:
        _, subcommand, rest = command_.resolve_command(click.Context(command_), rest)
        assert subcommand is not None
        command_ = subcommand
    context = command_.make_context(name, rest)  # raises what click says of a wrong word
    assert context.params.keys() >= {option.name for option in command_.params if option.expose_value}
    assert context.args == [], "words that nobody reads"


def test_every_way_to_run_it_is_in_its_help() -> None:
    """The help of all commands is there before they are imported, in the words of each."""
    for name, (_, short) in SUBCOMMANDS.items():
        command = loaded(name)
        assert (command.help or "").startswith(short.rstrip(".")), name
        assert command.hidden == (not short), name


def loaded(name: str) -> click.Command:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    return command


@pytest.mark.parametrize("target", ["dev", "check", "test", "faults", "oracle", "coverage", "bench", "docker"])
def test_what_make_makes(target: str) -> None:
    """Read, and not asked of `make`: the tests need nothing but uv."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    variables = dict(re.findall(r"^(\w+) = (.*)$", makefile, re.MULTILINE))
    recipe = re.search(rf"^{target}: ##.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    assert recipe
    for line in recipe[1].splitlines():
        command = re.sub(r"\$\((\w+)\)", lambda name: variables[name[1]], line.strip())
        assert command.startswith("uv "), command
    assert re.search(rf"^\.PHONY:.*\b{target}\b", makefile, re.MULTILINE)


def test_links_lead_somewhere() -> None:
    """To files that are there, and to headings that are in them."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"https?:|tg:|mailto:", target):
                continue
            path, _, heading = target.partition("#")
            place = (page.parent / path).resolve() if path else page
            assert place.exists(), f"{page.name}: {target}"
            if heading:
                assert heading in [slug(line) for line in place.read_text().splitlines() if line.startswith("#")], (
                    target
                )


def slug(heading: str) -> str:
    """A heading's anchor, as code forges make it."""
    return re.sub(r"[^\w\- ]", "", heading.lstrip("# ").lower()).replace(" ", "-")


def test_files_that_pages_name_are_there() -> None:
    """Paths with a folder of ours in front, in code spans: `worker/pipeline.py`, `bot/texts/`, `tests/x.py::test_y`."""
    for page in PAGES:
        _, rest = blocks(page.read_text(encoding="utf-8"))
        for span, test in re.findall(r"`((?:bot|jobs|worker|tests|bench|docs)/[\w./*-]*)(?:::(\w+))?`", rest):
            assert list(ROOT.glob(span.rstrip("/"))), f"{page.name}: {span}"
            assert not test or defines(ROOT / span, test), f"{page.name}: {span}::{test}"


def test_files_of_the_tour_are_there() -> None:
    """CONTRIBUTING walks through the rooms: each file and folder it names is in the room it is named under."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    tour = text[text.index("## The tour of the house") :]
    tour = tour[tour.index("```") + 3 : tour.index("```", tour.index("```") + 3)]
    named = 0
    for part in re.split(r"^(?=\w+/ )", tour, flags=re.MULTILINE):
        room = part.partition("/")[0].strip()
        for name in re.findall(r"[\w/]+(?:\.py|/)(?=[\s,;)]|$)", part)[1:]:
            assert (ROOT / room / name).exists(), f"{room}/{name}"
            named += 1
    assert named > 20


def test_every_setting_of_the_pages_is_one() -> None:
    known = (ROOT / ".env.example").read_text(encoding="utf-8")
    for page in PAGES:
        for name in re.findall(r"\bFLBT_[A-Z_]*[A-Z]\b", page.read_text(encoding="utf-8")):
            assert f"{name}=" in known, f"{page.name}: {name}"


def service_section() -> SectionProxy:
    """The [Service] of the unit for systemd."""
    unit = ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]  # systemd's names have capitals
    (body,) = re.findall(r"^```ini\n(\[Unit\].*?)^```$", DEPLOYMENT.read_text(), re.DOTALL | re.MULTILINE)
    unit.read_string(body)
    return unit["Service"]


def test_the_unit_for_systemd_starts_what_there_is() -> None:
    """`systemd-analyze verify` was asked by hand; what would go out of date is held here."""
    service = service_section()
    command = shlex.split(service["ExecStart"])
    assert command[0].endswith("/.venv/bin/fl-bt")
    assert command[1] in SUBCOMMANDS
    assert service["RestartPreventExitStatus"] == str(MISCONFIGURED)
    assert Settings.model_config["env_prefix"] + "DATA=" in service["Environment"]


def test_the_unit_for_systemd_is_closed_and_lets_children_lock_themselves_in() -> None:
    service = service_section()
    for name in (
        *("NoNewPrivileges", "DynamicUser", "LockPersonality", "PrivateDevices", "PrivateIPC", "PrivateMounts"),
        *("PrivateTmp", "PrivateUsers", "ProtectClock", "ProtectControlGroups", "ProtectHome", "ProtectHostname"),
        *("ProtectKernelLogs", "ProtectKernelModules", "ProtectKernelTunables", "RemoveIPC", "RestrictNamespaces"),
        *("RestrictRealtime", "RestrictSUIDSGID"),
    ):
        assert service[name] == "yes", name
    assert (service["CapabilityBoundingSet"], service["UMask"], service["ProtectProc"]) == ("", "0077", "invisible")
    assert service["SystemCallArchitectures"] == "native"
    assert "MemoryDenyWriteExecute" not in service, "OpenVINO and Node write code"
    lines = re.findall(r"^SystemCallFilter=(.*)$", DEPLOYMENT.read_text(), re.MULTILINE)
    assert lines[:2] == ["@system-service", "~@privileged @resources"]
    allowed = " ".join(lines[2:]).split()
    assert {"setpriority", "seccomp", "landlock_create_ruleset", "landlock_restrict_self"} <= {*allowed}

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
from tests.documented_commands import COMMANDS

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

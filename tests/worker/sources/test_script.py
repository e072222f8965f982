"""A hostile player script: it computes, and reaches nothing."""

import importlib.util
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest

from jobs.failures import Reason
from jobs.models import YouTube
from jobs.youtube import Provider
from tests.peers.pages import hostile_script, loot
from tests.peers.videos import Trouble, Video
from tests.peers.youtube import YouTubeStandIn
from tests.worker.sources.player import Play, Said
from tests.worker.sources.youtube.downloads import ID, refused
from worker.child.parent_side import run_child
from worker.child.tasks import FetchTask
from worker.sources.script import bind_conditions, evaluate

SECRET = "FLBT_TELEGRAM_TOKEN=123456:not-for-players"


@pytest.mark.parametrize(
    ("condition", "value"),
    [
        ("7+3<38 and 7+4>=26", 0),
        ("30+3<38 and 30+4>=26", 1),
        ("(5&115)==5", 0),
        (" not (9-9>>3)", 1),
        ("((4|3)&7)<9 and (4^12)>>2>=0", 1),
        ("1 or 2", 1),
        ("-5%3", 1),
        ("3^5|8", 14),
        ("1<2<3", 1),
    ],
)
def test_conditions_are_computed_as_python_does(condition: str, value: int) -> None:
    assert evaluate(condition) == value == int(eval(condition))


@pytest.mark.parametrize(
    "condition",
    [
        "__import__('os').system('true')", "().__class__", "p", "'a'*9", "1.5", "[1]", "2**99999", "1<<70", "1>>-1",
        "9" * 30, "1%0", "lambda: 1", "1 if 1 else 2", "f''", "(" * 400 + "1" + ")" * 400, "1+" * 400 + "1", "", "1)",
    ],
)  # fmt: skip
def test_only_small_arithmetic_is_a_condition(condition: str) -> None:
    with pytest.raises(ValueError, match=r"^(a |no )"):
        evaluate(condition)


def test_a_condition_of_the_players_runs_nothing(tmp_path: Path) -> None:
    """The library's own search for a branch, which otherwise evaluates this with Python's `eval`."""
    from pytubefix.cipher import Cipher

    marker = tmp_path / "marker"
    words = ["split", "", "_w8_"]
    body = (
        "function f(p,q,n){var x=p^q;"
        f'if(p>900||__import__("pathlib").Path("{marker}").touch())b:{{g()}}'
        "if(p+3<38&&p+4>=26)a:{n[G[x^7]](G[x^6])}}"
    )
    bind_conditions()
    found = Cipher._extract_xor_branch_nsig_params(body, "f", "G", words, body)
    assert found
    assert not marker.exists()


def test_pytubefix_calls_eval_only_in_the_bound_module() -> None:
    """If an upgrade moves the call, `bind_conditions` has to follow."""
    spec = importlib.util.find_spec("pytubefix")
    assert spec is not None
    assert spec.origin is not None
    root = Path(spec.origin).parent
    evaluating = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if {"eval", "exec"} & set(_names(compile(path.read_text(encoding="utf-8"), str(path), "exec")))
    }
    assert evaluating == {"cipher.py"}


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def connected(listening: socket.socket) -> bool:
    try:
        listening.accept()[0].close()
    except BlockingIOError:
        return False
    return True


@pytest.mark.parametrize("bound", [False, True], ids=["as it comes", "bound"])
async def test_a_script_in_node_reaches_nothing(
    tmp_path: Path, output: Path, listening: socket.socket, bound: bool
) -> None:
    marker, secret = tmp_path / "marker", tmp_path / ".env"
    secret.write_text(SECRET)
    code = "var _yt_player={};(function(g){" + loot(marker, secret, listening.getsockname()[1]) + "})(_yt_player);"
    task = FetchTask(source=YouTube(video_id=ID), output=output, max_seconds=60)
    play = Play(code=code, task=task, bound=bound)
    got = json.loads((await run_child("tests.worker.sources.player", play, Said, lambda _: None, deadline=60)).said)
    if not bound:  # shows that the attempts work without the sandbox
        assert (got["program"], got["file"], got["written"]) == ("ran\n", SECRET, "written")
        return
    assert [got[name].partition(" ")[0] for name in ("program", "file", "written")] == ["refused"] * 3
    assert not marker.exists()
    assert "proxy" not in got["knows"].lower()
    assert not connected(listening)


async def test_a_download_with_a_hostile_player(
    site: YouTubeStandIn, tmp_path: Path, output: Path, listening: socket.socket
) -> None:
    marker, secret = tmp_path / "marker", tmp_path / ".env"
    secret.write_text(SECRET)
    site.player_script = hostile_script(marker, secret, listening.getsockname()[1])
    site.add(Video(ID, trouble=Trouble.RIDDLES))
    failure = await refused(output, provider=Provider.YTDLP)
    assert failure.reason is Reason.YOUTUBE_REFUSED
    answers = {asked.query.get("n", "") for asked in site.media_requests}
    for got in map(json.loads, answers or ["{}"]):
        assert [got[name] for name in ("program", "file", "written")] == ["refused ERR_ACCESS_DENIED"] * 3
    assert not marker.exists()
    assert not connected(listening)

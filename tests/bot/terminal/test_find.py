"""`fl-bt find` as a person runs it: a process, the stand-in for YouTube, links on stdout."""

import asyncio
from pathlib import Path

import pytest

from bot.terminal.find import WordsError, _find, searchable
from bot.terminal.services import Services
from jobs.failures import Reason
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from jobs.youtube import LONGEST_SEARCH, Hits
from tests.bot.command import Run, environment, nothing_left, run
from tests.bot.searches.results import LIVE, LONG, WORDS, result
from tests.bot.telegram.chat_fixture import Worker
from tests.peers.searches import Result, Search
from tests.peers.youtube import YouTubeStandIn
from tests.weights import models_dir

__all__ = ["environment", "models_dir", "run"]

LINK = "https://www.youtube.com/watch?v=jNQXAC9IVRw"


@pytest.mark.whole
def test_a_song_is_found_by_its_name(run: Run, tmp_path: Path) -> None:
    live = Result("livelivelvA", "Águas de Março 24/7", "Radio", seconds=None, live=True)
    song = Result("jNQXAC9IVRw", "Elis & Tom - Águas\tde Março", "Elis Regina", 214)
    with YouTubeStandIn() as site:
        site.add_search(Search("elis tom águas de março", (live, song)))
        found = run("find", "elis", "tom", "águas de março", extra=site.environment)
    assert found.returncode == 0, found.stderr
    assert found.stdout == f"{LINK}\t3:34\tElis & Tom - Águas de Março\tElis Regina\n"
    assert found.stderr == ""
    assert nothing_left(tmp_path)


@pytest.mark.parametrize(
    ("result_", "said"),
    [
        (result(), "YouTube has nothing of that name that I can take."),
        (result(LIVE, LONG), "YouTube has nothing of that name that I can take."),
        (result(reason=Reason.YOUTUBE_REFUSED), "YouTube doesn’t let me search right now. Try later, or give a link."),
        (result(reason=Reason.NETWORK), "YouTube can’t be reached."),
        (None, "The search took too long."),
    ],
)
async def test_without_hits_it_says_what_to_do(
    result_: Hits | None,
    said: str,
    queue: JobQueue,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.terminal.find.LONGEST", 0.3 if result_ is None else 30.0)
    worker = Worker(queue, FolderStore(tmp_path / "store"))
    search = _find(Settings(_env_file=None, data=tmp_path), WORDS, Services(queue, None, []))
    if result_ is None:
        code = await search
    else:
        code, _ = await asyncio.gather(search, worker.found(result_))
    printed = capsys.readouterr()
    assert (code, printed.out) == (1, "")
    assert printed.err.startswith(said)


@pytest.mark.parametrize("words", ["", "?!", "a" * (LONGEST_SEARCH + 1)])
def test_words_are_checked_before_anything_starts(words: str) -> None:
    with pytest.raises(WordsError, match="at most 100 characters"):
        searchable(words)
    assert searchable(" Águas \n de Março ") == "Águas de Março"

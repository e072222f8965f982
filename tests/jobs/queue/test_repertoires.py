"""Repertoires: which songs a chat got, and in which chats a person asks."""

import time

from jobs.models import TrackId
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.repertoires import MOST, MOST_CHATS, Given, GivenFile, Note, Repertoires
from jobs.queue.requests import JobQueue

NOW = time.time()


def given(number: int, *, asker: str = "telegram:1", at: float = NOW) -> Given:
    track = TrackId(f"{number:024x}")
    files = (GivenFile(key=f"{track}/vocals.mp3", name=f"vocals - Song {number}.mp3"),)
    return Given(track_id=track, artist="Elis", title=f"Song {number}", asker=asker, at=at, files=files)


def titles(notes: list[Note]) -> list[str]:
    return [given.title for one in notes if (given := one.read()) is not None]


async def test_the_newest_comes_first_and_a_repeat_replaces_the_note(queue: JobQueue) -> None:
    repertoires = Repertoires(queue.redis)
    for note in (given(1, at=NOW - 2), given(2, at=NOW - 1), given(1)):
        await repertoires.add("telegram:1", note, "words")
    assert [one.read() for one in await repertoires.of("telegram:1")] == [given(1), given(2, at=NOW - 1)]
    assert await repertoires.of("telegram:2") == []


async def test_old_and_surplus_notes_are_removed(queue: JobQueue) -> None:
    repertoires = Repertoires(queue.redis)
    await repertoires.add("telegram:1", given(0, at=NOW - keys.KEEP_SENT - 1), "words")
    assert await repertoires.of("telegram:1") == []
    for number in range(1, MOST + 3):
        await repertoires.add("telegram:1", given(number, at=NOW - 1000 + number), "words")
    assert await answer(queue.redis.hlen(keys.repertoire("telegram:1"))) == MOST
    assert titles(await repertoires.of("telegram:1"))[-1] == "Song 3"


async def test_a_person_has_the_latest_chats(queue: JobQueue) -> None:
    repertoires = Repertoires(queue.redis)
    for number in range(MOST_CHATS + 2):
        await repertoires.add(f"telegram:-{number}", given(number, at=NOW + number), "words")
    chats = await repertoires.chats("telegram:1")
    assert (len(chats), chats[0]) == (MOST_CHATS, f"telegram:-{MOST_CHATS + 1}")
    assert await repertoires.chats("telegram:2") == []


async def test_a_song_is_forgotten_in_one_chat(queue: JobQueue) -> None:
    repertoires = Repertoires(queue.redis)
    for chat in ("telegram:1", "telegram:-2"):
        for number in (1, 2):
            await repertoires.add(chat, given(number), "words")
    await repertoires.forget("telegram:1", [given(1).track_id])
    await repertoires.forget("telegram:3", [given(1).track_id])
    assert titles(await repertoires.of("telegram:1")) == ["Song 2"]
    assert len(await repertoires.of("telegram:-2")) == 2


async def test_a_chat_gets_a_new_name(queue: JobQueue) -> None:
    repertoires = Repertoires(queue.redis)
    await repertoires.add("telegram:-1", given(1), "words")
    await repertoires.add("telegram:-1", given(2, asker="telegram:2"), "words")
    for _ in range(2):
        await repertoires.move("telegram:-1", "telegram:-100")
    assert await repertoires.of("telegram:-1") == []
    assert set(titles(await repertoires.of("telegram:-100"))) == {"Song 1", "Song 2"}
    assert await repertoires.chats("telegram:1") == await repertoires.chats("telegram:2") == ["telegram:-100"]


async def test_an_unreadable_note_is_no_song(queue: JobQueue) -> None:
    junk = {"1": "{", "2": "", "3": "soon\\nwords\\n{}"}
    await answer(queue.redis.hset(keys.repertoire("telegram:1"), mapping=dict(junk)))
    repertoires = Repertoires(queue.redis)
    assert await repertoires.of("telegram:1") == []
    await repertoires.add("telegram:1", given(1), "words")
    assert await answer(queue.redis.hlen(keys.repertoire("telegram:1"))) == 1

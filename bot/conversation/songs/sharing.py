"""Sharing what was made before in any chat: files of a person's songs, found by words."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final, NamedTuple

from bot.conversation.services import Services
from bot.conversation.values import Asker
from bot.phrases.vocabulary import plain
from bot.texts import say
from jobs.queue.repertoires import Note

#: Files of one answer. https://core.telegram.org/bots/api#answerinlinequery
PAGE: Final = 50


@dataclass(frozen=True)
class SharedFile:
    """A file that the platform has. `id`: unique among all files; `handle`: the platform's id; `name`: for people."""

    id: str
    handle: str
    name: str


@dataclass(frozen=True)
class Shared:
    """A page of files, the newest first. `offset`: where the next page begins, '' at the end.

    `button`: the words of a button that opens the bot, '' for none.
    """

    files: tuple[SharedFile, ...] = ()
    offset: str = ""
    button: str = ""


async def share(
    services: Services, asker: Asker, words: str, offset: str, is_member: Callable[[str, str], Awaitable[bool]]
) -> Shared:
    """The files whose song and name have all of `words`, without regard to case and accents.

    They come from the person's own requests, and from groups in which the person asked, is a member (`is_member`: of a
    chat, a person) and still has access.
    """
    person = asker.person
    chats = [chat for chat in await services.repertoires.chats(person) if await services.access.may_ask(person, chat)]
    if not chats and not await services.access.may_ask(person, person):
        return Shared(button=say(asker.language, "share-open"))
    theirs = await asyncio.gather(*(_notes(services, chat, person, is_member) for chat in chats))
    notes = sorted(chain.from_iterable(theirs), key=lambda one: one.note.at, reverse=True)
    start = int(offset) if offset.isdecimal() else 0
    files = _matching(notes, plain(words).split())
    for _ in islice(files, start):
        pass
    while names := dict(islice(files, PAGE)):
        known = await services.follower.ledger.instant.sent_files.known(list(names))
        start += len(names)
        if known:  # people take an empty page for the end
            shared = tuple(SharedFile(_digest(key), known[key], name) for key, name in names.items() if key in known)
            return Shared(shared, str(start) if next(files, None) is not None else "")
    return Shared(button="" if offset else say(asker.language, "share-nothing"))


class _Of(NamedTuple):
    """A note; only if this `asker` asked for it, unless that is ''."""

    note: Note
    asker: str


async def _notes(
    services: Services, chat: str, person: str, is_member: Callable[[str, str], Awaitable[bool]]
) -> list[_Of]:
    """The notes of a chat that a person may see."""
    sees_all = chat == person or await is_member(chat, person)
    return [_Of(note, "" if sees_all else person) for note in await services.repertoires.of(chat)]


def _matching(notes: list[_Of], words: list[str]) -> Iterator[tuple[str, str]]:
    """Keys and names of the files with all of `words`, each once. Notes without them are not even parsed."""
    found: set[str] = set()
    for note, asker in notes:
        given = note.read() if all(word in note.words for word in words) else None
        if given is None or (asker and given.asker != asker):
            continue
        song = f"{given.artist} {given.title}"
        for file in given.files:
            heard = plain(f"{song} {file.name}")
            if file.key not in found and all(word in heard for word in words):
                found.add(file.key)
                yield file.key, file.name


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]

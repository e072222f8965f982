"""Sharing what was made before in any chat: files of a person's songs, found by words."""

import hashlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Final

from bot.conversation.services import Services
from bot.conversation.values import Asker
from bot.phrases.vocabulary import plain
from bot.texts import say
from jobs.queue.repertoires import Given

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
    given: list[Given] = []
    for chat in chats:
        here = await services.repertoires.of(chat)
        if chat != person and any(one.asker != person for one in here) and not await is_member(chat, person):
            here = [one for one in here if one.asker == person]
        given += here
    found = dict(_matching(sorted(given, key=lambda one: one.at, reverse=True), plain(words).split()))
    start = int(offset) if offset.isdecimal() else 0
    while start < len(found):  # a page may have lost all its files, and people take an empty one for the end
        names = dict(list(found.items())[start : start + PAGE])
        known = await services.follower.ledger.instant.sent_files.known(list(names))
        start += PAGE
        if known:
            files = tuple(SharedFile(_digest(key), known[key], name) for key, name in names.items() if key in known)
            return Shared(files, str(start) if start < len(found) else "")
    return Shared(button="" if offset else say(asker.language, "share-nothing"))


def _matching(given: list[Given], words: list[str]) -> Iterator[tuple[str, str]]:
    """Keys and names of the files with all of `words`."""
    for one in given:
        for file in one.files:
            heard = plain(f"{one.artist} {one.title} {file.name}")
            if all(word in heard for word in words):
                yield file.key, file.name


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]

"""The services that every handler of the conversation gets."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol
from weakref import WeakValueDictionary

from bot.cards.cards import Card
from bot.chats.access import Access
from bot.chats.albums import Albums
from bot.chats.languages import Languages
from bot.chats.practice import PracticeMemory
from bot.chats.preferences import ChatPreferences
from bot.chats.statistics import Statistics
from bot.chats.stem_choice import StemChoice
from bot.chats.strangers import Strangers
from bot.conversation.songs.batches import Batches
from bot.conversation.songs.limits import upload_limit, upload_limit_in_words
from bot.conversation.values import Asker
from bot.delivery.follow import Follower
from bot.delivery.platform import Platform
from bot.delivery.poster import Poster
from bot.delivery.timing import USUAL, Timing
from bot.playlists.follow import Playlists
from bot.searches.follow import Searches
from bot.texts import Language
from jobs.progress import View
from jobs.queue.catalogue import Catalogue
from jobs.queue.quotas import Limits
from jobs.queue.recipe import models_here
from jobs.queue.repertoires import Repertoires
from jobs.queue.requests import JobQueue
from jobs.settings import Settings


class ChatPlatform(Protocol):
    """The chat platform's properties and calls."""

    @property
    def name(self) -> str:
        """The prefix of the platform in names of requests, chats and persons."""
        ...

    @property
    def library(self) -> str:
        """The version of the platform's library."""
        ...

    @property
    def our_link(self) -> str:
        """A link that opens a chat with the bot."""
        ...

    @property
    def text_units(self) -> int:
        """The longest text of a message, in UTF-16 code units."""
        ...

    @property
    def fetch_bytes(self) -> int:
        """The largest file that the bot can fetch, in bytes."""
        ...

    @property
    def fetch_limit_can_be_lifted(self) -> bool:
        """Whether the owner can raise that limit."""
        ...

    @property
    def card_seconds(self) -> float:
        """How long after a card's request its message takes many edits."""
        ...

    def message_of(self, address: str) -> str:
        """The id of an address's message; '' if the message no longer exists."""
        ...

    def address_at(self, address: str, message: str) -> str:
        """The address of another message of the same chat and topic."""
        ...

    async def is_admin(self, chat: str, person: str, /) -> bool:
        """Whether a person is an admin of a group; False if the platform does not answer."""
        ...

    async def sees_all(self) -> bool:
        """Whether the bot receives every message of a group, not only those that call it."""
        ...

    async def tell_alone(self, person: str, card: Card) -> bool:
        """Write to a person in their private chat. False if that chat is closed to the bot."""
        ...

    async def show_owners_menu(self, owner: str) -> None:
        """Show the owner's commands in the owner's chat."""
        ...


@dataclass(frozen=True)
class Services:
    """The services of one bot on one platform. Made once, at the start."""

    settings: Settings
    queue: JobQueue
    catalogue: Catalogue
    access: Access
    strangers: Strangers
    preferences: ChatPreferences
    languages: Languages
    stem_choice: StemChoice
    practice: PracticeMemory
    statistics: Statistics
    follower: Follower
    playlists: Playlists
    searches: Searches
    batches: Batches
    albums: Albums
    repertoires: Repertoires
    poster: Poster  # of answers that are none to the message or press just handled
    platform: ChatPlatform
    timing: Timing = USUAL
    news: asyncio.Event = field(default_factory=asyncio.Event)  # set: there are some for the owner
    turns: "WeakValueDictionary[str, asyncio.Lock]" = field(default_factory=WeakValueDictionary)  # by chat

    def turn(self, chat: str) -> asyncio.Lock:
        """Held while songs of a chat are accepted, so that two messages for one song are seen one after the other."""
        lock = self.turns.get(chat)
        if lock is None:
            lock = self.turns[chat] = asyncio.Lock()
        return lock

    async def limits(self, person: str) -> Limits:
        """Limits on open requests of `person` and of a chat, and on seconds of music per day."""
        return await self.access.limits(person, self.settings)

    async def models_here(self) -> dict[str, float]:
        """The better models that living workers can run, with their cost."""
        return await models_here(self.queue.redis)

    def upload_limit(self) -> int:
        """The largest accepted file, in bytes."""
        return upload_limit(self.settings, self.platform.fetch_bytes)

    def upload_limit_in_words(self, language: Language) -> str:
        return upload_limit_in_words(self.settings, self.platform.fetch_bytes, language)

    async def is_owner(self, asker: Asker) -> bool:
        return await self.access.is_owner(asker.person)

    async def pairing_code(self) -> str | None:
        """The code that pairs the owner; None for a bot that has one, or needs none."""
        return await self.access.pairing_code() if self.settings.access == "closed" else None


def services_of(
    settings: Settings,
    queue: JobQueue,
    catalogue: Catalogue,
    chats: ChatPlatform,
    platform: Platform,
    answers: Poster | None = None,
    timing: Timing = USUAL,
    *,
    shares: bool = False,
    watch: Callable[[View], None] | None = None,
) -> Services:
    """The services of a bot on `platform`. `answers` posts what a person waits for; None: `platform` does.

    `shares`: songs can be shared from the platform's other chats, so deliveries are noted for that. `watch`: see
    `Follower`.
    """
    repertoires = Repertoires(queue.redis)
    follower = Follower(queue, catalogue, platform, timing, repertoires if shares else None, watch)
    words = partial(upload_limit_in_words, settings, chats.fetch_bytes)
    return Services(
        settings=settings,
        queue=queue,
        catalogue=catalogue,
        access=Access(queue.redis, settings.access, chats.name),
        strangers=Strangers(queue.redis, chats.name),
        preferences=ChatPreferences(queue.redis, settings),
        languages=Languages(queue.redis),
        stem_choice=StemChoice(queue.redis),
        practice=PracticeMemory(queue.redis),
        statistics=Statistics(queue.redis),
        follower=follower,
        playlists=Playlists(queue, platform, settings, follower, timing),
        searches=Searches(queue, answers or platform, settings, timing),
        batches=Batches(queue, answers or platform, words, timing),
        albums=Albums(queue.redis),
        repertoires=repertoires,
        poster=answers or platform,
        platform=chats,
        timing=timing,
    )

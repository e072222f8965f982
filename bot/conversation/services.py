"""What every handler of the conversation works with."""

from dataclasses import dataclass
from typing import Protocol

from bot.chats.access import Access
from bot.chats.albums import Albums
from bot.chats.preferences import ChatPreferences
from bot.chats.statistics import Statistics
from bot.chats.stem_choice import StemChoice
from bot.conversation.batches import Batches
from bot.conversation.limits import upload_limit, upload_limit_in_words
from bot.conversation.values import Asker
from bot.delivery.follow import Follower
from bot.playlists.follow import Playlists
from bot.texts import Language
from jobs.queue.quotas import Limits
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from jobs.store.store import ResultStore


class ChatPlatform(Protocol):
    """What only the chat platform knows or can do."""

    @property
    def name(self) -> str:
        """As requests, chats and persons have it in front."""
        ...

    @property
    def library(self) -> str:
        """The version of the library that speaks to it."""
        ...

    @property
    def our_link(self) -> str:
        """Where a person opens a chat with us."""
        ...

    @property
    def text_units(self) -> int:
        """What a message's text holds, in UTF-16 code units."""
        ...

    @property
    def fetch_bytes(self) -> int:
        """The largest file that it lets us fetch."""
        ...

    @property
    def fetch_limit_can_be_lifted(self) -> bool:
        """Whether the owner could have us fetch larger files."""
        ...

    def message_of(self, address: str) -> str:
        """The id of the message that answers to an address are replies to; '' when it is gone."""
        ...

    def address_at(self, address: str, message: str) -> str:
        """The address of another message of the same chat and topic."""
        ...

    async def is_admin(self, chat: str, person: str) -> bool:
        """Whether a person is an admin of a group; also False where the platform does not say."""
        ...

    async def sees_all(self) -> bool:
        """Whether groups show us every message, not only those that call us."""
        ...

    async def tell_alone(self, person: str, text: str) -> bool:
        """Write to a person in their private chat. False when that is not open to us."""
        ...

    async def show_owners_menu(self, owner: str) -> None:
        """Show the owner's commands in the owner's chat."""
        ...


@dataclass(frozen=True)
class Services:
    """The bot at work, on one platform. Made once, when it starts."""

    settings: Settings
    queue: JobQueue
    store: ResultStore
    access: Access
    preferences: ChatPreferences
    stem_choice: StemChoice
    statistics: Statistics
    follower: Follower
    playlists: Playlists
    batches: Batches
    albums: Albums
    platform: ChatPlatform

    async def limits(self, person: str) -> Limits:
        """Requests that `person`, and a chat, may have open at the same time, and how much music within a day."""
        return await self.access.limits(person, self.settings)

    def upload_limit(self) -> int:
        """Bytes of the largest file that we take from a person."""
        return upload_limit(self.settings, self.platform.fetch_bytes)

    def upload_limit_in_words(self, language: Language) -> str:
        return upload_limit_in_words(self.settings, self.platform.fetch_bytes, language)

    async def is_owner(self, asker: Asker) -> bool:
        return await self.access.is_owner(asker.person)

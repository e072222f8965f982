"""The web as a chat platform: a delivery confirms that the files are in the store, from where they are downloaded."""

import secrets
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bot.cards.cards import Card
from bot.chats.preferences import ChatPreferences
from bot.delivery.planning.plan import Limits, Part
from bot.delivery.platform import Refused, Sent, UnknownFile
from bot.web.address import PLATFORM, Address
from bot.web.board import Board
from jobs.models import Package, Preferences, Request, Upload
from jobs.results import Made
from jobs.store.store import ResultStore

NO_LIMIT: Final = 1 << 50
#: Downloads have no limit, so that nothing is split or made smaller.
UNLIMITED: Final = Limits(file_bytes=NO_LIMIT, request_bytes=NO_LIMIT, album_max=1000)


class Web:
    """A `bot.delivery.platform.Platform`. Pages show tasks, not the cards of requests."""

    name: Final = PLATFORM
    sends_once: Final = True

    def __init__(self, store: ResultStore, board: Board) -> None:
        self._store = store
        self._board = board

    def pace(self, _: str) -> float:
        return 1.0

    async def post(self, _address: str, _card: Card) -> str:
        return secrets.token_hex(8)

    async def edit(self, address: str, reference: str, _: Card) -> None:
        """A message with hits that became the card of a request is a task from then on."""
        self._board.remove(Address.of(address).chat, reference)

    def limits(self, _: str) -> Limits:
        return UNLIMITED

    async def fetch(self, upload: Upload, to: Path) -> None:
        raise Refused(
            f"{upload.upload_id} was in the store when it was accepted, and {to.name} cannot be fetched again"
        )

    async def send(self, request: Request, part: Part, known: dict[str, str], _: Card | None = None) -> Sent:
        """Look whether the store has the files. Raises `FileNotFoundError`, or `UnknownFile` for those of before."""
        made = await self._store.read(request.track_id)
        if not _has(made, part):
            if known:
                raise UnknownFile(f"{part.id} is no longer in the store")
            raise FileNotFoundError(f"{part.id} is not in the store")
        await self._store.renew(request.track_id)
        return Sent(messages=(part.id,), files=tuple("stored" for _ in part.pieces))


def _has(made: Made, part: Part) -> bool:
    for piece in part.pieces:
        rendered = made.rendered(piece.rendition) if piece.rendition is not None else None
        if rendered is None or piece.stored not in rendered.files:
            return False
    return made.manifest is not None


class WebChats:
    """The web, as `bot.conversation.services.ChatPlatform` describes it. A browser is a person in a private chat."""

    name: Final = PLATFORM
    library: Final = f"aiohttp {version('aiohttp')}"
    card_seconds: Final = 0.0  # each result is a task
    text_units: Final = 20_000
    fetch_bytes: Final = NO_LIMIT
    fetch_limit_can_be_lifted: Final = False

    def __init__(self, our_link: str, board: Board) -> None:
        self.our_link = our_link
        self._board = board

    def message_of(self, address: str) -> str:
        return Address.of(address).message

    def address_at(self, address: str, message: str) -> str:
        return str(Address.of(address).model_copy(update={"message": message}))

    async def is_admin(self, _chat: str, _person: str) -> bool:
        return False

    async def sees_all(self) -> bool:
        return False

    async def tell_alone(self, person: str, card: Card) -> bool:
        await self._board.post(str(Address(chat=person, message="")), card)
        return True

    async def show_owners_menu(self, owner: str) -> None:
        """The page has no menu of commands."""


class WebPreferences(ChatPreferences):
    """Every result has both its files and a zip of them: a choice before the download is not needed."""

    async def of(self, chat: str) -> Preferences:
        return (await super().of(chat)).model_copy(update={"package": Package.BOTH})

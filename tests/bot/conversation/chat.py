"""A chat without a platform: messages and answers are values."""

from dataclasses import dataclass, field

from bot.cards.actions import parse_action
from bot.cards.cards import Card
from bot.chats.access import Access
from bot.chats.albums import Albums
from bot.chats.languages import Languages
from bot.chats.practice import PracticeMemory
from bot.chats.preferences import ChatPreferences
from bot.chats.statistics import Statistics
from bot.chats.stem_choice import StemChoice
from bot.chats.strangers import Strangers
from bot.conversation.buttons import pressed
from bot.conversation.services import Services
from bot.conversation.songs.batches import Batches
from bot.conversation.values import (
    Answers,
    Asker,
    Author,
    Edit,
    Incoming,
    IncomingFile,
    Message,
    Place,
    Press,
    Reply,
    Toast,
)
from bot.delivery.follow import Follower
from bot.playlists.follow import Playlists
from bot.searches.follow import Searches
from jobs.queue.catalogue import Catalogue
from jobs.queue.repertoires import Repertoires
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from jobs.store.store import ResultStore
from tests.bot.delivery.following import Recorder

SONG = "https://youtu.be/dQw4w9WgXcQ"
OTHER = "https://youtu.be/jNQXAC9IVRw"


@dataclass
class Chats:
    """A platform that performs every call at once, and records it."""

    name: str = "test"
    library: str = "1.0"
    our_link: str = "test.example/bot"
    text_units: int = 4096
    card_seconds: float = 3600.0
    fetch_bytes: int = 20 << 20
    fetch_limit_can_be_lifted: bool = True
    admins: set[tuple[str, str]] = field(default_factory=set)  # (chat, person)
    closed: set[str] = field(default_factory=set)  # persons who cannot be written to
    told: list[tuple[str, Card]] = field(default_factory=list)  # (person, card)
    menus: list[str] = field(default_factory=list)
    cards: dict[str, Card] = field(default_factory=dict)

    def services(self, queue: JobQueue, store: ResultStore, settings: Settings) -> Services:
        catalogue = Catalogue(queue.redis, store)
        follower = Follower(queue, catalogue, Recorder(name=self.name))
        return Services(
            settings=settings,
            queue=queue,
            catalogue=catalogue,
            access=Access(queue.redis, settings.access, self.name),
            strangers=Strangers(queue.redis, self.name),
            preferences=ChatPreferences(queue.redis, settings),
            languages=Languages(queue.redis),
            stem_choice=StemChoice(queue.redis),
            practice=PracticeMemory(queue.redis),
            statistics=Statistics(queue.redis),
            follower=follower,
            playlists=Playlists(queue, self, settings, follower),
            searches=Searches(queue, self, settings),
            batches=Batches(queue, self, lambda _: "20 MB"),
            albums=Albums(queue.redis),
            repertoires=Repertoires(queue.redis),
            poster=self,
            platform=self,
        )

    def message_of(self, address: str) -> str:
        return address.rpartition("/")[2]

    def address_at(self, address: str, message: str) -> str:
        return f"{address.rpartition('/')[0]}/{message}"

    async def is_admin(self, chat: str, person: str) -> bool:
        return (chat, person) in self.admins

    async def sees_all(self) -> bool:
        return False

    def pace(self, _: str) -> float:
        return 0.0

    async def post(self, address: str, card: Card) -> str:
        self.cards[address] = card
        return address

    async def edit(self, _: str, reference: str, card: Card) -> None:
        self.cards[reference] = card

    async def tell_alone(self, person: str, card: Card) -> bool:
        if person in self.closed:
            return False
        self.told.append((person, card))
        return True

    async def show_owners_menu(self, owner: str) -> None:
        self.menus.append(owner)


@dataclass
class Person:
    """A person who writes in a private chat or in a group."""

    services: Services
    name: str
    group: str = ""

    @property
    def asker(self) -> Asker:
        chat = f"test:{self.group or self.name}"
        return Asker(person=f"test:{self.name}", chat=chat, language="en", in_group=bool(self.group))

    def place(self, message: int) -> Place:
        return Place(address=f"{self.asker.chat}/{message}", message=str(message))

    def says(
        self,
        text: str,
        message: int = 1,
        *,
        to: Message | None = None,
        file: IncomingFile | None = None,
        album: str = "",
        calls_us: bool = False,
    ) -> Incoming:
        author = Author(self.asker.person, self.name.title())
        written = Message(place=self.place(message), text=text, file=file, has_document=file is not None, author=author)
        is_command = text.startswith("/")
        return Incoming(self.asker, written, replied_to=to, album=album, is_command=is_command, calls_us=calls_us)

    def presses(self, data: str, message: int = 9, *, question: int | None = 1) -> Press:
        asked = None if question is None else self.place(question)
        return Press(self.asker, self.place(message), parse_action(data), asked)

    async def tap(self, data: str, message: int = 9, *, question: int | None = 1) -> Answers:
        return await pressed(self.services, self.presses(data, message, question=question))


def said(answers: Answers) -> list[str]:
    """Answers as text: `reply: …`, `edit: …`, `toast: …`."""
    lines = []
    for answer in answers:
        match answer:
            case Reply(card=card):
                lines.append(f"reply: {card.text}")
            case Edit(card=card):
                lines.append(f"edit: {card.text}")
            case Toast(text=text):
                lines.append(f"toast: {text}")
    return lines


def actions(answers: Answers) -> list[str]:
    """The data of all buttons in answers."""
    cards = [answer.card for answer in answers if isinstance(answer, Reply | Edit)]
    return [button.action for card in cards for row in card.buttons for button in row]

"""What comes from a chat, and what is answered: values that every chat platform can give and take."""

from dataclasses import dataclass

from bot.cards.actions import Action
from bot.cards.cards import Button, Card
from bot.texts import Language
from jobs.models import Upload

# --- in --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asker:
    """Who wrote or pressed something, where, and in which language to answer. Names have the platform in front."""

    person: str
    chat: str
    language: Language
    in_group: bool


@dataclass(frozen=True)
class Place:
    """One message of a chat. `address`: the platform's word for where answers to it go, opaque to all others;
    `message`: the platform's id of it."""

    address: str
    message: str


@dataclass(frozen=True)
class IncomingFile:
    """A file in a message: as a source, and its size as the platform tells it (None: it does not)."""

    upload: Upload
    bytes_: int | None


@dataclass(frozen=True)
class Author:
    """Who wrote a message: the name in the queue, and what people call them."""

    name: str
    known_as: str


@dataclass(frozen=True)
class Message:
    """What stands in one message. `text`: or a file's caption. `links`: targets of links that hide behind words.

    `has_document`: there is a file of any kind. `author`: None for a bot.
    """

    place: Place
    text: str = ""
    links: tuple[str, ...] = ()
    file: IncomingFile | None = None
    has_document: bool = False
    author: Author | None = None
    is_ours: bool = False


@dataclass(frozen=True)
class Incoming:
    """A new message, and what it is a reply to.

    `album`: the platform's id of the messages that were sent as one, or ''. `is_command`: the text begins as a command
    does; a caption never is one. `calls_us`: it mentions us, or asks for stems in a caption. `we_joined`: it tells that
    we were added to the chat, whose title is `chat_title`.
    """

    asker: Asker
    message: Message
    replied_to: Message | None = None
    album: str = ""
    is_command: bool = False
    calls_us: bool = False
    we_joined: bool = False
    chat_title: str = ""

    @property
    def place(self) -> Place:
        return self.message.place

    @property
    def words(self) -> list[str]:
        """What stands behind a command."""
        return self.message.text.split()[1:]


@dataclass(frozen=True)
class Press:
    """A pressed button. `action`: None when no button of ours carries such data. `place`: the message with the button.

    `question`: what that message answers to, or itself; None where the platform does not show it any more.
    """

    asker: Asker
    place: Place
    action: Action | None
    question: Place | None


# --- out -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reply:
    """A new message, as an answer to what came, or `to` another message of the chat."""

    card: Card
    to: Place | None = None


@dataclass(frozen=True)
class Edit:
    """The message with the button shows something else. A card without text keeps the one it has."""

    card: Card


@dataclass(frozen=True)
class Toast:
    """The person who pressed a button is told something in passing; nothing, where enough is seen to change."""

    text: str


Answer = Reply | Edit | Toast
Answers = tuple[Answer, ...]


def reply(text: str, *rows: tuple[Button, ...]) -> Answers:
    """One message with rows of buttons."""
    return (Reply(Card(text=text, buttons=rows)),)


def toast(text: str) -> Answers:
    return (Toast(text),)


def number_of(name: str) -> str:
    """How the platform itself calls a person or a chat: `42` of `telegram:42`."""
    return name.partition(":")[2]

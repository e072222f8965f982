"""Messages and presses from a chat, and the answers, as values common to all chat platforms."""

from dataclasses import dataclass

from bot.cards.actions import Action
from bot.cards.cards import Button, Card
from bot.texts import Language
from jobs.models import Upload

# --- in --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asker:
    """The sender of a message or press, the chat, and the language of the answer. Names have the platform's prefix.

    `is_language_guessed`: the message does not tell its sender's language. `is_admin`: of the group; None: not told,
    the platform has to be asked.
    """

    person: str
    chat: str
    language: Language
    in_group: bool
    is_language_guessed: bool = False
    is_admin: bool | None = None


@dataclass(frozen=True)
class Place:
    """One message of a chat. `address`: the platform's address for replies to it, opaque elsewhere; `message`: its id
    on the platform."""

    address: str
    message: str


@dataclass(frozen=True)
class IncomingFile:
    """A file in a message: as a source, and its size in bytes according to the platform (None: unknown)."""

    upload: Upload
    bytes_: int | None


@dataclass(frozen=True)
class Author:
    """The author of a message: the name in the queue, and the display name."""

    name: str
    known_as: str


@dataclass(frozen=True)
class Message:
    """The content of one message. `text`: or a file's caption. `links`: targets of linked words.

    `has_document`: the message has a document of any kind. `author`: None for a bot. `is_hidden`: the platform does
    not show us its content.
    """

    place: Place
    text: str = ""
    links: tuple[str, ...] = ()
    file: IncomingFile | None = None
    has_document: bool = False
    author: Author | None = None
    is_ours: bool = False
    is_hidden: bool = False


@dataclass(frozen=True)
class Incoming:
    """A new message, and the message it replies to.

    `album`: the platform's id of its album, or ''. `is_command`: the text begins like a command; a caption is none.
    `calls_us`: it mentions the bot, or its caption asks for stems. `we_joined`: it reports that the bot was added to
    the chat, whose title is `chat_title`.
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
        """The words after a command."""
        return self.message.text.split()[1:]


@dataclass(frozen=True)
class Press:
    """A pressed button. `action`: None if the data is not valid. `place`: the message with the button.

    `question`: the message it replies to, or itself; None if the platform no longer shows it. `known_as`: the person's
    display name.
    """

    asker: Asker
    place: Place
    action: Action | None
    question: Place | None
    known_as: str = ""


# --- out -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reply:
    """A new message, as a reply to the incoming one, or `to` another message of the chat.

    `or_mark`: a mark on the incoming message says the same, on platforms that have one for "I read it".
    """

    card: Card
    to: Place | None = None
    or_mark: bool = False


@dataclass(frozen=True)
class Edit:
    """An edit of the message with the button. A card without text keeps the message's text."""

    card: Card


@dataclass(frozen=True)
class Toast:
    """A short notice to the person who pressed a button; '' shows none."""

    text: str


Answer = Reply | Edit | Toast
Answers = tuple[Answer, ...]


def reply(text: str, *rows: tuple[Button, ...]) -> Answers:
    """One message with rows of buttons."""
    return (Reply(Card(text=text, buttons=rows)),)


def toast(text: str) -> Answers:
    return (Toast(text),)


def number_of(name: str) -> str:
    """The platform's own id of a person or a chat: `42` of `telegram:42`."""
    return name.partition(":")[2]

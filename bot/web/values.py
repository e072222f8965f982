"""The JSON of the interface, see `docs/web-api.md`."""

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from bot.cards.cards import Button
from bot.web.init_data import LONGEST
from jobs.models import Content, Effect, Format, Order, Stem, Value
from jobs.music.separation_models import MODELS
from jobs.progress import RequestPhase, TrackStage

Phase = Literal["PENDING", "STARTED", "SUCCESS", "FAILURE"]
Rows = tuple[tuple[Button, ...], ...]


class Status(Value):
    """How far a task is. `error`: a sentence. `task_id`: None where there is no task."""

    task_id: str | None = None
    status: Phase
    error: str | None = None


class Progress(Value):
    """`fraction`: of the stage, 0 to 1. `ahead`: songs in line before it."""

    stage: TrackStage
    fraction: float | None = None
    seconds_left: float | None = None
    ahead: int | None = None


class TaskFile(Value):
    """A file of a finished task. `type`: its media type. `archive`: it is a zip."""

    n: int
    name: str
    title: str
    stem: Stem | None
    bytes: int
    type: str
    url: str
    archive: bool


class TaskOrder(Value):
    """What a task is to make."""

    content: Content
    effect: Effect
    format: Format
    model: str


class Task(Value):
    """One order for one song, with all that a page shows of it."""

    task_id: str
    status: Phase
    error: str | None
    phase: RequestPhase
    created_at: float
    heading: str
    title: str | None
    artist: str | None
    seconds: float | None
    text: str
    progress: Progress | None
    video_id: str | None
    song: str
    order: TaskOrder
    order_words: str
    buttons: Rows
    retry: bool
    gone: bool
    files: tuple[TaskFile, ...]
    download: str | None
    player: str | None
    picture: str | None
    cover: str | None
    analysis: str | None
    mine: bool = True


class Message(Value):
    """A message of the chat that is no task: hits of a search, a playlist, an answer."""

    id: str
    text: str
    buttons: Rows = ()


class Shown(Value):
    """A card after a press; an empty text keeps the text."""

    text: str
    buttons: Rows


class Pressed(Value):
    """The answers to a press."""

    toast: str = ""
    card: Shown | None = None
    replies: tuple[Message, ...] = ()


class Said(Value):
    """The answers to a message."""

    tasks: tuple[Task, ...] = ()
    replies: tuple[Message, ...] = ()


class Mixing(Value):
    """What the page of a song in a chat needs. `task`: the song in the chat; `player`: the task that has the player, or
    makes it; `sends`: files can be sent to the chat; `language`: of the person."""

    ticket: str
    heading: str
    task: str
    player: str
    sends: bool
    language: str


# --- in --------------------------------------------------------------------------------------------------------


class Text(Value):
    """A message, as written in a chat."""

    text: Annotated[str, Field(min_length=1, max_length=4000)]


class Opening(Value):
    """`song`: the mark in the link. `init_data`: what Telegram says of the person, '' elsewhere."""

    song: Annotated[str, Field(max_length=100)]
    init_data: Annotated[str, Field(max_length=LONGEST)] = ""


class PressedAction(Value):
    """The data of a button."""

    action: Annotated[str, Field(max_length=100)]


def _known(name: str) -> str:
    if name not in MODELS:
        raise ValueError(f"no model {name[:40]!r}")
    return name


class Ordered(Value):
    """Another order of a task's song; what is left out is as in the task."""

    model_config = ConfigDict(extra="forbid")

    content: Content | None = None
    effect: Effect | None = None
    format: Format | None = None
    model: Annotated[str, AfterValidator(_known)] | None = None

    def of(self, order: Order) -> Order:
        """The order. A new content or model leaves the effect out, unless one is given."""
        changed: dict[str, object] = {}
        if self.content is not None or self.model is not None:
            changed["effect"] = Effect()
        for field in ("content", "effect", "format"):
            if (given := getattr(self, field)) is not None:
                changed[field] = given
        if self.model is not None:
            changed["model"] = order.model.named(self.model)
        return order.model_copy(update=changed)

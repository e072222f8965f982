"""Requests as tasks: what is to be shown of each, and where its files are."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from bot.cards.cards import PASSING, Card
from bot.cards.mixer import linked_rows, without
from bot.cards.mixes import order_words
from bot.conversation.services import Services
from bot.delivery.planning.decide import stored_plan
from bot.delivery.planning.pieces import Piece, picture_of
from bot.texts import say, sentence
from bot.web.platform import UNLIMITED
from bot.web.reading import MOST, Shared
from bot.web.secret import Secret
from bot.web.values import Phase, Progress, Status, Task, TaskFile, TaskOrder
from jobs.failures import Failure, Reason
from jobs.filenames import one_line
from jobs.models import Chart, Player, Stems, YouTube
from jobs.progress import RequestPhase, TrackStage, View
from jobs.queue.recipe import current_recipe
from jobs.results import StoredFile

_STATUS: Final[dict[RequestPhase, Phase]] = {
    RequestPhase.RECEIVING: "PENDING",
    RequestPhase.WAITING: "PENDING",
    RequestPhase.READY: "STARTED",
    RequestPhase.SENDING: "STARTED",
    RequestPhase.DONE: "SUCCESS",
    RequestPhase.FAILED: "FAILURE",
    RequestPhase.CANCELLED: "FAILURE",
}
#: Media types of all files that are served, by their endings. Tables of operating systems differ.
_TYPES: Final = {
    "mp3": "audio/mpeg", "m4a": "audio/mp4", "mp4": "audio/mp4", "flac": "audio/flac", "wav": "audio/wav",
    "zip": "application/zip", "html": "text/html", "png": "image/png", "jpg": "image/jpeg", "mid": "audio/midi",
    "cho": "text/plain", "rpp": "text/plain", "js": "text/javascript", "css": "text/css", "svg": "image/svg+xml",
    "json": "application/json",
}  # fmt: skip


@dataclass(frozen=True)
class Known:
    """A task, and its files in the store. `picture`: waveforms or a chart."""

    view: View
    task: Task
    pieces: tuple[Piece, ...] = ()
    picture: Piece | StoredFile | None = None

    @property
    def status(self) -> Status:
        return Status(task_id=self.task.task_id, status=self.task.status, error=self.task.error)


class Tasks:
    """Reads requests as tasks, by request id. All raise `QueueAway`."""

    def __init__(self, services: Services, secret: Secret, fresh: float) -> None:
        """`fresh`: seconds for which a reading answers everybody."""
        self._services = services
        self._secret = secret
        self._known = Shared(self._read, fresh)
        self._recent = Shared(self._read_recent, fresh)
        self._ended: OrderedDict[str, tuple[View, dict[str, float], Known]] = OrderedDict()  # by request

    async def of(self, task_id: str) -> Known | None:
        """The task of an id; None for one that was never given out, or is forgotten."""
        request_id = self._secret.request_of(task_id)
        return await self._known.get(request_id) if request_id else None

    async def of_request(self, request_id: str) -> Known | None:
        return await self._known.get(request_id)

    async def recent(self, chat: str) -> tuple[Known, ...]:
        """A browser's tasks, newest first."""
        return await self._recent.get(chat)

    def changed(self, request_id: str, chat: str) -> None:
        """Read a task anew."""
        self._known.drop(request_id)
        self._recent.drop(chat)

    async def _read(self, request_id: str) -> Known | None:
        view = await self._services.queue.view(request_id)
        return await self._from(view, await self._services.models_here()) if view is not None else None

    async def _read_recent(self, chat: str) -> tuple[Known, ...]:
        views = await self._services.queue.recent(chat, limit=50)
        here = await self._services.models_here() if views else {}
        known = tuple([await self._from(view, here) for view in views])
        for one in known:  # what a page was told of is what it gets when it asks for it
            self._known.put(one.view.request.id, one)
        return known

    async def _from(self, view: View, here: dict[str, float]) -> Known:
        """A task as it was read before, where it has ended and did not change since. `here`: the better models, which
        its buttons offer."""
        before = self._ended.get(view.request.id)
        if before is not None and before[:2] == (view, here):
            return before[2]
        known = await self._read_anew(view)
        is_known = view.phase is not RequestPhase.DONE or view.made is not None
        if view.is_open or not is_known:
            self._ended.pop(view.request.id, None)
        else:
            self._ended[view.request.id] = (view, here, known)
            if len(self._ended) > MOST:
                self._ended.popitem(last=False)
        return known

    async def _read_anew(self, view: View) -> Known:
        if view.phase is RequestPhase.DONE and view.made is None:
            (view,) = await self._services.catalogue.complete([view])
        card = await self._services.follower.card(view)
        pieces = await self._pieces(view)
        picture = _picture(view, pieces)
        return Known(view, self._task(view, card, pieces, has_picture=picture is not None), pieces, picture)

    async def _pieces(self, view: View) -> tuple[Piece, ...]:
        """The files of a finished task; none if some are not in the store any more."""
        if view.phase is not RequestPhase.DONE or view.made is None or view.manifest is None:
            return ()
        recipe = await current_recipe(self._services.queue.redis)
        planned = stored_plan(view.manifest, view.made.renditions, view.request.order, UNLIMITED, recipe)
        return () if planned.needs else tuple(piece for part in planned.parts for piece in part.pieces)

    def _task(self, view: View, card: Card, pieces: tuple[Piece, ...], *, has_picture: bool) -> Task:
        request, task_id = view.request, self._secret.task_of(view.request.id)
        heading, _, text = card.text.partition("\n")
        title, artist, seconds = _called(view)
        at = f"/api/tasks/{task_id}"
        done = view.phase is RequestPhase.DONE
        made = view.made if done else None
        return Task(
            task_id=task_id,
            status=_status(view),
            error=error_of(view),
            phase=view.phase,
            created_at=request.created_at,
            heading=heading,
            title=title,
            artist=artist,
            seconds=seconds,
            text=text,
            progress=_progress(view),
            video_id=request.source.video_id if isinstance(request.source, YouTube) else None,
            song=self._secret.song_of(request.source.key),
            order=TaskOrder(
                content=request.order.content,
                effect=request.order.effect,
                format=request.order.format,
                model=request.order.model.name,
            ),
            order_words=order_words(request.order, request.language),
            buttons=linked_rows(card.buttons, without),
            retry=view.failure is not None and view.failure.reason in PASSING,
            gone=done and not pieces,
            files=tuple(_file(at, number, piece) for number, piece in enumerate(pieces)),
            download=f"/api/download/{task_id}" if pieces else None,
            player=f"/player/{task_id}" if player_of(view, pieces) else None,
            picture=f"{at}/picture" if has_picture else None,
            cover=f"{at}/cover" if made and made.manifest and made.manifest.cover else None,
            analysis=f"{at}/analysis" if made and made.analysis else None,
        )


def _picture(view: View, pieces: tuple[Piece, ...]) -> Piece | StoredFile | None:
    """The waveforms of a finished task's stems; of a chart, the chart."""
    if view.phase is not RequestPhase.DONE or view.manifest is None:
        return None
    if isinstance(view.request.order.content, Chart):
        return next((piece for piece in pieces if piece.name.endswith(".png")), None)
    picture = picture_of(view.manifest)
    return picture.file if picture else None


def player_of(view: View, pieces: tuple[Piece, ...]) -> Piece | None:
    """The file that is or has the player's page of a task."""
    content, effect = view.request.order.content, view.request.order.effect
    if isinstance(content, Player):
        return pieces[0] if pieces else None
    if not isinstance(content, Stems) or effect.changes_length:
        return None
    return archive_of(pieces)


def archive_of(pieces: tuple[Piece, ...]) -> Piece | None:
    """The zip among a task's files."""
    return next((piece for piece in pieces if piece.rendition and piece.rendition.package), None)


def type_of(name: str) -> str:
    """The media type of a file, by its ending."""
    ending = name.rpartition(".")[2].lower()
    return _TYPES.get(ending, "application/octet-stream")


def error_of(view: View) -> str | None:
    """Why a task failed, as a sentence."""
    language = view.request.language
    match view.phase:
        case RequestPhase.FAILED:
            return sentence(view.failure or Failure(reason=Reason.INTERNAL), language)
        case RequestPhase.CANCELLED:
            return say(language, "card-cancelled")
        case _:
            return None


def _status(view: View) -> Phase:
    is_begun = view.phase is RequestPhase.WAITING and view.progress is not None
    return "STARTED" if is_begun else _STATUS[view.phase]


def _called(view: View) -> tuple[str | None, str | None, float | None]:
    """Title, artist and length of a song, as far as they are known."""
    source, progress, called, manifest = view.request.source, view.progress, view.called, view.manifest
    title = artist = None
    seconds = None
    if not isinstance(source, YouTube):
        title, artist, seconds = source.title or source.name, source.performer, source.seconds
    if called is not None:
        title, artist, seconds = called.title or title, called.artist or artist, called.seconds or seconds
    if progress is not None:
        title, artist, seconds = progress.title or title, progress.artist or artist, progress.seconds or seconds
    if manifest is not None:
        title, artist, seconds = manifest.tags.title, manifest.tags.artist or artist, manifest.seconds
    return one_line(title or "") or None, one_line(artist or "") or None, seconds


def _progress(view: View) -> Progress | None:
    if view.phase is not RequestPhase.WAITING:
        return None
    if view.progress is None:
        return Progress(stage=TrackStage.QUEUED, seconds_left=view.wait, ahead=view.ahead)
    now = view.progress
    return Progress(stage=now.stage, fraction=now.fraction, seconds_left=now.seconds_left)


def _file(at: str, number: int, piece: Piece) -> TaskFile:
    return TaskFile(
        n=number,
        name=piece.name,
        title=piece.title,
        stem=piece.stored.stem,
        bytes=piece.stored.bytes_,
        type=type_of(piece.name),
        url=f"{at}/files/{number}",
        archive=bool(piece.rendition and piece.rendition.package),
    )

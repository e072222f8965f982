"""The chat of a browser: what is written, pressed, and told as it happens."""

import secrets
import time
from contextlib import suppress

from aiohttp import web

from bot.cards.actions import parse_action
from bot.cards.cards import Card
from bot.cards.mixer import linked, without
from bot.conversation import buttons
from bot.conversation.commands.menu import COMMANDS
from bot.conversation.songs import asking
from bot.conversation.songs.lookup import card_place
from bot.conversation.turns import answers_to
from bot.conversation.values import Answers, Edit, Incoming, Place, Press, Reply, Toast
from bot.conversation.values import Message as Written
from bot.web.address import Address
from bot.web.refusals import Refusal, as_json, refused
from bot.web.site import Site, body_of, own_task_of, site_of, tasks_of, visitor_of
from bot.web.streams import Stream
from bot.web.tasks import Known
from bot.web.values import Message, Pressed, PressedAction, Said, Shown, Task, Text
from bot.web.visitors import Visitor
from jobs.models import Value


class Everything(Value):
    """The first event of a stream."""

    tasks: tuple[Task, ...]
    messages: tuple[Message, ...]


class TaskGone(Value):
    task_id: str


class MessageGone(Value):
    id: str


async def say(request: web.Request) -> web.StreamResponse:
    """What a person would write in a chat: links, playlists, names of songs."""
    return await _say(request, None)


async def say_about(request: web.Request) -> web.StreamResponse:
    """The same, about a song: what would be a reply to its card in a chat."""
    known = await own_task_of(request)
    place = card_place(site_of(request).services, known.view)
    if place is None:  # its card was not due yet: the question stands for it
        place = Place(known.view.request.address, Address.of(known.view.request.address).message)
    return await _say(request, Written(place=place, is_ours=True))


async def _say(request: web.Request, about: Written | None) -> web.StreamResponse:
    site, visitor = site_of(request), visitor_of(request)
    text = (await body_of(request, Text)).text.strip()
    place = visitor.place(secrets.token_hex(16))
    before = {one.task.task_id for one in await site.tasks.recent(visitor.chat)}
    command = text[1:].partition(" ")[0].lower() if text.startswith("/") else ""
    incoming = Incoming(visitor.asker, Written(place=place, text=text), about, is_command=bool(command))
    handle = COMMANDS.get(command, asking.in_private)
    answers = await answers_to(site.services, incoming, handle)
    site.tasks.changed("", visitor.chat)
    new = [one.task for one in await site.tasks.recent(visitor.chat) if one.task.task_id not in before]
    replies = await _posted(site, visitor, answers)
    site.board.wake(visitor.chat)
    return as_json(Said(tasks=tuple(new), replies=replies).model_dump_json())


async def press_task(request: web.Request) -> web.StreamResponse:
    """A button of a task's card, or of a page of buttons that took its place."""
    known = await own_task_of(request)
    return await _press(request, known.view.request.address, known.view.request.id)


async def press_message(request: web.Request) -> web.StreamResponse:
    """A button of a message. A message that is edited is shown so by `edit`."""
    site, visitor, reference = site_of(request), visitor_of(request), request.match_info["id"]
    if site.board.message(visitor.chat, reference) is None:
        raise refused(404, visitor.language, "button-old")
    return await _press(request, str(Address(chat=visitor.chat, message=reference)), reference, is_message=True)


async def _press(request: web.Request, address: str, message: str, *, is_message: bool = False) -> web.StreamResponse:
    site, visitor = site_of(request), visitor_of(request)
    given = await body_of(request, PressedAction)
    place = visitor.place(message)
    press = Press(visitor.asker, place, parse_action(given.action), place)
    answers = await answers_to(site.services, press, buttons.pressed)
    site.tasks.changed(message, visitor.chat)
    edits = [linked(one.card, without) for one in answers if isinstance(one, Edit)]
    if is_message:
        for card in edits:
            await site.board.edit(address, message, card)
    toasts = " ".join(one.text for one in answers if isinstance(one, Toast) and one.text)
    shown = Shown(text=edits[-1].text, buttons=edits[-1].buttons) if edits else None
    replies = await _posted(site, visitor, answers)
    site.board.wake(visitor.chat)
    return as_json(Pressed(toast=toasts, card=shown, replies=replies).model_dump_json())


async def _posted(site: Site, visitor: Visitor, answers: Answers) -> tuple[Message, ...]:
    """Replies are messages, which other tabs see, too."""
    posted = []
    for one in answers:
        if isinstance(one, Reply):
            reference = await site.board.post(str(Address(chat=visitor.chat, message="")), one.card)
            posted.append(_message(reference, one.card))
    return tuple(posted)


def _message(reference: str, card: Card) -> Message:
    return Message(id=reference, text=card.text, buttons=card.buttons)


# --- what happens ----------------------------------------------------------------------------------------------


async def events(request: web.Request) -> web.StreamResponse:
    """Everything of this browser, and then each change."""
    site, visitor = site_of(request), visitor_of(request)
    if not visitor.is_known:
        raise refused(403, visitor.language, "web-no-cookie")
    # A link's guests are one person, whose pages must not end each other's streams.
    whose = visitor.ticket.number if visitor.ticket else visitor.chat
    async with site.streams.opened(whose, request) as stream:
        site.board.listen(visitor.chat, stream.woken)
        try:
            with suppress(Refusal):  # of a guest's link that is good no more: the page asks, and is told
                await _tell(site, visitor, stream)
        finally:
            site.board.leave(visitor.chat, stream.woken)
        return await stream.finish()


async def _tell(site: Site, visitor: Visitor, stream: Stream) -> None:
    chat = visitor.chat
    tasks = {one.task.task_id: one for one in await tasks_of(site, visitor)}
    messages = {one.id: one for one in site.board.messages(chat)}
    all_ = Everything(tasks=tuple(one.task for one in tasks.values()), messages=tuple(messages.values()))
    await stream.send(all_.model_dump_json(), "all")
    quiet = 0.0
    while True:
        begun = time.monotonic()
        if await stream.wait(site.pace.still):
            site.tasks.changed("", chat)
        pause = time.monotonic() - begun
        if stream.ended.is_set() or site.stopping.is_set():
            return
        now = {one.task.task_id: one for one in await tasks_of(site, visitor)}
        told = await _tell_tasks(stream, tasks, now)
        shown = {one.id: one for one in site.board.messages(chat)}
        told += await _tell_messages(stream, messages, shown)
        tasks, messages = now, shown
        quiet = 0.0 if told else quiet + pause
        if quiet >= site.pace.alive:
            await stream.comment()
            quiet = 0.0


async def _tell_tasks(stream: Stream, before: dict[str, Known], now: dict[str, Known]) -> int:
    """Tell new and changed tasks, the oldest first, and forgotten ones. Returns how many."""
    changed = [one for key, one in now.items() if key not in before or before[key].task != one.task]
    for one in reversed(changed):
        await stream.send(one.task.model_dump_json(), "task")
    gone = [key for key in before if key not in now]
    for key in gone:
        await stream.send(TaskGone(task_id=key).model_dump_json(), "task-gone")
    return len(changed) + len(gone)


async def _tell_messages(stream: Stream, before: dict[str, Message], now: dict[str, Message]) -> int:
    changed = [one for key, one in now.items() if before.get(key) != one]
    for one in changed:
        await stream.send(one.model_dump_json(), "message")
    gone = [key for key in before if key not in now]
    for key in gone:
        await stream.send(MessageGone(id=key).model_dump_json(), "message-gone")
    return len(changed) + len(gone)

"""/status: what is in the works here, and what is done; and /stats, for the owner."""

import asyncio
import platform
import re
import shutil
import time
from collections import Counter
from typing import Final

import telegram
from telegram import CallbackQuery, Message

from bot.cards import Button, Card, heading, status_line
from bot.playlists import run_line
from bot.tally import ends
from bot.telegram.about import request_about
from bot.telegram.address import PLATFORM
from bot.telegram.front import Asker, Front, replied_to, reply, reply_alone
from bot.telegram.handlers.commands import cancel_all, label_of
from bot.telegram.lengths import joined
from bot.telegram.platform import keyboard
from bot.telegram.rights import may_cancel
from bot.telegram.taps import answered
from bot.texts import Language, figures, say
from jobs import VERSION, keys
from jobs.makers import about_workers
from jobs.outcomes import View
from jobs.providers import standings

#: Of a chat's requests, how many /status looks back, and how many finished ones it shows.
LOOK_BACK: Final = keys.KEEP_PER_CHAT
FINISHED: Final = 3
#: Days that /stats looks back.
DAYS: Final = 7

PATTERN: Final = re.compile(r"(show|stop):[0-9a-f]{16}")


async def status(front: Front, asker: Asker, message: Message) -> None:
    """This chat's open requests and the last finished ones; as a reply, the request that was replied to."""
    words = (message.text or "").split()[1:]
    if words[:1] == ["all"] and await front.people.is_owner(asker.person):
        await _status_of_all(front, asker, message)
        return
    replied = replied_to(message)
    if replied is not None:
        view = await request_about(front, asker.chat, replied.message_id)
        if view is None:
            await reply(front, message, say(asker.language, "status-unknown"))
        else:
            await _show(front, message, view)
        return
    shown = await _list(front, asker)
    await reply(front, message, shown.text, keyboard(shown))


async def pressed(front: Front, asker: Asker, query: CallbackQuery) -> None:
    """A song in the list: stop it, or show where it stands, with its buttons."""
    await answered(asker, query, _act(front, asker, query))


async def _act(front: Front, asker: Asker, query: CallbackQuery) -> str:
    verb, _, request_id = (query.data or "").partition(":")
    view = await front.queue.view(request_id)
    if view is None or view.request.chat != asker.chat or not isinstance(query.message, Message):
        return say(asker.language, "button-old")
    if verb == "stop":
        return await _stop(front, asker, query, view)
    await _show(front, query.message, view)
    return ""


async def _stop(front: Front, asker: Asker, query: CallbackQuery, view: View) -> str:
    if not await may_cancel(front, asker, view.request):
        return say(asker.language, "cancel-not-yours")
    stopped = await cancel_all(front, [view])
    front.changes.make(query, await _list(front, asker))
    return say(asker.language, "cancel-done", count=1) if stopped else say(asker.language, "cancel-too-late")


async def _list(front: Front, asker: Asker) -> Card:
    """What is in the works in a chat, and what was done last."""
    recent = await front.queue.recent(asker.chat, limit=LOOK_BACK)
    opened = [view for view in reversed(recent) if view.is_open]
    finished = [view for view in recent if not view.is_open][:FINISHED]
    blocks = [say(asker.language, "status-open", count=len(opened)) if opened else say(asker.language, "status-none")]
    blocks += [run_line(run, asker.language) for run in await front.playlists.in_chat(asker.chat)]
    blocks += [_line(front, asker, view) for view in opened]
    last = [_line(front, asker, view) for view in finished]
    last = [say(asker.language, "status-finished"), *last] if last else []
    below = "\n\n".join([*await _minutes(front, asker), *last])
    buttons = [
        Button(
            label=say(asker.language, "button-cancel-song", title=_short(front, asker, view)),
            action=f"stop:{view.request.id}",
        )
        for view in opened
    ]
    buttons += [Button(label=f"↩ {_short(front, asker, view)}", action=f"show:{view.request.id}") for view in finished]
    text = joined(blocks, asker.language, below=below)
    return Card(text=text, buttons=tuple((button,) for button in buttons))


async def _minutes(front: Front, asker: Asker) -> list[str]:
    """How much music of a day's share is used; nothing where none is, or nobody counts."""
    limits = await front.limits(asker.person)
    limit = limits.chat_seconds if asker.in_group else limits.person_seconds
    used = await front.people.used(*(("chat", asker.chat) if asker.in_group else ("person", asker.person)))
    if not limit or not used:
        return []
    shown, most = figures.duration(used, asker.language), figures.duration(limit, asker.language)
    return [say(asker.language, "status-minutes", used=shown, limit=most)]


async def _show(front: Front, message: Message, view: View) -> None:
    shown = await front.follower.card(view)
    await reply(front, message, shown.text, keyboard(shown))


def _line(front: Front, asker: Asker, view: View) -> str:
    return status_line(view, asker.language, front.store.manifest(view.request.track_id))


def _short(front: Front, asker: Asker, view: View) -> str:
    return label_of(heading(view, asker.language, front.store.manifest(view.request.track_id)))


# --- the owner's -----------------------------------------------------------------------------------------------


async def stats(front: Front, asker: Asker, message: Message) -> None:
    if await front.people.is_owner(asker.person):
        await reply_alone(front, asker, message, await _stats(front, asker))
    else:
        await reply(front, message, say(asker.language, "stats-owner-only"))


async def _status_of_all(front: Front, asker: Asker, message: Message) -> None:
    views = [view for view in await front.queue.attended(PLATFORM) if view.is_open]
    blocks = [say(asker.language, "status-open", count=len(views)) if views else say(asker.language, "status-idle")]
    blocks += [_line(front, asker, view) for view in views]
    await reply_alone(front, asker, message, joined(blocks, asker.language, below=await _stats(front, asker)))


async def _stats(front: Front, asker: Asker) -> str:
    """Queue, workers, disk, versions, how requests ended, and how the ways to YouTube stand."""
    language, queue, store = asker.language, front.queue, front.store
    used = await asyncio.to_thread(store.used_bytes)
    free = await asyncio.to_thread(lambda: shutil.disk_usage(store.root).free)
    counted = await ends(queue.redis, DAYS, time.time())
    lines = [
        say(language, "stats-queue", waiting=await queue.size(), workers=len(await queue.workers())),
        say(
            language,
            "stats-disk",
            free=figures.size(free, language),
            used=figures.size(used, language),
            quota=figures.size(front.settings.quota_gb * 1e9, language),
        ),
        say(
            language,
            "stats-versions",
            version=VERSION,
            python=platform.python_version(),
            library=telegram.__version__,
        ),
        *await _workers(front, language),
        say(language, "stats-ends", days=DAYS, done=counted.pop("done", 0), cancelled=counted.pop("cancelled", 0)),
    ]
    lines += [say(language, "stats-reason", reason=reason, count=count) for reason, count in counted.most_common(10)]
    for standing in (await standings(queue.redis)).values():
        state = "up" if standing.up else "down"
        lines.append(say(language, "stats-provider", provider=standing.provider, state=state))
    return "\n".join(lines)


async def _workers(front: Front, language: Language) -> list[str]:
    """Of what the workers are made, alike ones on one line."""
    told = await about_workers(front.queue.redis, await front.queue.workers())
    alike = Counter(str(one) for one in told)
    return [say(language, "stats-worker", count=count, versions=versions) for versions, count in alike.items()]

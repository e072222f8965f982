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

from bot.cards.actions import Action, Verb
from bot.cards.cards import Button, Card, heading, status_line
from bot.chats.statistics import ends
from bot.playlists.run import run_line
from bot.telegram.address import PLATFORM
from bot.telegram.handlers.commands import cancel_all, label_of
from bot.telegram.message_length import joined
from bot.telegram.permissions import may_cancel
from bot.telegram.platform import keyboard
from bot.telegram.replies import Asker, Services, replied_to, reply, reply_alone
from bot.telegram.request_lookup import request_about
from bot.telegram.taps import answered
from bot.texts import Language, figures, say
from jobs import VERSION
from jobs.outcomes import View
from jobs.queue import keys
from jobs.queue.providers import standings
from jobs.queue.recipe import about_workers

#: Of a chat's requests, how many /status looks back, and how many finished ones it shows.
LOOK_BACK: Final = keys.KEEP_PER_CHAT
FINISHED: Final = 3
#: Days that /stats looks back.
DAYS: Final = 7

PATTERN: Final = re.compile(r"(show|stop):[0-9a-f]{16}")


async def status(services: Services, asker: Asker, message: Message) -> None:
    """This chat's open requests and the last finished ones; as a reply, the request that was replied to."""
    words = (message.text or "").split()[1:]
    if words[:1] == ["all"] and await services.access.is_owner(asker.person):
        await _status_of_all(services, asker, message)
        return
    replied = replied_to(message)
    if replied is not None:
        view = await request_about(services, asker.chat, replied.message_id)
        if view is None:
            await reply(services, message, say(asker.language, "status-unknown"))
        else:
            await _show(services, message, view)
        return
    shown = await _list(services, asker)
    await reply(services, message, shown.text, keyboard(shown))


async def pressed(services: Services, asker: Asker, query: CallbackQuery) -> None:
    """A song in the list: stop it, or show where it stands, with its buttons."""
    await answered(asker, query, _act(services, asker, query))


async def _act(services: Services, asker: Asker, query: CallbackQuery) -> str:
    verb, _, request_id = (query.data or "").partition(":")
    view = await services.queue.view(request_id)
    if view is None or view.request.chat != asker.chat or not isinstance(query.message, Message):
        return say(asker.language, "button-old")
    if verb == "stop":
        return await _stop(services, asker, query, view)
    await _show(services, query.message, view)
    return ""


async def _stop(services: Services, asker: Asker, query: CallbackQuery, view: View) -> str:
    if not await may_cancel(services, asker, view.request):
        return say(asker.language, "cancel-not-yours")
    stopped = await cancel_all(services, [view])
    services.keyboard_edits.make(query, await _list(services, asker))
    return say(asker.language, "cancel-done", count=1) if stopped else say(asker.language, "cancel-too-late")


async def _list(services: Services, asker: Asker) -> Card:
    """What is in the works in a chat, and what was done last."""
    recent = await services.queue.recent(asker.chat, limit=LOOK_BACK)
    opened = [view for view in reversed(recent) if view.is_open]
    finished = [view for view in recent if not view.is_open][:FINISHED]
    blocks = [say(asker.language, "status-open", count=len(opened)) if opened else say(asker.language, "status-none")]
    blocks += [run_line(run, asker.language) for run in await services.playlists.in_chat(asker.chat)]
    blocks += [_line(services, asker, view) for view in opened]
    last = [_line(services, asker, view) for view in finished]
    last = [say(asker.language, "status-finished"), *last] if last else []
    below = "\n\n".join([*await _minutes(services, asker), *last])
    buttons = [
        Button(
            label=say(asker.language, "button-cancel-song", title=_short(services, asker, view)),
            action=Action(verb=Verb.STOP, target=view.request.id).text,
        )
        for view in opened
    ]
    buttons += [
        Button(label=f"↩ {_short(services, asker, view)}", action=Action(verb=Verb.SHOW, target=view.request.id).text)
        for view in finished
    ]
    text = joined(blocks, asker.language, below=below)
    return Card(text=text, buttons=tuple((button,) for button in buttons))


async def _minutes(services: Services, asker: Asker) -> list[str]:
    """How much music of a day's share is used; nothing where none is, or nobody counts."""
    limits = await services.limits(asker.person)
    limit = limits.chat_seconds if asker.in_group else limits.person_seconds
    used = await services.access.used(*(("chat", asker.chat) if asker.in_group else ("person", asker.person)))
    if not limit or not used:
        return []
    shown, most = figures.duration(used, asker.language), figures.duration(limit, asker.language)
    return [say(asker.language, "status-minutes", used=shown, limit=most)]


async def _show(services: Services, message: Message, view: View) -> None:
    shown = await services.follower.card(view)
    await reply(services, message, shown.text, keyboard(shown))


def _line(services: Services, asker: Asker, view: View) -> str:
    return status_line(view, asker.language, services.store.manifest(view.request.track_id))


def _short(services: Services, asker: Asker, view: View) -> str:
    return label_of(heading(view, asker.language, services.store.manifest(view.request.track_id)))


# --- the owner's -----------------------------------------------------------------------------------------------


async def stats(services: Services, asker: Asker, message: Message) -> None:
    if await services.access.is_owner(asker.person):
        await reply_alone(services, asker, message, await _stats(services, asker))
    else:
        await reply(services, message, say(asker.language, "stats-owner-only"))


async def _status_of_all(services: Services, asker: Asker, message: Message) -> None:
    views = [view for view in await services.queue.attended(PLATFORM) if view.is_open]
    blocks = [say(asker.language, "status-open", count=len(views)) if views else say(asker.language, "status-idle")]
    blocks += [_line(services, asker, view) for view in views]
    await reply_alone(services, asker, message, joined(blocks, asker.language, below=await _stats(services, asker)))


async def _stats(services: Services, asker: Asker) -> str:
    """Queue, workers, disk, versions, how requests ended, and how the ways to YouTube stand."""
    language, queue, store = asker.language, services.queue, services.store
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
            quota=figures.size(services.settings.quota_gb * 1e9, language),
        ),
        say(
            language,
            "stats-versions",
            version=VERSION,
            python=platform.python_version(),
            library=telegram.__version__,
        ),
        *await _workers(services, language),
        say(language, "stats-ends", days=DAYS, done=counted.pop("done", 0), cancelled=counted.pop("cancelled", 0)),
    ]
    lines += [say(language, "stats-reason", reason=reason, count=count) for reason, count in counted.most_common(10)]
    for standing in (await standings(queue.redis)).values():
        state = "up" if standing.up else "down"
        lines.append(say(language, "stats-provider", provider=standing.provider, state=state))
    return "\n".join(lines)


async def _workers(services: Services, language: Language) -> list[str]:
    """Of what the workers are made, alike ones on one line."""
    told = await about_workers(services.queue.redis, await services.queue.workers())
    alike = Counter(str(one) for one in told)
    return [say(language, "stats-worker", count=count, versions=versions) for versions, count in alike.items()]

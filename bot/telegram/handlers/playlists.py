"""Playlists as they are asked for; and their buttons: look into one, start it, stop it."""

import logging
import re
import time
from collections.abc import Sequence
from typing import Final

from telegram import CallbackQuery, Message

from bot.chats.preferences import wish_of
from bot.links.links import Playlist
from bot.playlists.run import Run, run_id
from bot.telegram.address import PLATFORM
from bot.telegram.incoming import address_for
from bot.telegram.permissions import may_act_for
from bot.telegram.replies import Asker, Services, replied_to, reply
from bot.telegram.taps import answered
from bot.texts import say
from jobs.queue.quotas import TooManyOpen

log = logging.getLogger(__name__)

PATTERN: Final = re.compile(r"list:[A-Za-z0-9_-]{12,59}|run:[0-9a-f]{16}:(start|stop)")


async def pressed(services: Services, asker: Asker, query: CallbackQuery) -> None:
    await answered(asker, query, _act(services, asker, query))


async def _act(services: Services, asker: Asker, query: CallbackQuery) -> str:
    """Do what the button says. Returns what the person is told in passing."""
    verb, _, rest = (query.data or "").partition(":")
    if verb == "list":
        if not isinstance(query.message, Message):
            return say(asker.language, "button-old")
        asked = replied_to(query.message) or query.message
        refused = await begin_all(services, asker, asked, [Playlist(playlist_id=rest, alone=True)])
        if refused:
            await reply(services, asked, refused)
        return "" if refused else say(asker.language, "playlist-looking")
    run_id, _, act = rest.partition(":")
    run = await services.playlists.run_of(run_id)
    if run is None or run.chat != asker.chat:
        return say(asker.language, "button-old")
    if not await may_act_for(services, asker, run.asker):
        return say(asker.language, "playlist-not-yours")
    if act == "start":
        return say(asker.language, "playlist-started" if await services.playlists.start(run_id) else "button-old")
    return say(asker.language, "playlist-ends" if await services.playlists.stop(run_id) else "button-old")


async def begin_all(services: Services, asker: Asker, message: Message, playlists: Sequence[Playlist]) -> str:
    """Find out what is in these playlists, and offer them. Returns what is to be said of those that are left out."""
    said = [say(asker.language, "playlist-endless")] if any(one.endless for one in playlists) else []
    wanted = [one for one in playlists if not one.endless]
    wish = await wish_of(services.queue.redis, asker.chat, services.settings)
    for place, playlist in enumerate(wanted):
        run = Run(
            id=run_id(asker.chat, str(message.message_id), playlist.playlist_id),
            platform=PLATFORM,
            chat=asker.chat,
            asker=asker.person,
            address=str(address_for(message)),
            language=asker.language,
            playlist_id=playlist.playlist_id,
            wish=wish,
            created_at=time.time(),
        )
        try:
            await services.playlists.begin(run)
        except TooManyOpen as full:
            sentence = "playlist-too-many-here" if full.whose == "chat" else "playlist-too-many"
            said.append(say(asker.language, sentence, limit=full.limit, left=len(wanted) - place))
            break
        log.info("playlist %s: %s, %s", run.id, run.chat, run.playlist_id)
    return " ".join(said)

"""Playlists as they are asked for; and their buttons: look into one, start it, stop it."""

import logging
import re
import time
from collections.abc import Sequence
from typing import Final

from telegram import CallbackQuery, Message

from bot.links import Playlist
from bot.playlists import Run, run_id
from bot.telegram.address import PLATFORM
from bot.telegram.front import Asker, Front, replied_to, reply
from bot.telegram.rights import may_act_for
from bot.telegram.sources import address_for
from bot.telegram.taps import answered
from bot.texts import say
from bot.wishes import wish_of
from jobs.limits import TooManyOpen

log = logging.getLogger(__name__)

PATTERN: Final = re.compile(r"list:[A-Za-z0-9_-]{12,59}|run:[0-9a-f]{16}:(start|stop)")


async def pressed(front: Front, asker: Asker, query: CallbackQuery) -> None:
    await answered(asker, query, _act(front, asker, query))


async def _act(front: Front, asker: Asker, query: CallbackQuery) -> str:
    """Do what the button says. Returns what the person is told in passing."""
    verb, _, rest = (query.data or "").partition(":")
    if verb == "list":
        if not isinstance(query.message, Message):
            return say(asker.language, "button-old")
        asked = replied_to(query.message) or query.message
        refused = await begin_all(front, asker, asked, [Playlist(playlist_id=rest, alone=True)])
        if refused:
            await reply(front, asked, refused)
        return "" if refused else say(asker.language, "playlist-looking")
    run_id, _, act = rest.partition(":")
    run = await front.playlists.run_of(run_id)
    if run is None or run.chat != asker.chat:
        return say(asker.language, "button-old")
    if not await may_act_for(front, asker, run.asker):
        return say(asker.language, "playlist-not-yours")
    if act == "start":
        return say(asker.language, "playlist-started" if await front.playlists.start(run_id) else "button-old")
    return say(asker.language, "playlist-ends" if await front.playlists.stop(run_id) else "button-old")


async def begin_all(front: Front, asker: Asker, message: Message, playlists: Sequence[Playlist]) -> str:
    """Find out what is in these playlists, and offer them. Returns what is to be said of those that are left out."""
    said = [say(asker.language, "playlist-endless")] if any(one.endless for one in playlists) else []
    wanted = [one for one in playlists if not one.endless]
    wish = await wish_of(front.queue.redis, asker.chat, front.settings)
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
            await front.playlists.begin(run)
        except TooManyOpen as full:
            sentence = "playlist-too-many-here" if full.whose == "chat" else "playlist-too-many"
            said.append(say(asker.language, sentence, limit=full.limit, left=len(wanted) - place))
            break
        log.info("playlist %s: %s, %s", run.id, run.chat, run.playlist_id)
    return " ".join(said)

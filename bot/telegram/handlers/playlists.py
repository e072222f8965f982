"""The buttons of playlists: look into one, start it, stop it."""

import re
from typing import Final

from telegram import CallbackQuery, Message

from bot.links import Playlist
from bot.telegram.front import Asker, Front, replied_to
from bot.telegram.handlers.asking import take_playlist
from bot.telegram.rights import may_act_for
from bot.telegram.taps import answered
from bot.texts import say

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
        await take_playlist(front, asker, asked, Playlist(playlist_id=rest, alone=True))
        return say(asker.language, "playlist-looking")
    run_id, _, act = rest.partition(":")
    run = await front.playlists.run_of(run_id)
    if run is None or run.chat != asker.chat:
        return say(asker.language, "button-old")
    if not await may_act_for(front, asker, run.asker):
        return say(asker.language, "playlist-not-yours")
    if act == "start":
        return say(asker.language, "playlist-started" if await front.playlists.start(run_id) else "button-old")
    return say(asker.language, "playlist-ends" if await front.playlists.stop(run_id) else "button-old")

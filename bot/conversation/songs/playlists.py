"""Requests for playlists, and the buttons that list, start and stop one."""

import logging
import time
from collections.abc import Sequence

from bot.cards.actions import Action
from bot.cards.cards import Card
from bot.conversation.permissions import may_act_for
from bot.conversation.services import Services
from bot.conversation.values import Answers, Asker, Place, Press, Reply, toast
from bot.links.links import Playlist
from bot.playlists.run import Run, run_id
from bot.texts import say
from jobs.queue.quotas import TooManyOpen

log = logging.getLogger(__name__)


async def look(services: Services, press: Press, action: Action) -> Answers:
    """The button beside a link to one video of a playlist: list the whole playlist."""
    asker, question = press.asker, press.question
    if question is None:
        return toast(say(asker.language, "button-old"))
    refused = await begin_all(services, asker, question, [Playlist(playlist_id=action.target, alone=True)])
    if refused:
        return (Reply(Card(text=refused), to=question),)
    return toast(say(asker.language, "playlist-looking"))


async def start_or_stop(services: Services, press: Press, action: Action) -> Answers:
    """The buttons of a playlist's card."""
    asker, id_ = press.asker, action.target
    run = await services.playlists.run_of(id_)
    if run is None or run.chat != asker.chat:
        return toast(say(asker.language, "button-old"))
    if not await may_act_for(services, asker, run.asker):
        return toast(say(asker.language, "playlist-not-yours"))
    if action.choice == "start":
        started = await services.playlists.start(id_)
        return toast(say(asker.language, "playlist-started" if started else "button-old"))
    stopped = await services.playlists.stop(id_)
    return toast(say(asker.language, "playlist-ends" if stopped else "button-old"))


async def begin_all(services: Services, asker: Asker, place: Place, playlists: Sequence[Playlist]) -> str:
    """List these playlists, and offer them. Returns sentences on the refused ones, or ''."""
    said = [say(asker.language, "playlist-endless")] if any(one.endless for one in playlists) else []
    wanted = [one for one in playlists if not one.endless]
    order = (await services.preferences.of(asker.chat)).order
    for number, playlist in enumerate(wanted):
        run = Run(
            id=run_id(asker.chat, place.message, playlist.playlist_id),
            platform=services.platform.name,
            chat=asker.chat,
            asker=asker.person,
            address=place.address,
            language=asker.language,
            playlist_id=playlist.playlist_id,
            order=order,
            created_at=time.time(),
        )
        try:
            await services.playlists.begin(run)
        except TooManyOpen as full:
            sentence = "playlist-too-many-here" if full.whose == "chat" else "playlist-too-many"
            said.append(say(asker.language, sentence, limit=full.limit, left=len(wanted) - number))
            break
        log.info("playlist %s: %s, %s", run.id, run.chat, run.playlist_id)
    return " ".join(said)

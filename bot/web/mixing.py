"""The task that has the player of a song that was made in a chat."""

from bot.chats.song_links import mixer_chat
from bot.texts import Language
from bot.web import submitting
from bot.web.refusals import refused
from bot.web.site import Site
from bot.web.tasks import Known
from bot.web.values import Ordered
from bot.web.visitors import Visitor
from jobs.models import Player, Request


async def player_task(site: Site, request: Request, language: Language) -> Known:
    """The task that has, or is making, the player of a request's song. Raises `Refusal` 410 and 429.

    It is made from the stems that are there: a link costs its people no minutes. All who open the song of one chat
    share the task, which the chat forgets with the song.
    """
    about = await site.tasks.of_request(request.id)
    if about is not None and about.task.player is not None:
        return about
    chat = mixer_chat(request.chat, request.source.key)
    for known in await site.tasks.recent(chat):
        is_same = known.view.request.track_id == request.track_id
        if is_same and (known.view.is_open or known.task.player is not None):
            return known
    if about is None or not await site.services.follower.has_stems(request.track_id):
        raise refused(410, language, "mixer-gone")
    guest = Visitor(browser=None, person=chat, language=language)
    return await submitting.order(site, guest, about, Ordered(content=Player(language=language)))

"""Songs by their names: a search, the list of its hits, and the taps on it."""

import logging
import time

from bot.cards.actions import Action
from bot.cards.cards import Card
from bot.chats.access import QUIET, Hearing
from bot.conversation.permissions import may_act_for
from bot.conversation.services import Services
from bot.conversation.songs.limits import refusal
from bot.conversation.songs.lookup import same_in_works
from bot.conversation.values import Answers, Asker, Edit, Incoming, Press, Toast, reply, toast
from bot.delivery.cards.status_cards import CardNote
from bot.searches.search import Search, SearchStep, id_of
from bot.texts import figures, say
from jobs.filenames import one_line
from jobs.models import Request, YouTube, request_id
from jobs.queue.quotas import OverQuota, TooManyOpen
from jobs.queue.titles import keep_called
from jobs.youtube import LONGEST_SEARCH, Hit

log = logging.getLogger(__name__)


def can_be_searched(words: str) -> bool:
    """Whether there is a letter or a digit in it."""
    return any(sign.isalnum() for sign in words)


async def begin(services: Services, incoming: Incoming, words: str) -> Answers:
    """Search for `words`. The message with the hits is the answer, unless the search is refused."""
    asker, words = incoming.asker, one_line(words)
    if not can_be_searched(words):
        return reply(say(asker.language, "search-how"))
    if len(words) > LONGEST_SEARCH:
        return reply(say(asker.language, "search-too-long"))
    heard, said = await _paced(services, asker)
    if not heard:
        return reply(said) if said else ()
    now = time.time()
    search = Search(
        id=id_of(asker.chat, incoming.place.message, words),
        platform=services.platform.name,
        chat=asker.chat,
        asker=asker.person,
        address=incoming.place.address,
        language=asker.language,
        words=words,
        created_at=now,
        asked_at=now,
    )
    try:
        await services.searches.begin(search)
    except TooManyOpen:
        return reply(say(asker.language, "search-too-many"))
    log.info("search %s: %s", search.id, search.chat)
    return ()


async def pressed(services: Services, press: Press, action: Action) -> Answers:
    """A button of a search's message. The hits are for everybody in the chat, as everything else that is posted."""
    asker = press.asker
    search = await services.searches.search_of(action.target)
    if search is None or search.chat != asker.chat:
        said = say(asker.language, "search-old")
        return Edit(Card(text=said)), Toast(said)
    match action.choice:
        case "stop":
            return await _stop(services, asker, search)
        case "again":
            return await _again(services, asker, search)
        case _:
            return await _take(services, press, search.id, action.choice)


async def _stop(services: Services, asker: Asker, search: Search) -> Answers:
    if not await may_act_for(services, asker, search.asker):
        return toast(say(asker.language, "cancel-not-yours"))
    return toast("" if await services.searches.stop(search.id) else say(asker.language, "button-old"))


async def _again(services: Services, asker: Asker, search: Search) -> Answers:
    if search.step is not SearchStep.FAILED:
        return toast(say(asker.language, "made-already"))
    heard, said = await _paced(services, asker)
    if not heard:
        return toast(said)
    tried = await services.searches.again(search.id)
    return toast(say(asker.language, "retry-started" if tried else "made-already"))


async def _take(services: Services, press: Press, search_id: str, video_id: str) -> Answers:
    """Accept a request for a hit, whose card the message with the hits becomes. One hit of a list can be taken."""
    asker = press.asker
    async with services.turn(asker.chat):
        search = await services.searches.search_of(search_id)
        if search is None or (hit := search.hit(video_id)) is None or search.step is SearchStep.STOPPED:
            return toast(say(asker.language, "button-old"))
        request = await _request(services, asker, search, hit)
        if search.step is SearchStep.TAKEN or await same_in_works(services, request) is not None:
            return toast(say(asker.language, "made-already"))
        await keep_called(services.queue.redis, request.source, hit.called, only_new=True)
        note = CardNote(reference=press.place.message, at=request.address)
        try:
            await services.follower.accept(request, await services.limits(asker.person), card=note)
        except (TooManyOpen, OverQuota) as why:
            return toast(refusal(why, asker.language))
        await services.searches.take(search.id)
    return toast("")


async def _request(services: Services, asker: Asker, search: Search, hit: Hit) -> Request:
    """A request as if the hit's link had been sent in place of the words, by the person who tapped."""
    source = YouTube(video_id=hit.video_id)
    return Request(
        id=request_id(search.chat, f"{search.id}:{search.created_at}", source),
        platform=services.platform.name,
        chat=search.chat,
        asker=asker.person,
        address=search.address,
        language=asker.language,
        source=source,
        order=(await services.preferences.of(asker.chat)).order,
        created_at=time.time(),
    )


async def _paced(services: Services, asker: Asker) -> tuple[bool, str]:
    """Whether a search is within the person's pace; and what to say if not, '' when it was said before."""
    hearing = await services.access.may_search(asker.person, services.settings.searches_per_minute)
    if hearing is Hearing.NO_MORE:
        return False, say(asker.language, "search-too-fast", wait=figures.wait(QUIET, asker.language))
    return hearing is Hearing.YES, ""

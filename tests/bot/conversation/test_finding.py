"""Searches and the taps on their hits as values, on a real queue."""

import asyncio

import pytest

from bot.conversation.services import Services
from bot.conversation.songs import asking
from bot.delivery.cards.request_cards import note_of
from bot.searches.follow import Searches
from bot.searches.search import Search, SearchStep
from bot.texts import say
from jobs.models import Request
from jobs.process.tasks import cancel_and_wait
from jobs.progress import Lane
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.searches import keep_hits
from jobs.youtube import LONGEST_SEARCH
from tests.bot.conversation.chat import SONG as LINK
from tests.bot.conversation.chat import Chats, Person, said
from tests.bot.searches.results import ALL, COVER, SONG, WORDS, result

OLD = say("en", "search-old")


async def attended(person: Person) -> list[Search]:
    """The searches that are attended to, in the order of asking."""
    services = person.services
    ids = [id_.decode() for id_ in await answer(services.queue.redis.zrange(keys.searches("test"), 0, -1))]
    return [search for id_ in ids if (search := await services.searches.search_of(id_))]


async def listed(person: Person, words: str = WORDS, message: int = 1) -> Search:
    """A search whose hits were shown, in message 9."""
    await keep_hits(person.services.queue.redis, result(*ALL, words=words))
    text = f"/find {words}" if person.group else words
    hear = asking.find if person.group else asking.in_private
    assert await hear(person.services, person.says(text, message)) == ()
    search = (await attended(person))[-1]
    await person.services.searches._moved_on(search.id)
    (shown,) = [one for one in await attended(person) if one.id == search.id]
    assert shown.step is SearchStep.FOUND
    return shown


async def open_requests(person: Person) -> list[Request]:
    return [view.request for view in await person.services.queue.recent(person.asker.chat) if view.is_open]


async def test_a_hit_becomes_a_request_as_if_its_link_had_been_sent(ana: Person) -> None:
    search = await listed(ana, message=7)
    assert said(await ana.tap(f"found:{search.id}:{COVER.video_id}")) == ["toast: "]
    (request,) = await open_requests(ana)
    assert (request.source.key, request.address) == (f"youtube:{COVER.video_id}", "test:ana/7")
    view = await ana.services.queue.view(request.id)
    assert view is not None
    note = note_of(view)
    assert note is not None
    assert note.reference == "9", "the message with the hits is its card"
    assert view.called == COVER.called
    assert said(await ana.tap(f"found:{search.id}:{COVER.video_id}")) == [f"toast: {say('en', 'made-already')}"]
    assert said(await ana.tap(f"found:{search.id}:{SONG.video_id}")) == [f"toast: {say('en', 'made-already')}"]
    assert await open_requests(ana) == [request]


async def test_what_is_known_of_a_song_stays(ana: Person) -> None:
    await asking.in_private(ana.services, ana.says(LINK))
    known = SONG.called.model_copy(update={"title": "As the worker learned it"})
    (request,) = await open_requests(ana)
    await answer(ana.services.queue.redis.set(keys.song(request.source.key), known.model_dump_json()))
    await ana.services.queue.cancel(request.id)
    search = await listed(ana, message=2)
    await ana.tap(f"found:{search.id}:{SONG.video_id}")
    (request,) = await open_requests(ana)
    view = await ana.services.queue.view(request.id)
    assert view is not None
    assert view.called == known


async def test_a_song_in_the_works_is_not_asked_for_again(ana: Person) -> None:
    await asking.in_private(ana.services, ana.says(LINK))
    search = await listed(ana, message=2)
    assert said(await ana.tap(f"found:{search.id}:{SONG.video_id}")) == [f"toast: {say('en', 'made-already')}"]
    assert len(await open_requests(ana)) == 1
    assert said(await ana.tap(f"found:{search.id}:{COVER.video_id}")) == ["toast: "], "another hit can be taken"


async def test_a_refused_tap_can_be_repeated_when_there_is_room(ana: Person) -> None:
    for number, video in enumerate(("aaaaaaaaaaA", "bbbbbbbbbbA")):
        await asking.in_private(ana.services, ana.says(f"https://youtu.be/{video}", number))
    search = await listed(ana, message=3)
    (refused,) = said(await ana.tap(f"found:{search.id}:{SONG.video_id}"))
    assert refused.startswith("toast: You have 2 songs in the works")
    await ana.services.queue.cancel((await open_requests(ana))[0].id)
    assert said(await ana.tap(f"found:{search.id}:{SONG.video_id}")) == ["toast: "]


async def test_the_band_shares_a_list_and_the_person_who_taps_asks(services: Services, chats: Chats) -> None:
    bo, cy, stranger = Person(services, "bo", "band"), Person(services, "cy", "band"), Person(services, "eve")
    search = await listed(bo)
    assert said(await stranger.tap(f"found:{search.id}:{SONG.video_id}"))[-1] == f"toast: {OLD}", "of another chat"
    stop = f"found:{search.id}:stop"
    assert said(await cy.tap(stop)) == [f"toast: {say('en', 'cancel-not-yours')}"]
    assert said(await cy.tap(f"found:{search.id}:{SONG.video_id}")) == ["toast: "]
    (request,) = await open_requests(cy)
    assert request.asker == "test:cy"
    assert said(await bo.tap(stop)) == [f"toast: {say('en', 'button-old')}"]
    other = await listed(bo, message=2)
    chats.admins.add(("test:band", "test:cy"))
    assert said(await cy.tap(f"found:{other.id}:stop")) == ["toast: "]
    assert said(await bo.tap(f"found:{other.id}:{SONG.video_id}")) == [f"toast: {say('en', 'button-old')}"]


async def test_a_list_expires_and_says_so(ana: Person) -> None:
    search = await listed(ana)
    redis = ana.services.queue.redis
    assert keys.KEEP_SEARCH - 5 < await redis.ttl(keys.found(search.id)) <= keys.KEEP_SEARCH
    await redis.delete(keys.found(search.id))
    assert said(await ana.tap(f"found:{search.id}:{SONG.video_id}")) == [f"edit: {OLD}", f"toast: {OLD}"]
    made_up = f"found:{search.id}:{'a' * 10}A"
    assert said(await ana.tap(made_up)) == [f"edit: {OLD}", f"toast: {OLD}"]


async def test_only_hits_of_the_list_can_be_taken(ana: Person) -> None:
    search = await listed(ana)
    assert said(await ana.tap(f"found:{search.id}:aaaaaaaaaaA")) == [f"toast: {say('en', 'button-old')}"]
    assert said(await ana.tap(f"found:{search.id}:again")) == [f"toast: {say('en', 'made-already')}"]
    assert await open_requests(ana) == []


async def test_thanks_mixes_and_questions_are_no_search(ana: Person) -> None:
    services = ana.services
    for text, sentence in (("top", "small-talk-thanks"), ("no vocals", "mix-no-song"), ("?!", "links-none")):
        assert said(await asking.in_private(services, ana.says(text))) == [f"reply: {say('en', sentence)}"]
    assert said(await asking.in_private(services, ana.says("what can you do?")))[0].startswith("reply: Send me a")
    assert await attended(ana) == []


@pytest.mark.parametrize("words", ["", "?!", "🎸", " \n"])
async def test_find_needs_words(ana: Person, words: str) -> None:
    assert said(await asking.find(ana.services, ana.says(f"/find {words}"))) == [f"reply: {say('en', 'search-how')}"]


async def test_find_takes_links_too(ana: Person) -> None:
    assert await asking.find(ana.services, ana.says(f"/find {LINK}")) == ()
    assert len(await open_requests(ana)) == 1
    assert await attended(ana) == []


async def test_words_that_are_too_long_are_refused(ana: Person) -> None:
    answers = await asking.in_private(ana.services, ana.says("a" * (LONGEST_SEARCH + 1)))
    assert said(answers) == [f"reply: {say('en', 'search-too-long')}"]
    assert await asking.in_private(ana.services, ana.says("a" * LONGEST_SEARCH)) == ()


async def test_a_group_searches_by_its_command_alone(services: Services) -> None:
    bo = Person(services, "bo", group="band")
    assert await asking.in_group(services, bo.says(WORDS)) == ()
    called = await asking.in_group(services, bo.says(f"@us {WORDS}", calls_us=True))
    assert said(called) == [f"reply: {say('en', 'stems-how')}"]
    assert await attended(bo) == []
    assert await asking.find(services, bo.says(f"/find {WORDS}")) == ()
    assert [search.words for search in await attended(bo)] == [WORDS]


async def test_a_message_that_arrives_again_makes_no_second_search(ana: Person) -> None:
    for _ in range(2):
        assert await asking.in_private(ana.services, ana.says(WORDS, 5)) == ()
    assert len(await attended(ana)) == 1
    assert await ana.services.queue.redis.zcard(keys.queue(Lane.QUICK)) == 1


async def test_searches_have_a_pace_and_a_limit_of_open_ones(ana: Person, services: Services) -> None:
    """Two may be open at a time, by the settings of these tests; six a minute, by the usual ones."""
    for number in range(2):
        assert await asking.in_private(services, ana.says(f"song {number}", number)) == ()
    assert said(await asking.in_private(services, ana.says("song 2", 2))) == [f"reply: {say('en', 'search-too-many')}"]
    for search in await attended(ana):
        await services.searches.stop(search.id)
    for number in range(3, 6):
        await services.searches.stop((await attended(ana))[-1].id)
        assert await asking.in_private(services, ana.says(f"song {number}", number)) == ()
    (told,) = said(await asking.in_private(services, ana.says("song 6", 6)))
    assert told.startswith("reply: Those were many searches at once.")
    assert await asking.in_private(services, ana.says("song 7", 7)) == (), "told once"
    bo = Person(services, "bo")
    assert await asking.in_private(services, bo.says("song 8", 8)) == ()
    assert (await attended(bo))[-1].asker == "test:bo"


async def test_a_search_that_no_worker_answers_ends(ana: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    await asking.in_private(ana.services, ana.says(WORDS))
    (search,) = await attended(ana)
    monkeypatch.setattr("bot.searches.follow.LONGEST", -1.0)
    late = await ana.services.searches._moved_on(search.id)
    assert late is not None
    assert late.step is SearchStep.FAILED
    assert await ana.services.searches.again(search.id)
    assert not await ana.services.searches.again(search.id), "it is being tried"


async def test_a_search_of_a_bot_that_was_killed_is_followed_by_the_next(
    ana: Person, chats: Chats, services: Services
) -> None:
    await asking.in_private(ana.services, ana.says(WORDS))
    (search,) = await attended(ana)
    await keep_hits(services.queue.redis, result(SONG))
    after = Searches(services.queue, chats, services.settings)
    following = asyncio.create_task(after.attend())
    async with asyncio.timeout(60):
        while await attended(ana):
            await asyncio.sleep(0.02)
    await cancel_and_wait(following)
    assert chats.cards[search.address].text.startswith("“elis tom águas de março”: which one?")
    assert await services.searches.search_of(search.id) is not None


async def test_words_that_may_be_a_mix_of_the_last_song_are_asked_about(ana: Person) -> None:
    services, louder = ana.services, "drums louder"
    assert await asking.in_private(services, ana.says(louder, 1)) == ()
    assert [search.words for search in await attended(ana)] == [louder], "without a song here, it may be a title"
    await asking.in_private(services, ana.says(LINK, 2))
    (request,) = await open_requests(ana)
    await answer(services.queue.redis.hset(keys.request(request.id), "phase", "done"))
    (asked,) = said(await asking.in_private(services, ana.says(louder, 3)))
    assert asked.startswith("reply: Did you mean ")
    assert len(await attended(ana)) == 1

"""Strangers and the owner, as values: what is noted, asked and taken up."""

from pathlib import Path

import pytest

from bot.chats.strangers import KEEP, LONGEST, MOST, MOST_AN_HOUR, MOST_SAID, Stranger, Strangers
from bot.conversation import permissions, strangers
from bot.conversation.commands import owner
from bot.conversation.services import Services
from bot.conversation.strangers import moved, tell_owner
from bot.texts import say
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from tests.bot.conversation.chat import OTHER, SONG, Chats, Person, said

ASKED, CLOSED = f"reply: {say('en', 'stranger-asked')}", f"reply: {say('en', 'access-closed', number='2')}"


@pytest.fixture
async def services(chats: Chats, queue: JobQueue, store: FolderStore, tmp_path: Path) -> Services:
    """A closed bot, whose owner is 1."""
    settings = Settings(_env_file=None, access="closed", data=tmp_path / "data")
    await answer(queue.redis.hset(keys.PEOPLE, "owner:test", "test:1"))
    return chats.services(queue, store, settings)


@pytest.fixture
def ana(services: Services) -> Person:
    return Person(services, "1")


@pytest.fixture
def bo(services: Services) -> Person:
    return Person(services, "2")


async def turned_away(person: Person, text: str, message: int = 1) -> list[str]:
    passes, answers = await permissions.gate(person.services, person.says(text, message))
    assert not passes
    return said(answers)


async def songs(services: Services, chat: str) -> list[str]:
    """The requests of a chat, the oldest first: their songs, and the messages that asked."""
    views = await services.queue.recent(chat)
    return [f"{view.request.source.key} {view.request.address}" for view in reversed(views)]


async def test_the_owner_is_asked_once_and_the_stranger_is_told_once(bo: Person, chats: Chats) -> None:
    assert await turned_away(bo, "/start") == [ASKED]
    assert await turned_away(bo, SONG, 2) == []
    for _ in range(2):
        await tell_owner(bo.services)
    ((person, card),) = chats.told
    assert (person, card.text) == ("test:1", say("en", "stranger", name="2"))
    assert [(one.label, one.action) for one in card.buttons[0]] == [("Let in", "admit:2:yes"), ("No", "admit:2:no")]
    await bo.services.queue.redis.delete(keys.told("test:2"))
    assert await turned_away(bo, SONG, 3) == [ASKED], "after a while they are told again"
    await tell_owner(bo.services)
    assert len(chats.told) == 1


async def test_let_in_they_are_told_and_get_what_they_had_sent(ana: Person, bo: Person, chats: Chats) -> None:
    for message, text in enumerate(("/start", "hello there", SONG, "/status", f"/stems {OTHER}", SONG), 1):
        await turned_away(bo, text, message)
    await turned_away(bo, SONG, 3)  # as after a restart
    edited, toast = said(await ana.tap("admit:2:yes"))
    assert (edited, toast) == (f"edit: {(done := say('en', 'allow-done', name='2'))}", f"toast: {done}")
    assert chats.cards["test:2/1"].text == say("en", "access-given-taken")
    assert await songs(ana.services, "test:2") == ["youtube:dQw4w9WgXcQ test:2/3", "youtube:jNQXAC9IVRw test:2/5"]
    assert chats.cards["test:2/6"].text == say("en", "made-already"), "as if they had sent it now"
    known = say("en", "allow-known", name="2")
    assert said(await ana.tap("admit:2:yes")) == [f"edit: {known}", f"toast: {known}"]
    assert len(await songs(ana.services, "test:2")) == 2
    assert await ana.services.queue.redis.keys("flbt:stranger*") == []


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (["/start"], ["access-given"]),
        (["hello"], ["access-given"]),
        (["who are you", "my song"], ["access-given-taken"]),
        (["/help", "/find my song"], ["access-given-taken"]),
        (["who are you", "https://example.org/x"], ["access-given-taken", "failure-not-youtube"]),
    ],
)
async def test_words_are_taken_up_when_nothing_else_was_sent(
    ana: Person, bo: Person, chats: Chats, sent: list[str], told: list[str]
) -> None:
    for message, text in enumerate(sent, 1):
        await turned_away(bo, text, message)
    await ana.tap("admit:2:yes")
    assert [card.text for card in chats.cards.values()] == [say("en", one) for one in told]
    assert await ana.services.queue.size() == ("my song" in sent[-1]), "a search, which answers by itself"


async def test_a_refused_stranger_is_not_asked_about_again_until_they_are_let_in(
    ana: Person, bo: Person, chats: Chats
) -> None:
    assert await turned_away(bo, SONG) == [ASKED]
    out = say("en", "stranger-refused", name="2", number="2")
    assert said(await ana.tap("admit:2:no")) == [f"edit: {out}", f"toast: {out}"]
    assert chats.cards == {}, "nothing is told"
    await ana.services.queue.redis.delete(keys.told("test:2"))
    assert await turned_away(bo, SONG) == [CLOSED]
    await tell_owner(ana.services)
    assert chats.told == []
    assert said(await owner.allow(ana.services, ana.says("/allow 2"))) == [
        f"reply: {say('en', 'allow-done', name='2')}"
    ]
    assert chats.cards["test:2/1"].text == say("en", "access-given"), "what they had sent was forgotten at the refusal"
    assert (await permissions.gate(ana.services, bo.says(SONG)))[0]
    await owner.deny(ana.services, ana.says("/deny 2"))
    assert await turned_away(bo, SONG) == [], "told within six hours"
    await tell_owner(ana.services)
    assert chats.told == [], "the owner just put them out"


async def test_only_the_owner_answers(ana: Person, bo: Person, chats: Chats) -> None:
    await ana.services.access.allow("test:2")
    only = [f"toast: {say('en', 'allow-owner-only')}"]
    assert said(await bo.tap("admit:3:yes")) == said(await bo.tap("admit:1:no")) == only
    assert await ana.services.access.allowed() == {"test:2": ""}


async def test_a_group_is_asked_about_by_the_name_of_who_spoke_to_the_bot(
    ana: Person, services: Services, chats: Chats
) -> None:
    bo = Person(services, "2", group="-5")
    assert await turned_away(bo, SONG) == [], "not said to the bot"
    assert await turned_away(bo, f"/stems {SONG}", 2) == [f"reply: {say('en', 'stranger-asked-group')}"]
    await tell_owner(services)
    assert chats.told[0][1].text == say("en", "stranger-group", name="2", group="-5")
    await ana.tap("admit:-5:yes")
    assert chats.cards["test:-5/2"].text == say("en", "allow-group")
    assert await songs(services, "test:-5") == ["youtube:dQw4w9WgXcQ test:-5/2"]
    assert (await permissions.gate(services, Person(services, "3", group="-5").says("/help")))[0]


async def test_allow_in_the_group_itself_takes_up_what_was_asked_and_is_told_once(
    services: Services, chats: Chats
) -> None:
    bo, ana = Person(services, "2", group="-5"), Person(services, "1", group="-5")
    await turned_away(bo, f"/stems@bot {SONG}", 2)
    assert said(await owner.allow(services, ana.says("/allow", 3))) == [f"reply: {say('en', 'allow-group')}"]
    assert chats.cards == {}
    assert await songs(services, "test:-5") == ["youtube:dQw4w9WgXcQ test:-5/2"]


async def test_a_group_that_moves_keeps_its_question(ana: Person, services: Services, chats: Chats) -> None:
    bo = Person(services, "2", group="-5")
    await turned_away(bo, f"/stems {SONG}", 2)
    for _ in range(2):  # reported twice
        await moved(services, "test:-5", "test:-1005", lambda address: address.replace("-5", "-1005"))
    await tell_owner(services)
    (row,) = chats.told[0][1].buttons
    assert row[0].action == "admit:-1005:yes"
    await ana.tap("admit:-5:yes")  # a button from before the move
    assert await services.access.allowed() == {"test:-1005": "-5"} | {"test:-1005": ""}
    assert await songs(services, "test:-1005") == ["youtube:dQw4w9WgXcQ test:-1005/2"]


async def test_a_group_that_moves_stays_refused(ana: Person, services: Services) -> None:
    await turned_away(Person(services, "2", group="-5"), "/stems", 2)
    await ana.tap("admit:-5:no")
    await moved(services, "test:-5", "test:-1005", lambda address: address)
    there = Person(services, "2", group="-1005")
    assert await turned_away(there, "/stems", 2) == [f"reply: {say('en', 'access-closed-group')}"]


async def test_the_owner_is_asked_at_a_limited_pace(services: Services, chats: Chats) -> None:
    for number in range(2, MOST_AN_HOUR + 4):
        await turned_away(Person(services, str(number)), "/start")
    await tell_owner(services)
    assert len(chats.told) == MOST_AN_HOUR
    assert 0 < await services.queue.redis.ttl(keys.strangers_pace("test")) <= 3600
    await services.queue.redis.delete(keys.strangers_pace("test"))  # an hour later
    await tell_owner(services)
    assert len({card.text for _, card in chats.told}) == MOST_AN_HOUR + 2


async def test_strangers_take_a_bounded_place(services: Services, queue: JobQueue) -> None:
    store, bo = Strangers(queue.redis, "test"), Person(services, "2")
    for number in range(MOST):
        assert await store.note(Stranger(name=f"test:{1000 + number}"), now=0.0)
    assert await turned_away(bo, SONG) == [ASKED], "those of long ago wait no more"
    for number in range(MOST - 1):
        assert await store.note(Stranger(name=f"test:{1000 + number}"))
    late = Person(services, "3")
    assert await turned_away(late, SONG) == [f"reply: {say('en', 'access-closed', number='3')}"]
    assert await queue.redis.keys("flbt:stranger*:test:3") == []
    for message in range(2, 20):
        await turned_away(bo, "x" * 4000, message)
    await turned_away(bo, "x" * LONGEST, 30)
    kept = await store.said("test:2")
    assert len(kept) == MOST_SAID
    assert max(map(len, kept)) < LONGEST
    for key in ("flbt:stranger:test:2", "flbt:stranger-said:test:2"):
        assert 0 < await queue.redis.ttl(key) <= KEEP


async def test_a_kept_message_of_another_version_is_left_out(bo: Person) -> None:
    await turned_away(bo, SONG)
    await bo.services.strangers.keep("test:2", '{"from": "the future"}')
    assert [one.message.text for one in await strangers.kept(bo.services, "test:2")] == [SONG]


async def test_a_name_is_learnt_from_who_was_let_in_by_number(ana: Person, bo: Person) -> None:
    await owner.allow(ana.services, ana.says("/allow 2"))
    await permissions.gate(ana.services, bo.says("/help"))
    assert await ana.services.access.allowed() == {"test:2": "2"}
    await ana.services.access.allow("test:2", "Bo the drummer")
    await permissions.gate(ana.services, bo.says("/help"))
    assert said(await owner.deny(ana.services, ana.says("/deny 2"))) == [
        f"reply: {say('en', 'deny-done', name='Bo the drummer')}"
    ]

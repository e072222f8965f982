"""The conversation's answers as values, without a chat library."""

from bot.cards.cards import Card
from bot.chats.preferences import GroupSettings
from bot.conversation import permissions
from bot.conversation.commands import general, owner, preferences, status
from bot.conversation.services import Services
from bot.conversation.songs import asking, mixes
from bot.conversation.values import IncomingFile
from bot.texts import say
from jobs.models import Format, Upload, request_id
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.requests import JobQueue
from tests.bot.conversation.chat import OTHER, SONG, Chats, Person, actions, said

FILE = IncomingFile(Upload(upload_id="u1", handle="h1", name="take.mp3", bytes_=1000), 1000)
LIST = "PL" + "a" * 32


async def owned_by(person: Person) -> None:
    await answer(person.services.queue.redis.hset(keys.PEOPLE, "owner:test", person.asker.person))


async def in_works(person: Person) -> list[str]:
    """The ids of the chat's open requests."""
    return [view.request.id for view in await person.services.queue.recent(person.asker.chat) if view.is_open]


# --- asking ----------------------------------------------------------------------------------------------------


async def test_links_become_requests_that_answer_to_their_message(ana: Person, queue: JobQueue) -> None:
    answers = await asking.in_private(ana.services, ana.says(f"{SONG} {OTHER}", 7))
    assert said(answers) == [f"reply: {say('en', 'links-several', count=2)}"]
    views = await queue.recent("test:ana")
    assert {(view.request.address, view.request.asker) for view in views} == {("test:ana/7", "test:ana")}
    assert {view.request.id for view in views} == {
        request_id("test:ana", "7", view.request.source) for view in views
    }, "the same whenever the same message arrives"
    assert len(views) == 2


async def test_what_does_not_fit_waits_for_a_tap(ana: Person) -> None:
    third = "https://youtu.be/9bZkp7q19f0"
    answers = await asking.in_private(ana.services, ana.says(f"{SONG} {OTHER} {third}"))
    (later,) = actions(answers)
    assert later.startswith("later:")
    assert say("en", "leftover-how") in said(answers)[0]
    edited, toast = said(await ana.tap(later))
    assert edited.startswith("edit: ")
    assert say("en", "too-many-open-again") in toast, "there is no room yet"
    first, _ = await in_works(ana)
    await ana.tap(f"cancel:{first}")
    assert f"toast: {say('en', 'leftover-started', count=1)}" in said(await ana.tap(later))
    assert len(await in_works(ana)) == 2


async def test_a_playlist_beside_a_song_is_offered(ana: Person) -> None:
    answers = await asking.in_private(ana.services, ana.says(f"{SONG}?list={LIST}"))
    assert actions(answers) == [f"list:{LIST}"]
    assert said(await ana.tap(f"list:{LIST}", question=None)) == [f"toast: {say('en', 'button-old')}"]
    assert said(await ana.tap(f"list:{LIST}")) == [f"toast: {say('en', 'playlist-looking')}"]
    (run,) = await ana.services.playlists.in_chat("test:ana")
    assert run.address == "test:ana/1", "the song's message, not the one with the button"


async def test_a_file_that_is_too_large_is_refused_with_what_would_help(ana: Person, chats: Chats) -> None:
    large = IncomingFile(FILE.upload, 30_000_000)
    (refused,) = said(await asking.in_private(ana.services, ana.says("", file=large)))
    assert refused == f"reply: {say('en', 'upload-too-large', size='30 MB', limit='20 MB')}"
    chats.fetch_bytes, chats.fetch_limit_can_be_lifted = 25_000_000, False
    (refused,) = said(await asking.in_private(ana.services, ana.says("", file=large)))
    assert "Bot API" not in refused


async def test_a_group_hears_an_answer_only_when_it_spoke_to_us(services: Services) -> None:
    bo = Person(services, "bo", group="band")
    assert await asking.in_group(services, bo.says(SONG, 1)) == ()
    assert await in_works(bo) == []
    assert await asking.in_group(services, bo.says("what a night")) == ()
    await services.preferences.keep_of_group("test:band", GroupSettings(every_link=True))
    assert await asking.in_group(services, bo.says(SONG, 2)) == ()
    assert len(await in_works(bo)) == 1, "every link counts now; its card is the answer"
    nothing = await asking.in_group(services, bo.says("@us", 3, calls_us=True))
    assert said(nothing) == [f"reply: {say('en', 'stems-how')}"]


async def test_one_call_under_an_album_counts_for_all_of_it(services: Services) -> None:
    bo = Person(services, "bo", group="band")
    await asking.in_group(services, bo.says("/stems", 1, file=FILE, album="A", calls_us=True))
    second = IncomingFile(FILE.upload.model_copy(update={"upload_id": "u2"}), 1000)
    await asking.in_group(services, bo.says("", 2, file=second, album="A"))
    await asking.in_group(services, bo.says("", 3, file=second, album="B"))
    assert len(await in_works(bo)) == 2


# --- access ----------------------------------------------------------------------------------------------------


async def test_a_stranger_is_told_once(services: Services, chats: Chats) -> None:
    closed = chats.services(
        services.queue, services.catalogue.store, services.settings.model_copy(update={"access": "closed"})
    )
    ana, bo = Person(closed, "ana"), Person(closed, "bo")
    passes, answers = await permissions.gate(closed, ana.says(SONG))
    assert (passes, said(answers)) == (False, [f"reply: {say('en', 'access-unpaired')}"])
    assert await permissions.gate(closed, ana.says(SONG)) == (False, ())
    assert await permissions.gate(closed, ana.presses("stems::4")) == (False, ())
    passes, answers = await permissions.gate(closed, bo.presses("stems::4"))
    assert (passes, said(answers)) == (False, [f"toast: {say('en', 'access-closed-tap')}"])
    assert await permissions.gate(closed, ana.says("/start abc")) == (True, ()), "it may be the pairing"


async def test_the_pairing_makes_an_owner_with_a_menu(services: Services, chats: Chats, ana: Person) -> None:
    code = await services.access.pairing_code()
    answers = await general.start(services, ana.says(f"/start {code}"))
    assert said(answers) == [f"reply: {say('en', 'owner-paired')}"]
    assert chats.menus == ["test:ana"]


# --- buttons ---------------------------------------------------------------------------------------------------


async def test_no_button_is_left_unanswered(ana: Person) -> None:
    old = [f"toast: {say('en', 'button-old')}"]
    for data in ("", "nonsense", "every::on", f"show:{'0' * 16}", f"stop:{'0' * 16}", f"run:{'0' * 16}:start"):
        assert said(await ana.tap(data)) == old, data
    assert said(await ana.tap(f"want:{'0' * 16}:mp3")) == [f"toast: {say('en', 'button-gone')}"]
    assert said(await ana.tap(f"later:{'0' * 16}")) == [f"toast: {say('en', 'leftover-gone')}"]


async def test_a_request_is_cancelled_in_its_own_chat_and_by_those_who_may(services: Services, chats: Chats) -> None:
    bo, cy, ana = (Person(services, name, group="band") for name in ("bo", "cy", "ana"))
    await asking.stems(services, bo.says(f"/stems {SONG}"))
    (request,) = await in_works(bo)
    elsewhere = Person(services, "bo")
    assert said(await elsewhere.tap(f"cancel:{request}")) == [f"toast: {say('en', 'button-old')}"]
    assert said(await cy.tap(f"cancel:{request}")) == [f"toast: {say('en', 'cancel-not-yours')}"]
    chats.admins.add(("test:band", "test:ana"))
    done = say("en", "cancel-done", count=1)
    assert said(await ana.tap(f"cancel:{request}")) == [f"edit: {done}", f"toast: {done}"]
    assert await in_works(bo) == []
    assert said(await ana.tap(f"cancel:{request}")) == [f"toast: {say('en', 'cancel-too-late')}"]


async def test_cancel_asks_which_of_several(ana: Person) -> None:
    await asking.in_private(ana.services, ana.says(f"{SONG} {OTHER}"))
    answers = await general.cancel(ana.services, ana.says("/cancel", 2))
    assert said(answers) == [f"reply: {say('en', 'cancel-which')}"]
    ids = await in_works(ana)
    assert actions(answers) == [*(f"cancel:{one}" for one in reversed(ids)), "cancelall"]
    done = say("en", "cancel-done", count=2)
    assert said(await ana.tap("cancelall")) == [f"edit: {done}", f"toast: {done}"]
    assert said(await ana.tap("cancelall")) == [f"toast: {say('en', 'cancel-nothing')}"]


async def test_status_lists_what_is_open_with_a_button_that_stops_it(ana: Person) -> None:
    await asking.in_private(ana.services, ana.says(SONG))
    (request,) = await in_works(ana)
    assert actions(await status.status(ana.services, ana.says("/status"))) == [f"stop:{request}"]
    edit, toast = await ana.tap(f"stop:{request}")
    assert said((toast,)) == [f"toast: {say('en', 'cancel-done', count=1)}"]
    assert actions((edit,)) == [f"show:{request}"], "it is among the finished ones now"


# --- settings and results --------------------------------------------------------------------------------------


async def test_a_group_without_songs_is_told_how_to_ask_there(services: Services) -> None:
    bo = Person(services, "bo", group="band")
    assert said(await mixes.mix(services, bo.says("/mix no drums"))) == [f"reply: {say('en', 'mix-no-song-here')}"]
    assert said(await status.status(services, bo.says("/status"))) == [f"reply: {say('en', 'status-none-here')}"]


async def test_the_owners_commands_are_explained_in_private_only(ana: Person) -> None:
    await owned_by(ana)
    (alone,) = said(await general.help_(ana.services, ana.says("/help")))
    assert alone.endswith(say("en", "help-owner"))
    in_band = Person(ana.services, ana.name, group="band")
    (here,) = said(await general.help_(ana.services, in_band.says("/help")))
    assert "/stems" in here
    assert say("en", "help-owner") not in here


async def test_settings_change_by_buttons_and_in_groups_by_admins_alone(services: Services, chats: Chats) -> None:
    bo = Person(services, "bo", group="band")
    buttons = actions(await preferences.settings(services, bo.says("/settings")))
    assert {"format::flac", "every::on", "language::pt-BR"} <= {*buttons}
    assert said(await bo.tap("format::flac")) == [f"toast: {say('en', 'settings-not-yours')}"]
    chats.admins.add(("test:band", "test:bo"))
    assert said(await bo.tap("format::flac"))[-1] == f"toast: {say('en', 'settings-saved')}"
    assert (await services.preferences.of("test:band")).format is Format.FLAC
    assert said(await bo.tap("language::pt-BR"))[-1] == f"toast: {say('pt-BR', 'settings-saved')}"


async def test_stems_are_chosen_tap_by_tap(ana: Person) -> None:
    await asking.in_private(ana.services, ana.says(SONG))
    (request,) = await in_works(ana)
    edit, toast = await ana.tap(f"pick:{request}:4")
    assert said((toast,)) == [f"toast: {say('en', 'pick-how-anew', stems=4)}"]
    assert f"pick:{request}:4v.v" in actions((edit,))
    edit, _ = await ana.tap(f"pick:{request}:4v.v")
    assert f"make:{request}:4v" in actions((edit,))


async def test_a_mix_needs_words_and_a_song(ana: Person) -> None:
    assert said(await mixes.mix(ana.services, ana.says("/mix whatever"))) == [f"reply: {say('en', 'mix-how')}"]
    assert said(await mixes.mix(ana.services, ana.says("/mix no drums"))) == [f"reply: {say('en', 'mix-no-song')}"]


# --- the owner's -----------------------------------------------------------------------------------------------


async def test_owner_answers_go_to_the_private_chat(services: Services, chats: Chats) -> None:
    ana, bo = Person(services, "ana", group="band"), Person(services, "bo", group="band")
    await owned_by(ana)
    assert said(await owner.who(services, bo.says("/who"))) == [f"reply: {say('en', 'stats-owner-only')}"]
    assert said(await owner.allow(services, ana.says("/allow", to=bo.says("hi").message))) == [
        f"reply: {say('en', 'allow-done', name='Bo')}"
    ]
    assert said(await owner.who(services, ana.says("/who"))) == [f"reply: {say('en', 'sent-alone')}"]
    assert chats.told == [("test:ana", Card(text=f"{say('en', 'who-title')}\nbo Bo"))]
    chats.closed.add("test:ana")
    nowhere = say("en", "sent-nowhere", link="test.example/bot")
    assert said(await owner.who(services, ana.says("/who"))) == [f"reply: {nowhere}"]

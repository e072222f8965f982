"""A chat's preferences: the defaults, stored choices, and data of other versions."""

from bot.cards.actions import Action, Verb
from bot.chats.preferences import ChatPreferences, GroupSettings, chosen
from jobs.models import Format, Model, Package, Preferences
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.requests import JobQueue
from jobs.settings import Settings

HERE = Settings(_env_file=None)


async def test_it_is_remembered_by_chat_and_the_host_says_how_masks_are_used(queue: JobQueue) -> None:
    wanted = Preferences(model=Model(name="spleeter-4", extension="average"), format=Format.FLAC, package=Package.ZIP)
    preferences = ChatPreferences(queue.redis, HERE)
    await preferences.keep("telegram:1", wanted)
    assert await preferences.of("telegram:1") == wanted
    assert await preferences.of("telegram:2") == Preferences()
    stock = HERE.model_copy(update={"mask_extension": "zeros"})
    assert (await ChatPreferences(queue.redis, stock).of("telegram:1")).model == Model(
        name="spleeter-4", extension="zeros"
    )


async def test_what_another_version_stored_is_no_obstacle(queue: JobQueue) -> None:
    for stored in ('{"format": "vinyl"}', "half of {", '{"model": {"stems": 3}}'):
        await answer(queue.redis.set(keys.preferences("telegram:1"), stored))
        assert await ChatPreferences(queue.redis, HERE).of("telegram:1") == Preferences()


def test_every_choice_changes_only_its_own_setting() -> None:
    wanted = Preferences(model=Model(name="spleeter-2", extension="zeros"), format=Format.MP3, package=Package.ALBUM)
    assert chosen(wanted, Action(verb=Verb.STEMS, choice="5")) == wanted.model_copy(
        update={"model": Model(name="spleeter-5", extension="zeros")}
    )
    assert chosen(wanted, Action(verb=Verb.FORMAT, choice="wav")) == wanted.model_copy(update={"format": Format.WAV})
    assert chosen(wanted, Action(verb=Verb.PACKAGE, choice="both")) == wanted.model_copy(
        update={"package": Package.BOTH}
    )
    assert chosen(wanted, Action(verb=Verb.CANCEL)) == wanted


async def test_they_go_along_when_the_chat_moves_and_moving_twice_loses_nothing(queue: JobQueue) -> None:
    preferences = ChatPreferences(queue.redis, HERE)
    wanted, group = Preferences(format=Format.FLAC), GroupSettings(every_link=True)
    await preferences.keep("telegram:1", wanted)
    await preferences.keep_of_group("telegram:1", group)
    for _ in range(2):
        await preferences.move("telegram:1", "telegram:2")
        assert await preferences.of("telegram:2") == wanted
        assert await preferences.of_group("telegram:2") == group
        assert await preferences.of("telegram:1") == Preferences()
        assert await preferences.of_group("telegram:1") == GroupSettings()

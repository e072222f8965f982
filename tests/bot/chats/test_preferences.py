"""What a chat wants: the default until it chooses, and whatever was stored by another version."""

from bot.cards.actions import Action, Verb
from bot.chats.preferences import GroupSettings, Preferences, chosen
from jobs.models import Format, Model, Package, Wish
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.requests import JobQueue
from jobs.settings import Settings

HERE = Settings(_env_file=None)


async def test_it_is_remembered_by_chat_and_the_host_says_how_masks_are_used(queue: JobQueue) -> None:
    wish = Wish(model=Model(name="spleeter-4", extension="average"), format=Format.FLAC, package=Package.ZIP)
    preferences = Preferences(queue.redis, HERE)
    await preferences.keep_wish("telegram:1", wish)
    assert await preferences.wish("telegram:1") == wish
    assert await preferences.wish("telegram:2") == Wish()
    stock = HERE.model_copy(update={"mask_extension": "zeros"})
    assert (await Preferences(queue.redis, stock).wish("telegram:1")).model == Model(
        name="spleeter-4", extension="zeros"
    )


async def test_what_another_version_stored_is_no_obstacle(queue: JobQueue) -> None:
    for stored in ('{"format": "vinyl"}', "half of {", '{"model": {"stems": 3}}'):
        await answer(queue.redis.set(keys.wish("telegram:1"), stored))
        assert await Preferences(queue.redis, HERE).wish("telegram:1") == Wish()


def test_every_choice_changes_what_it_is_about_and_nothing_else() -> None:
    wish = Wish(model=Model(name="spleeter-2", extension="zeros"), format=Format.MP3, package=Package.ALBUM)
    assert chosen(wish, Action(verb=Verb.STEMS, choice="5")) == wish.model_copy(
        update={"model": Model(name="spleeter-5", extension="zeros")}
    )
    assert chosen(wish, Action(verb=Verb.FORMAT, choice="wav")) == wish.model_copy(update={"format": Format.WAV})
    assert chosen(wish, Action(verb=Verb.PACKAGE, choice="both")) == wish.model_copy(update={"package": Package.BOTH})
    assert chosen(wish, Action(verb=Verb.CANCEL)) == wish


async def test_they_go_along_when_the_chat_moves_and_moving_twice_loses_nothing(queue: JobQueue) -> None:
    preferences = Preferences(queue.redis, HERE)
    wish, group = Wish(format=Format.FLAC), GroupSettings(every_link=True)
    await preferences.keep_wish("telegram:1", wish)
    await preferences.keep_of_group("telegram:1", group)
    for _ in range(2):
        await preferences.move("telegram:1", "telegram:2")
        assert await preferences.wish("telegram:2") == wish
        assert await preferences.of_group("telegram:2") == group
        assert await preferences.wish("telegram:1") == Wish()
        assert await preferences.of_group("telegram:1") == GroupSettings()

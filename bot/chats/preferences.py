"""The stored choices of chats in /settings."""

from bot.cards.actions import Action, Verb
from bot.texts import Language
from jobs.models import Format, Model, Package, Preferences, Value
from jobs.music.separation_models import model_of_code
from jobs.parsing import parse_stored
from jobs.queue import keys
from jobs.queue.connection import Redis, answer, rename
from jobs.settings import Settings


class GroupSettings(Value):
    """A group's settings besides the preferences that every chat has.

    `every_link`: accept every posted link, without a command. `language`: of all answers; None: each person's own.
    """

    every_link: bool = False
    language: Language | None = None


class ChatPreferences:
    """The preferences of all chats. `settings` are the host's, which alone set the mask extension."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._redis = redis
        self._settings = settings

    async def of(self, chat: str) -> Preferences:
        """A chat's preferences for each song; the defaults until it chooses."""
        kept = parse_stored(Preferences, await answer(self._redis.get(keys.preferences(chat)))) or Preferences()
        return kept.model_copy(update={"model": Model(name=kept.model.name, extension=self._settings.mask_extension)})

    async def keep(self, chat: str, preferences: Preferences) -> None:
        await answer(self._redis.set(keys.preferences(chat), preferences.model_dump_json()))

    async def of_group(self, chat: str) -> GroupSettings:
        """A group's settings, or the defaults."""
        return parse_stored(GroupSettings, await answer(self._redis.get(keys.group(chat)))) or GroupSettings()

    async def keep_of_group(self, chat: str, group_settings: GroupSettings) -> None:
        await answer(self._redis.set(keys.group(chat), group_settings.model_dump_json()))

    async def move(self, old: str, new: str) -> None:
        """Move a chat's preferences to its new name. Idempotent."""
        for key in (keys.preferences, keys.group):
            await rename(self._redis, key(old), key(new))


def chosen(preferences: Preferences, action: Action) -> Preferences:
    """The preferences after a button of /settings was pressed."""
    match action.verb:
        case Verb.STEMS:
            name = model_of_code(action.choice)
            return preferences.model_copy(update={"model": preferences.model.named(name)}) if name else preferences
        case Verb.FORMAT:
            return preferences.model_copy(update={"format": Format(action.choice)})
        case Verb.PACKAGE:
            return preferences.model_copy(update={"package": Package(action.choice)})
        case _:
            return preferences

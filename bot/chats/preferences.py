"""What chats chose in /settings, remembered until they choose otherwise."""

from bot.cards.actions import Action, Verb
from bot.texts import Language
from jobs.models import Format, Model, Package, Value, Wish
from jobs.parsing import parse_stored
from jobs.queue import keys
from jobs.queue.connection import Redis, answer, rename
from jobs.separation_models import model_of_code
from jobs.settings import Settings


class GroupSettings(Value):
    """What a group chose for itself, beside the wish that every chat has.

    `every_link`: take every link that is posted, unasked. `language`: of all answers; None: each person's own.
    """

    every_link: bool = False
    language: Language | None = None


class Preferences:
    """The preferences of all chats. `settings` are the host's: how masks are used is not for chats to choose."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._redis = redis
        self._settings = settings

    async def wish(self, chat: str) -> Wish:
        """What a chat wants back with each song; the default wish until it chooses."""
        wish = parse_stored(Wish, await answer(self._redis.get(keys.wish(chat)))) or Wish()
        return wish.model_copy(update={"model": Model(name=wish.model.name, extension=self._settings.mask_extension)})

    async def keep_wish(self, chat: str, wish: Wish) -> None:
        await answer(self._redis.set(keys.wish(chat), wish.model_dump_json()))

    async def of_group(self, chat: str) -> GroupSettings:
        """What a group chose, or how groups are unless they choose."""
        return parse_stored(GroupSettings, await answer(self._redis.get(keys.group(chat)))) or GroupSettings()

    async def keep_of_group(self, chat: str, group_settings: GroupSettings) -> None:
        await answer(self._redis.set(keys.group(chat), group_settings.model_dump_json()))

    async def move(self, old: str, new: str) -> None:
        """A chat has another name now. Doing it again does no harm."""
        for key in (keys.wish, keys.group):
            await rename(self._redis, key(old), key(new))


def chosen(wish: Wish, action: Action) -> Wish:
    """The wish after a button of /settings was pressed."""
    match action.verb:
        case Verb.STEMS:
            name = model_of_code(action.choice)
            return wish.model_copy(update={"model": wish.model.named(name)}) if name else wish
        case Verb.FORMAT:
            return wish.model_copy(update={"format": Format(action.choice)})
        case Verb.PACKAGE:
            return wish.model_copy(update={"package": Package(action.choice)})
        case _:
            return wish

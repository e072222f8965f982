"""What a chat wants back with each song: chosen in /settings, remembered until it chooses otherwise."""

from arq.connections import ArqRedis

from bot.cards.actions import Action, Verb
from jobs.models import Format, Model, Package, Wish
from jobs.parsing import parse_stored
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.separation_models import model_of_code
from jobs.settings import Settings


async def wish_of(redis: ArqRedis, chat: str, settings: Settings) -> Wish:
    """The chat's wish; the default one where it never chose. How masks are used is the host's setting, not theirs."""
    wish = parse_stored(Wish, await answer(redis.get(keys.wish(chat)))) or Wish()
    return wish.model_copy(update={"model": Model(name=wish.model.name, extension=settings.mask_extension)})


async def remember(redis: ArqRedis, chat: str, wish: Wish) -> None:
    await answer(redis.set(keys.wish(chat), wish.model_dump_json()))


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

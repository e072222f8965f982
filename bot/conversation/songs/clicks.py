"""`/click`: a click track of a song, or a mix with a click."""

from bot.conversation.services import Services
from bot.conversation.songs.mixes import make, no_song, order_of, song_of
from bot.conversation.values import Answers, Incoming, reply
from bot.phrases.read import read_words
from bot.phrases.treatment import BeyondError
from bot.texts import say
from jobs.models import Click
from jobs.music.effects import PLAIN


async def click(services: Services, incoming: Incoming) -> Answers:
    """`/click 80%`: the clicks alone, of the song replied to or of the chat's last one. `/click no drums`: that mix,
    with a click.
    """
    language, words = incoming.asker.language, " ".join(incoming.words)
    try:
        reading = read_words(words, language) if words else None
    except BeyondError:
        return reply(say(language, "mix-beyond"))
    if words and reading is None:
        return reply(say(language, "click-how"))
    song = await song_of(services, incoming)
    if song is None:
        return no_song(incoming)
    wanted = reading.wanted if reading else None
    if wanted and (wanted.steps or wanted.levels):
        clicked = wanted.effect.model_copy(update={"click": wanted.effect.click or "mixed"})
        return await make(services, incoming, song, wanted.model_copy(update={"effect": clicked}))
    # Clicks alone have no key, and are not mixed with anything.
    effect = (wanted.effect if wanted else PLAIN).model_copy(update={"key": 0, "click": None})
    return await order_of(
        services, incoming, song, song.order.model_copy(update={"content": Click(), "effect": effect})
    )

"""`/chords -2`: the chords of a song, in the key that is asked for; `/notes`: bass and voice as MIDI."""

from bot.conversation.services import Services
from bot.conversation.songs.mixes import no_song, order_of, song_of
from bot.conversation.values import Answers, Incoming, reply
from bot.phrases.read import read_words
from bot.phrases.treatment import BeyondError
from bot.texts import say
from jobs.models import Chart, Effect, Notes
from jobs.music.effects import PLAIN


async def chords(services: Services, incoming: Incoming) -> Answers:
    """A chord chart of the song replied to, or of the chat's last one."""
    return await _written(services, incoming, Chart())


async def notes(services: Services, incoming: Incoming) -> Answers:
    """The notes of that song's bass and voice."""
    return await _written(services, incoming, Notes())


async def _written(services: Services, incoming: Incoming, content: Chart | Notes) -> Answers:
    language, words = incoming.asker.language, " ".join(incoming.words)
    try:
        reading = read_words(words, language) if words else None
    except BeyondError:
        return reply(say(language, "mix-beyond"))
    wanted = reading.wanted if reading else None
    if words and (wanted is None or wanted.steps or wanted.levels):
        return reply(say(language, "chart-how" if isinstance(content, Chart) else "notes-how"))
    song = await song_of(services, incoming)
    if song is None:
        return no_song(incoming)
    asked = wanted.effect if wanted else Effect(key=song.order.effect.key)  # the key of the result replied to
    effect = PLAIN.model_copy(update={"key": asked.key, "tempo": asked.tempo})
    return await order_of(
        services, incoming, song, song.order.model_copy(update={"content": content, "effect": effect})
    )

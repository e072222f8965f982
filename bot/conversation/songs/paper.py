"""What is made of a song besides mixes: its chords, its notes, a session for a DAW, files for a DJ."""

from typing import Final

from bot.conversation.services import Services
from bot.conversation.songs.mixes import no_song, order_of, song_of
from bot.conversation.values import Answers, Incoming, reply
from bot.phrases.read import read_words
from bot.phrases.treatment import BeyondError
from bot.texts import say
from jobs.models import Chart, Deck, Effect, Notes, Session
from jobs.music.effects import PLAIN

_HOW: Final = {"chart": "chart-how", "notes": "notes-how", "session": "daw-how", "deck": "deck-how"}


async def chords(services: Services, incoming: Incoming) -> Answers:
    """`/chords -2`: a chord chart of the song replied to, or of the chat's last one, in the key that is asked for."""
    return await _made(services, incoming, Chart())


async def notes(services: Services, incoming: Incoming) -> Answers:
    """`/notes`: bass and voice as MIDI."""
    return await _made(services, incoming, Notes())


async def daw(services: Services, incoming: Incoming) -> Answers:
    """`/daw`: stems, click, tempo map and a Reaper project."""
    if incoming.words:
        return reply(say(incoming.asker.language, "daw-how"))
    return await _made(services, incoming, Session())


async def deck(services: Services, incoming: Incoming) -> Answers:
    """`/deck`: acapella and instrumental, named with key and tempo."""
    return await _made(services, incoming, Deck())


async def _made(services: Services, incoming: Incoming, content: Chart | Notes | Session | Deck) -> Answers:
    language, words = incoming.asker.language, " ".join(incoming.words)
    try:
        reading = read_words(words, language) if words else None
    except BeyondError:
        return reply(say(language, "mix-beyond"))
    wanted = reading.wanted if reading else None
    if words and (wanted is None or wanted.steps or wanted.levels):
        return reply(say(language, _HOW[content.kind]))
    song = await song_of(services, incoming)
    if song is None:
        return no_song(incoming)
    key = song.order.effect.key if incoming.replied_to is not None else 0  # of the result replied to
    asked = wanted.effect if wanted else Effect(key=key)
    # A DAW changes key and tempo itself.
    about = {} if isinstance(content, Session) else {"key": asked.key, "tempo": asked.tempo}
    effect = PLAIN.model_copy(update=about)
    return await order_of(
        services, incoming, song, song.order.model_copy(update={"content": content, "effect": effect})
    )

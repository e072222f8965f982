"""`/loop 1:02-1:18 x8 75%`: a passage again and again; `/drill`: a passage that becomes faster."""

from pydantic import ValidationError

from bot.conversation.services import Services
from bot.conversation.songs.mixes import make, no_song, song_of
from bot.conversation.values import Answers, Incoming, reply
from bot.phrases.passages import read_passage, with_passage
from bot.phrases.read import read_words
from bot.phrases.treatment import BeyondError
from bot.phrases.wanted import Wanted
from bot.texts import say


async def loop(services: Services, incoming: Incoming) -> Answers:
    """A passage of the song replied to, or of the chat's last one, again and again."""
    return await _practise(services, incoming, is_drill=False)


async def drill(services: Services, incoming: Incoming) -> Answers:
    """A passage from slow to the song's tempo, each time with its count-in."""
    return await _practise(services, incoming, is_drill=True)


async def _practise(services: Services, incoming: Incoming, *, is_drill: bool) -> Answers:
    language = incoming.asker.language
    how = reply(say(language, "drill-how" if is_drill else "loop-how"))
    try:
        found = read_passage(" ".join(incoming.words), language, is_drill=is_drill)
        if found is None:
            return how
        reading = read_words(found.rest, language) if found.rest else None
        if found.rest and reading is None:
            return how
        wanted = reading.wanted if reading else Wanted()
        effect = with_passage(wanted.effect, found)
    except (BeyondError, ValidationError):
        return reply(say(language, "loop-beyond"))
    song = await song_of(services, incoming)
    if song is None:
        return no_song(incoming)
    return await make(services, incoming, song, wanted.model_copy(update={"effect": effect}))

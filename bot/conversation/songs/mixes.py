"""Mixes in words: `/mix no drums`, and `no drums` or `loop 1:02-1:18` where it is certain that a mix is meant."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from bot.cards.mixes import is_whole, mix_words
from bot.cards.models import stem_word, stem_words
from bot.cards.result_buttons import mix_button
from bot.conversation.services import Services
from bot.conversation.songs.lookup import LOOK_BACK, request_about
from bot.conversation.songs.results import accept, new_request
from bot.conversation.values import Answers, Incoming, reply
from bot.delivery.follow import Way
from bot.phrases.loops import read_loop
from bot.phrases.read import Certainty, Reading, read_words
from bot.phrases.treatment import BeyondError
from bot.phrases.wanted import Wanted, mix_of, within
from bot.texts import say
from jobs.models import Order, Request, Stem
from jobs.models import track_id as track_id_of
from jobs.music.separation_models import MODELS, chat_models
from jobs.progress import RequestPhase

LONGEST_DATA: Final = 64  # bytes of a button's data


@dataclass(frozen=True)
class Asked:
    """Words that read as a mix, and the song that is meant; None if the chat has none. No `reading`: the mix has a
    tempo, a key, a level or a passage that cannot be had, and the text `beyond` says which can.
    """

    reading: Reading | None
    song: Request | None
    beyond: str = "mix-beyond"


async def mix(services: Services, incoming: Incoming) -> Answers:
    """`/mix no drums`: a mix of the song replied to, or of the chat's last one."""
    language = incoming.asker.language
    try:
        reading = read_words(" ".join(incoming.words), language)
    except BeyondError:
        return reply(say(language, "mix-beyond"))
    if reading is None:
        return reply(say(language, "mix-how"))
    asked = Asked(reading, await song_of(services, incoming))
    if reading.certainty is Certainty.MISSPELT:
        return await answer(services, incoming, asked)
    return await make(services, incoming, asked.song, reading.wanted) if asked.song else no_song(incoming)


async def asked_without_command(services: Services, incoming: Incoming) -> Asked | None:
    """The mix that a message without a link or file asks for: `no drums`. None if it is not meant as one.

    In a private chat half a sentence is enough, and words that are hardly a mix without the command are asked about
    rather than searched for: `drums louder`. In a group, the caller makes sure that it is said to the bot.
    """
    if incoming.is_command or incoming.message.has_document:
        return None
    in_group = incoming.asker.in_group
    text, language = incoming.message.text, incoming.asker.language
    beyond = "loop-beyond"
    try:
        reading = read_loop(text, language)
        beyond = "mix-beyond"
        reading = reading or read_words(text, language)
    except BeyondError:
        return None if in_group else Asked(None, await song_of(services, incoming), beyond)
    if reading is None or (in_group and reading.certainty in (Certainty.HALF, Certainty.COMMAND)):
        return None
    song = await song_of(services, incoming)
    if song is None and (in_group or reading.certainty is not Certainty.SURE):
        return None
    return Asked(reading, song)


async def answer(services: Services, incoming: Incoming, asked: Asked) -> Answers:
    """Make the mix; ask first if it is not certain."""
    if asked.song is None:
        return no_song(incoming)
    if asked.reading is None:
        return reply(say(incoming.asker.language, asked.beyond))
    if asked.reading.certainty is Certainty.SURE:
        return await make(services, incoming, asked.song, asked.reading.wanted)
    return await _question(services, incoming, asked.song, asked.reading.wanted)


async def song_of(services: Services, incoming: Incoming) -> Request | None:
    """The song that is meant: the one replied to, or the chat's last result."""
    chat, replied = incoming.asker.chat, incoming.replied_to
    if replied is not None:
        view = await request_about(services, chat, replied.place.message)
    else:
        recent = await services.queue.recent(chat, limit=LOOK_BACK)
        view = next((one for one in recent if one.phase is RequestPhase.DONE), None)
    return None if view is None else view.request


def no_song(incoming: Incoming) -> Answers:
    language = incoming.asker.language
    if incoming.replied_to:
        return reply(say(language, "mix-which-song"))
    return reply(say(language, "mix-no-song-here" if incoming.asker.in_group else "mix-no-song"))


# --- from words to stems ----------------------------------------------------------------------------------------


async def make(services: Services, incoming: Incoming, about: Request, wanted: Wanted) -> Answers:
    """Make the mix; or say why not, or ask whether the stem that contains a named instrument will do."""
    language = incoming.asker.language
    here = await services.models_here()
    wanted = within(wanted, _offered(about, here))
    found = await _resolve(services, about, wanted, here)
    if found is None:
        return reply(say(language, "mix-how"))
    model, stems = found
    if wanted.parts:
        return await _question(services, incoming, about, wanted)
    if not stems:
        return reply(say(language, "mix-nothing"))
    if _says_nothing(wanted, model, stems):
        return reply(say(language, "mix-whole"))
    return await _order(services, incoming, about, wanted, stems, model)


async def _question(services: Services, incoming: Incoming, about: Request, wanted: Wanted) -> Answers:
    """`Did you mean no vocals?`; or which stem contains the named instruments. With a button."""
    language = incoming.asker.language
    here = await services.models_here()
    wanted = within(wanted, _offered(about, here))
    found = await _resolve(services, about, wanted, here)
    if found is None or not found[1] or _says_nothing(wanted, *found):
        return reply(say(language, "mix-how"))
    model, stems = found
    mix = wanted.mix(stems)
    said = say(language, "mix-meant", mix=mix_words(stems, model, language, mix.levels, wanted.effect))
    if wanted.parts:
        stems_too = {stem.value: stem_word(stem, language) for stem in Stem}
        named = ", ".join(stems_too.get(part.name) or say(language, f"part-{part.name}") for part in wanted.parts)
        inside = stem_words(dict.fromkeys(part.stem for part in wanted.parts), language)
        said = say(language, "mix-part", part=named, stem=inside)
    button = mix_button(about, model, mix, language, wanted.effect)
    # A button holds 64 bytes: a passage with levels of many stems is too much for it.
    return reply(said, (button,)) if len(button.action.encode()) <= LONGEST_DATA else reply(said)


def _offered(about: Request, here: Collection[str]) -> set[Stem]:
    """The stems that the chat can have of a song. `here`: the better models that living workers can run."""
    return {*about.order.model.stems, *(stem for info in chat_models(here).values() for stem in info.stems)}


def _says_nothing(wanted: Wanted, model: str, stems: tuple[Stem, ...]) -> bool:
    """Whether the mix is the song as it is."""
    return is_whole(stems, model) and not wanted.is_treated


async def _resolve(
    services: Services, about: Request, wanted: Wanted, here: Collection[str]
) -> tuple[str, tuple[Stem, ...]] | None:
    """The model and its stems: of the song's own model, else of one whose stems are stored, else of the smallest that
    can be had, the quickest first.

    None if no model tells these stems apart.
    """
    mixes = {model: made for model in MODELS if (made := mix_of(wanted, model)) is not None}
    if (own := about.order.model.name) in mixes:
        return own, mixes[own]
    for model, stems in mixes.items():
        if await services.follower.has_stems(track_id_of(about.source, about.order.model.named(model))):
            return model, stems
    smallest = min(
        mixes.keys() & chat_models(here), key=lambda model: (len(MODELS[model].stems), MODELS[model].cost), default=None
    )
    return None if smallest is None else (smallest, mixes[smallest])


async def _order(
    services: Services, incoming: Incoming, about: Request, wanted: Wanted, stems: tuple[Stem, ...], model: str
) -> Answers:
    separation = about.order.model.named(model)
    order = about.order.model_copy(update={"content": wanted.mix(stems), "effect": wanted.effect, "model": separation})
    return await order_of(services, incoming, about, order)


async def order_of(services: Services, incoming: Incoming, about: Request, order: Order) -> Answers:
    """Make an order for a known song, as a reply to the message that asks for it. Its card is the answer, unless it is
    refused, or the song has to be separated again."""
    request = new_request(services, incoming.asker, about, order, incoming.place, "mix")
    anew = await services.follower.way(request) is Way.SEPARATE
    known = await services.queue.view(request.id) is not None
    said = await accept(services, incoming.asker, request, about)
    if (anew and not known) or await services.queue.view(request.id) is None:  # or it was not accepted
        return reply(said)
    return ()

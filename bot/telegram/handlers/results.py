"""What happens under a result: its buttons, and /mix as a reply to it."""

import asyncio
import time
from itertools import count
from typing import Final

from telegram import CallbackQuery, Message

from bot.cards.actions import Action, Verb
from bot.cards.cards import Card, heading
from bot.cards.mixes import Wanted, is_whole, mix_of, mix_words, read_words
from bot.cards.models import stem_words
from bot.cards.result_buttons import Rows, first_page, forget_page, other_models, pick_page, second_page
from bot.chats.stem_choice import Tap, pick, picked, read_mix, read_tap
from bot.delivery.follow import Way
from bot.delivery.instant import tracks_of
from bot.telegram.address import PLATFORM, Address
from bot.telegram.incoming import address_for
from bot.telegram.permissions import may_cancel
from bot.telegram.platform import address_of, keyboard
from bot.telegram.replies import Asker, Services, refusal, replied_to, reply
from bot.telegram.request_lookup import request_about
from bot.texts import say
from jobs.models import Format, Package, Request, Stem, Upload, Wish, request_id
from jobs.models import track_id as track_id_of
from jobs.outcomes import RequestPhase, View
from jobs.queue import keys, sent_files
from jobs.queue.quotas import OverQuota, TooManyOpen
from jobs.separation_models import MODELS, model_of_code

#: Seconds within which a second tap on a button is the same one.
DOUBLE_TAP: Final = 3.0


# --- buttons ----------------------------------------------------------------------------------------------------


async def pressed(services: Services, asker: Asker, query: CallbackQuery, view: View, action: Action) -> str:
    """Do what a button under the result of `view` says. Returns what the person is told in passing."""
    request = view.request
    match action.verb:
        case Verb.MIX:
            wish = _mixed(request.wish, action.choice)
            if not wish.mix or is_whole(wish.mix, wish.model.name):  # a made-up button
                return say(asker.language, "button-old")
            return await _again(services, asker, query, request, wish, action)
        case Verb.WANT:
            wish = _changed(request.wish, action.choice)
            return await _again(services, asker, query, request, wish, action)
        case Verb.PICK:
            return await _pick(services, asker, query, request, read_tap(action.choice, request.wish.model.name))
        case Verb.MAKE:
            return await _make(services, asker, query, request, read_tap(action.choice, request.wish.model.name))
        case Verb.FORGET:
            return await _forget(services, asker, query, view, sure=action.choice == "yes")
        case _:
            page = second_page if action.choice == "2" else first_page
            _turn_to(services, query, page(request, asker.language))
            return ""


async def _pick(services: Services, asker: Asker, query: CallbackQuery, request: Request, tap: Tap) -> str:
    """Turn a stem on or off, on the keyboard that chooses them; which may show it only later."""
    chosen = await pick(services.queue.redis, _place(asker, query), tap)
    _turn_to(services, query, pick_page(request, tap.model, chosen, asker.language))
    if chosen:
        return mix_words(chosen, tap.model, asker.language)
    model = request.wish.model.named(tap.model)
    if tap.model == request.wish.model.name or await services.follower.has_stems(track_id_of(request.source, model)):
        return say(asker.language, "pick-how")
    return say(asker.language, "pick-how-anew", stems=len(MODELS[tap.model].stems))


async def _make(services: Services, asker: Asker, query: CallbackQuery, request: Request, tap: Tap) -> str:
    """The mix of what is chosen now, also where the keyboard does not show it yet."""
    chosen = await picked(services.queue.redis, _place(asker, query), tap.model)
    tap = Tap(model=tap.model, chosen=tap.chosen if chosen is None else chosen)
    if not tap.chosen:
        return say(asker.language, "pick-how")
    if is_whole(tap.chosen, tap.model):
        return say(asker.language, "mix-whole")
    wish = request.wish.model_copy(update={"model": request.wish.model.named(tap.model), "mix": tap.chosen})
    asked = Action(verb=Verb.MIX, target=request.id, choice=tap.choice(request.wish.model.name))
    return await _again(services, asker, query, request, wish, asked)


def _place(asker: Asker, query: CallbackQuery) -> str:
    return f"{asker.chat}:{query.message.message_id if query.message is not None else query.inline_message_id}"


def _turn_to(services: Services, query: CallbackQuery, rows: Rows) -> None:
    services.keyboard_edits.make(query, Card(text="", buttons=rows))


def _mixed(wish: Wish, choice: str) -> Wish:
    """`dbo`, or `4vbo` of another separation."""
    model, mix = read_mix(choice, wish.model.name)
    return wish.model_copy(update={"model": wish.model.named(model), "mix": mix})


def _changed(wish: Wish, choice: str) -> Wish:
    match choice:
        case "again":
            return wish
        case "stems":
            return wish.model_copy(update={"mix": ()})
        case "zip":
            return wish.model_copy(update={"mix": (), "package": Package.ZIP})
        case _ if model := model_of_code(choice):
            return wish.model_copy(update={"mix": (), "model": wish.model.named(model)})
        case _:
            return wish.model_copy(update={"format": Format(choice)})


async def _again(
    services: Services, asker: Asker, query: CallbackQuery, request: Request, wish: Wish, asked: Action
) -> str:
    """Another request for the song of an earlier one, with a card of its own under the old one."""
    if query.message is None:
        return say(asker.language, "button-old")
    place = address_of(request).model_copy(update={"message_id": query.message.message_id})
    for turn in count():
        new = _request(asker, request, wish, place, asked.text, turn)
        before = await services.queue.view(new.id)
        if before is None:
            return await _accept(services, asker, new, request)
        if before.is_open or time.time() - (before.closed_at or 0.0) < DOUBLE_TAP:
            return say(asker.language, "made-already")
    raise AssertionError("turns do not end")


def _request(asker: Asker, about: Request, wish: Wish, place: Address, asked: str, turn: int = 0) -> Request:
    return Request(
        id=request_id(asker.chat, f"{place.message_id}:{asked}", about.source, str(turn)),
        platform=PLATFORM,
        chat=asker.chat,
        asker=asker.person,
        address=str(place),
        language=asker.language,
        source=about.source,
        wish=wish,
        created_at=time.time(),
    )


async def _accept(services: Services, asker: Asker, request: Request, about: Request) -> str:
    """Accept a request. Returns how it will come by its result."""
    way = await services.follower.way(request)
    try:
        await services.follower.accept(request, await services.limits(asker.person), way)
    except (TooManyOpen, OverQuota) as why:
        return refusal(why, asker.language)
    match way:
        case Way.SENT_BEFORE:
            return say(asker.language, "made-again")
        case Way.RENDER:
            return say(asker.language, "made-from-stems")
        case Way.SEPARATE if request.wish.model != about.wish.model:
            return say(asker.language, "made-count", stems=len(request.wish.model.stems))
        case Way.SEPARATE:
            return say(asker.language, "made-anew")


async def _forget(services: Services, asker: Asker, query: CallbackQuery, view: View, *, sure: bool) -> str:
    """Remove what this chat has of a song, whatever it was separated into; and all of it, when no other chat has it."""
    request, language = view.request, asker.language
    if not await may_cancel(services, asker, request):
        return say(language, "forget-not-yours")
    if not sure:
        _turn_to(services, query, forget_page(request, language))
        return say(language, "forget-sure")
    tracks = tracks_of(request)
    own = [one for one in await services.queue.recent(asker.chat, keys.KEEP_PER_CHAT) if one.request.track_id in tracks]
    if any(one.is_open for one in own):
        return say(language, "forget-busy")
    named = heading(view, language, services.store.manifest(request.track_id))
    opened = {one.request.track_id for one in await services.queue.attended(PLATFORM) if one.is_open}
    left = [track for track in tracks if not await sent_files.let_go(services.queue.redis, track, asker.chat)]
    gone = [track for track in left if track not in opened]  # what is just being sent to others stays
    await services.follower.ledger.instant.forget(tuple(gone))
    for track in gone:
        await asyncio.to_thread(services.store.forget, track)
    if isinstance(request.source, Upload) and len(gone) == len(tracks):
        services.store.inbox(request.source).unlink(missing_ok=True)
    for one in own:
        await services.queue.erase(one.request)
    services.keyboard_edits.make(query, Card(text=f"{named}\n{say(language, 'card-forgotten')}"))
    return say(language, "forget-done")


# --- /mix -------------------------------------------------------------------------------------------------------


async def mix(services: Services, asker: Asker, message: Message) -> None:
    """`/mix no drums`: of the song replied to, or of the chat's last one."""
    _, *words = (message.text or "").split(maxsplit=1)
    wanted = read_words(" ".join(words))
    if wanted is None:
        await reply(services, message, say(asker.language, "mix-how"))
        return
    replied = replied_to(message)
    if replied is not None:
        view = await request_about(services, asker.chat, replied.message_id)
    else:
        recent = await services.queue.recent(asker.chat, limit=keys.KEEP_PER_CHAT)
        view = next((one for one in recent if one.phase is RequestPhase.DONE), None)
    if view is None:
        await reply(services, message, say(asker.language, "mix-which-song" if replied else "mix-no-song"))
        return
    await _mix(services, asker, message, view.request, wanted)


async def _mix(services: Services, asker: Asker, message: Message, about: Request, wanted: Wanted) -> None:
    language, own = asker.language, about.wish.model
    mixes = {model: made for model in MODELS if (made := mix_of(wanted, model)) is not None}
    at_hand = [model for model in mixes if model == own.name or await _is_at_hand(services, about, model)]
    if not at_hand:
        there = stem_words(own.stems, language)
        buttons = Card(text="", buttons=other_models(about, mixes.items(), language))
        await reply(services, message, say(language, "mix-not-there", stems=there), keyboard(buttons))
        return
    model = own.name if own.name in at_hand else at_hand[0]
    if not mixes[model]:
        await reply(services, message, say(language, "mix-nothing"))
    elif is_whole(mixes[model], model):
        await reply(services, message, say(language, "mix-whole"))
    else:
        await _order(services, asker, message, about, mixes[model], model)


async def _order(
    services: Services, asker: Asker, message: Message, about: Request, stems: tuple[Stem, ...], model: str
) -> None:
    wish = about.wish.model_copy(update={"mix": stems, "model": about.wish.model.named(model)})
    request = _request(asker, about, wish, address_for(message), "mix")
    anew = await services.follower.way(request) is Way.SEPARATE
    known = await services.queue.view(request.id) is not None
    said = await _accept(services, asker, request, about)
    if (anew and not known) or await services.queue.view(request.id) is None:  # or it was not accepted
        await reply(services, message, said)


async def _is_at_hand(services: Services, about: Request, model: str) -> bool:
    return await services.follower.has_stems(track_id_of(about.source, about.wish.model.named(model)))

"""Handlers of a result's buttons."""

import time
from itertools import count
from typing import Final, NamedTuple

from bot.cards.actions import Action, Verb
from bot.cards.better import sent_for_better, song_seconds, takes, unavailable
from bot.cards.cards import Card
from bot.cards.headings import heading
from bot.cards.mixes import is_whole, mix_words
from bot.cards.result_buttons import first_page, forget_page, pick_page, second_page
from bot.cards.taps import Tap, read_tap, read_treated_mix
from bot.chats.song_links import mixer_chat
from bot.conversation.permissions import may_cancel
from bot.conversation.services import Services
from bot.conversation.songs.beats import lacking
from bot.conversation.songs.limits import refusal
from bot.conversation.songs.listed import card_for, note_on
from bot.conversation.songs.lookup import LOOK_BACK, request_of_chat
from bot.conversation.songs.pages import closed, is_owned, on_card, opens_own, own_page, turn_to
from bot.conversation.values import Answers, Asker, Edit, Place, Press, Toast, toast
from bot.delivery.follow import Way
from bot.delivery.instant import tracks_of
from bot.texts import Language, negotiate, say, sentence
from jobs.models import Chart, Format, Mix, Notes, Order, Package, Player, Request, Session, Stems, Upload, request_id
from jobs.models import track_id as track_id_of
from jobs.music.effects import PLAIN
from jobs.music.separation_models import MODELS, model_of_code
from jobs.progress import RequestPhase, View
from jobs.queue.attended import Attended
from jobs.queue.quotas import OverQuota, TooManyOpen

# --- buttons ----------------------------------------------------------------------------------------------------


async def pressed(services: Services, press: Press, action: Action) -> Answers:
    """Perform the action of a button under a result."""
    view = await request_of_chat(services, press.asker.chat, action.target)
    if view is None:
        return toast(say(press.asker.language, "button-gone"))
    request = view.request
    match action.verb:
        case Verb.MIX:
            order = _mixed(request.order, action.choice)
            if order is None:  # a made-up button
                return toast(say(press.asker.language, "button-old"))
            return await again(services, press, request, order, action)
        case Verb.WANT:
            said = say(press.asker.language, "retry-started") if view.phase is RequestPhase.FAILED else ""
            return await again(
                services, press, request, _changed(request.order, action.choice, press.asker.language), action, said
            )
        case Verb.PICK:
            return await _pick(services, press, request, read_tap(action.choice, request.order.model.name))
        case Verb.MAKE:
            tap = read_tap(action.choice, request.order.model.name)
            return await _make(services, on_card(services, press, view), request, tap, keyboard(press))
        case Verb.FORGET:
            return await _forget(services, press, view, sure=action.choice == "yes")
        case _ if is_owned(press):
            return closed(press)
        case _:
            language = press.asker.language
            if action.choice == "2":
                return (turn_to(second_page(request, language), press),)
            return (turn_to(first_page(request, language, await services.models_here(), song_seconds(view)), press),)


async def _pick(services: Services, press: Press, request: Request, tap: Tap) -> Answers:
    """Turn a stem on or off on the stem keyboard, whose message may change later."""
    language = press.asker.language
    if opens_own(press) and tap.stem is None and not tap.chosen:
        page = pick_page(request, tap.model, (), language)
        return own_page(press, page, await _how_to_pick(services, request, tap.model, language))
    chosen = await services.stem_choice.pick(keyboard(press), tap)
    turned = turn_to(pick_page(request, tap.model, chosen, language), press)
    if chosen:
        return turned, Toast(mix_words(chosen, tap.model, language))
    return turned, Toast(await _how_to_pick(services, request, tap.model, language))


async def _how_to_pick(services: Services, request: Request, of: str, language: Language) -> str:
    """What to do on the stem keyboard. `of`: the model whose stems it has."""
    model = request.order.model.named(of)
    if of == request.order.model.name or await services.follower.has_stems(track_id_of(request.source, model)):
        return say(language, "pick-how")
    return say(language, "pick-how-anew", stems=len(MODELS[of].stems))


async def _make(services: Services, press: Press, request: Request, tap: Tap, place: str) -> Answers:
    """Make the mix of the chosen stems, also those that the keyboard at `place` does not show yet."""
    chosen = await services.stem_choice.picked(place, tap.model)
    tap = Tap(model=tap.model, chosen=tap.chosen if chosen is None else chosen)
    if not tap.chosen:
        return toast(say(press.asker.language, "pick-how"))
    if is_whole(tap.chosen, tap.model):
        return toast(say(press.asker.language, "mix-whole"))
    order = request.order.model_copy(
        update={"model": request.order.model.named(tap.model), "content": Mix(stems=tap.chosen)}
    )
    asked = Action(verb=Verb.MIX, target=request.id, choice=tap.choice(request.order.model.name))
    return await again(services, press, request, order, asked)


def keyboard(press: Press) -> str:
    """A unique name of the stem keyboard's message."""
    return f"{press.asker.chat}:{press.place.message}"


def _mixed(order: Order, choice: str) -> Order | None:
    """The order of a mix: `dbo`, or `4vbo~t80` of another separation; None for what no button has."""
    read = read_treated_mix(choice, order.model.name)
    if read is None:
        return None
    model, mix, effect = read
    if is_whole(mix.stems, model) and not mix.levels and effect == PLAIN:
        return None
    return order.model_copy(update={"model": order.model.named(model), "content": mix, "effect": effect})


_PLAIN_STEMS: Final = {"content": Stems(), "effect": PLAIN}


def _changed(order: Order, choice: str, language: str) -> Order:
    match choice:
        case "again":
            return order
        case "stems":
            return order.model_copy(update=_PLAIN_STEMS)
        case "chords" | "notes":  # in the key of the result
            key = PLAIN.model_copy(update={"key": order.effect.key})
            return order.model_copy(update={"content": Chart() if choice == "chords" else Notes(), "effect": key})
        case "daw":
            return order.model_copy(update={**_PLAIN_STEMS, "content": Session()})
        case "zip":
            return order.model_copy(update={**_PLAIN_STEMS, "package": Package.ZIP})
        case "player":
            return order.model_copy(update={"content": Player(language=negotiate(language)), "effect": PLAIN})
        case _ if model := model_of_code(choice):
            return order.model_copy(update={**_PLAIN_STEMS, "model": order.model.named(model)})
        case _:
            return order.model_copy(update={"format": Format(choice)})


async def again(
    services: Services, press: Press, request: Request, order: Order, asked: Action, said: str = ""
) -> Answers:
    """Make another request for the same song: a line on the pressed card, or a card of its own as a reply to it.

    `said`: the answer if it is accepted, in place of a sentence on how it will be made.
    """
    message = press.place.message
    place = Place(address=services.platform.address_at(request.address, message), message=message)
    on = await card_for(services, press, request, order, asked)
    made = await order_anew(services, press.asker, request, order, place, asked.text, on)
    return toast(said if said and made.is_new else made.sentence)


class Anew(NamedTuple):
    """The request of a further order, or None if it was refused; and a sentence on it."""

    request: Request | None
    sentence: str
    is_new: bool = False


async def order_anew(
    services: Services, asker: Asker, request: Request, order: Order, place: Place, asked: str, on: View | None = None
) -> Anew:
    """Another request for the song of a request, unless the same is in the works or was made a moment ago.

    `asked`: what is the same for the same order at `place`. `on`: the request on whose card its result is a line.
    """
    for turn in count():
        new = new_request(services, asker, request, order, place, asked, turn)
        before = await services.queue.view(new.id)
        if before is None:
            sentence_ = await accept(services, asker, new, request, on)
            is_new = await services.queue.view(new.id) is not None
            return Anew(new if is_new else None, sentence_, is_new)
        if before.is_open or time.time() - (before.closed_at or 0.0) < services.timing.double_tap:
            return Anew(before.request, say(asker.language, "made-already"))
    raise AssertionError("turns do not end")


def new_request(
    services: Services, asker: Asker, about: Request, order: Order, place: Place, asked: str, turn: int = 0
) -> Request:
    return Request(
        id=request_id(asker.chat, f"{place.message}:{asked}", about.source, str(turn)),
        platform=services.platform.name,
        chat=asker.chat,
        asker=asker.person,
        address=place.address,
        language=asker.language,
        source=about.source,
        order=order,
        created_at=time.time(),
    )


async def accept(services: Services, asker: Asker, request: Request, about: Request, on: View | None = None) -> str:
    """Accept a request. Returns a sentence on how its result will be made, or why it was refused.

    `on`: as for `order_anew`.
    """
    way = await services.follower.way(request)
    model = request.order.model
    here = await services.models_here() if way is Way.SEPARATE and model.info.is_slow else {}
    if way is Way.SEPARATE and model.info.is_slow and model.name not in here:
        return unavailable(model.name, asker.language)
    if way is Way.RENDER and (why := await lacking(services, request)) is not None:
        return sentence(why, asker.language)
    try:
        await services.follower.accept(request, await services.limits(asker.person), way, note_on(on, request))
    except (TooManyOpen, OverQuota) as why:
        return refusal(why, asker.language)
    match way:
        case Way.SENT_BEFORE:
            return say(asker.language, "made-again")
        case Way.RENDER:
            return say(asker.language, "made-from-stems")
        case Way.SEPARATE if model.info.is_slow:
            song = await services.queue.view(about.id)
            return sent_for_better(
                model.name, takes(model.name, here, song_seconds(song) if song else None), asker.language
            )
        case Way.SEPARATE if model != about.order.model:
            return say(asker.language, "made-count", stems=len(model.stems))
        case Way.SEPARATE:
            return say(asker.language, "made-anew")


async def _forget(services: Services, press: Press, view: View, *, sure: bool) -> Answers:
    """Remove a chat's data of a song, in all its separations; the stored stems too, if no other chat has the song."""
    request, language = view.request, press.asker.language
    if not await may_cancel(services, press.asker, request):
        return toast(say(language, "forget-not-yours"))
    if not sure:
        return turn_to(forget_page(request, language), press), Toast(say(language, "forget-sure"))
    chat, tracks = press.asker.chat, tracks_of(request)
    mixer = mixer_chat(chat, request.source.key)
    recent = [*await services.queue.recent(chat, LOOK_BACK), *await services.queue.recent(mixer, LOOK_BACK)]
    own = [one for one in recent if one.request.track_id in tracks]
    if any(one.is_open for one in own):
        return toast(say(language, "forget-busy"))
    (view,) = await services.catalogue.complete([view])
    named = heading(view, language, view.manifest)
    opened = await Attended(services.queue.redis, services.platform.name).open_tracks()
    instant = services.follower.ledger.instant
    for track in tracks:
        await instant.let_go(track, mixer)
    left = [track for track in tracks if not await instant.let_go(track, chat)]
    gone = [track for track in left if track not in opened]  # tracks of open requests stay
    await instant.forget(tuple(gone))
    for track in gone:
        await services.catalogue.forget(track)
    if isinstance(request.source, Upload) and len(gone) == len(tracks):
        await services.catalogue.store.forget_upload(request.source)
    if len(gone) == len(tracks):
        await services.queue.forget_called(request.source)
    for one in own:
        await services.queue.erase(one.request)
    forgotten = Card(text=f"{named}\n{say(language, 'card-forgotten')}")
    return Edit(forgotten), Toast(say(language, "forget-done"))

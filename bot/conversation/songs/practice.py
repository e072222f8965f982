"""The page for practice under a result: who is out, how fast, in which key, with which click."""

from bot.cards.actions import Action, Verb
from bot.cards.mixes import is_whole
from bot.cards.practice import MAKE, practice_page, read_choice, split
from bot.conversation.services import Services
from bot.conversation.songs.beats import lacking
from bot.conversation.songs.lookup import request_of_chat
from bot.conversation.songs.pages import on_card, opens_own, own_page, turn_to
from bot.conversation.songs.results import again, keyboard
from bot.conversation.values import Answers, Press, toast
from bot.texts import say, sentence
from jobs.models import Effect
from jobs.music.effects import PLAIN


async def pressed(services: Services, press: Press, action: Action) -> Answers:
    """Show the page, change what it shows, or make it. What is made is remembered for the person."""
    language, memory = press.asker.language, services.practice
    view = await request_of_chat(services, press.asker.chat, action.target)
    if view is None:
        return toast(say(language, "button-gone"))
    request, place = view.request, keyboard(press)
    model = request.order.model.name
    text, change = split(action.choice)
    if not change:
        choice = await memory.first(press.asker.person, request.order)
        page = practice_page(request, choice, language)
        if opens_own(press):
            return own_page(press, page, say(language, "practise-how"))
        await memory.begin(place, choice, model)
        return (turn_to(page, press),)
    shown = read_choice(text, model)
    if shown is None:
        return toast(say(language, "button-old"))
    if change[:1] in ("c", "i") and change[1:] != "0":
        clicked = request.order.model_copy(update={"effect": Effect(click="mixed")})
        if (why := await lacking(services, request.model_copy(update={"order": clicked}))) is not None:
            return toast(sentence(why, language))
    choice = await memory.change(place, shown, "" if change == MAKE else change, model)
    if change != MAKE:
        return (turn_to(practice_page(request, choice, language), press),)
    if not choice.stems:
        return toast(say(language, "pick-how"))
    if is_whole(choice.stems, model) and choice.effect == PLAIN:
        return toast(say(language, "mix-whole"))
    await memory.remember(press.asker.person, choice, model)
    asked = Action(verb=Verb.PRACTISE, target=request.id, choice=choice.text)
    return await again(services, on_card(services, press, view), request, choice.order(request.order), asked)

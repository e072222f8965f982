"""The way of a message or a press through the conversation: its language, access and pace, its handler, errors."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from bot.conversation import permissions
from bot.conversation.services import Services
from bot.conversation.values import Answers, Asker, Incoming, Press, reply, toast
from bot.texts import say
from jobs.queue.connection import QueueAway

log = logging.getLogger(__name__)

Said = TypeVar("Said", Incoming, Press)


async def answers_to(services: Services, said: Said, handle: Callable[[Services, Said], Awaitable[Answers]]) -> Answers:
    """Answers of the gate, and of `handle` if the gate lets pass. Never raises: after an error it is an apology.

    The language of a person who passes is remembered, for messages that do not tell it.
    """
    try:
        asker = said.asker
        said = replace(said, asker=await in_their_language(services, asker))
        passes, answers = await permissions.gate(services, said)
        if not passes:
            return answers
        if not asker.is_language_guessed:
            await services.languages.remember(asker.person, asker.language)
        return answers + await handle(services, said)
    except Exception as error:  # a message must not end the bot
        return apology(said, error)


async def in_their_language(services: Services, asker: Asker) -> Asker:
    """The asker with the language that the group chose; else a guessed language is replaced by the last known one."""
    chosen = (await services.preferences.of_group(asker.chat)).language if asker.in_group else None
    if chosen is None and asker.is_language_guessed:
        chosen = await services.languages.of(asker.person)
    return replace(asker, language=chosen) if chosen else asker


def apology(said: Incoming | Press | None, error: Exception) -> Answers:
    """Log an error, and answer it. Messages of a group that are not for the bot get no answer."""
    is_away = isinstance(error, QueueAway)
    if is_away:
        log.warning("a message or a press was not handled: %s: %s", type(error).__name__, error)
    else:
        log.error("a message or a press was not handled", exc_info=error)
    if said is None:
        return ()
    sentence = say(said.asker.language, "queue-away" if is_away else "went-wrong")
    if isinstance(said, Press):
        return toast(sentence)
    return reply(sentence) if not said.asker.in_group or said.is_command or said.calls_us else ()

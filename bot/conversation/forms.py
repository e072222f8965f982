"""Commands given in a form and pressed buttons, on platforms where each of them awaits an answer."""

from bot.conversation import buttons
from bot.conversation.commands.menu import COMMANDS, POSTING
from bot.conversation.services import Services
from bot.conversation.values import Answers, Incoming, Press, reply
from bot.texts import say


async def perform(name: str, lacking: str, services: Services, said: Incoming) -> Answers:
    """A command. `lacking`: rights that the bot needs to deliver a song there, and lacks; '' if it has all."""
    posts, language = name in POSTING, said.asker.language
    if posts and lacking:
        return reply(say(language, "discord-right-missing", rights=lacking))
    answers = await COMMANDS[name](services, said) if name in COMMANDS else ()
    return reply(say(language, "discord-taken")) if posts and not answers else answers


async def press(lacking: str, services: Services, pressed: Press) -> Answers:
    """A pressed button. `lacking`: see `perform`."""
    if lacking:
        return reply(say(pressed.asker.language, "discord-right-missing", rights=lacking))
    return await buttons.pressed(services, pressed)

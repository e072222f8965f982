"""The commands as Discord shows them, with names and descriptions in every language. Told only when they changed."""

import hashlib
import json
import logging
from typing import Any, Final

import discord

from bot.chats.told_commands import ToldCommands
from bot.conversation.commands.menu import COMMANDS, OPTIONS, Takes
from bot.discord.incoming import ON_MESSAGE
from bot.texts import LANGUAGES, say

log = logging.getLogger(__name__)

#: https://discord.com/developers/docs/interactions/application-commands
CHAT_INPUT, MESSAGE = 1, 3
TYPES: Final = {Takes.WORDS: 3, Takes.YES: 5, Takes.PERSON: 6, Takes.FILE: 11}
IN_SERVERS, IN_DIRECT_MESSAGES = 0, 1


def definitions() -> list[dict[str, Any]]:
    """Every command, as the API takes it."""
    about = {"contexts": [IN_SERVERS, IN_DIRECT_MESSAGES], "integration_types": [0]}
    commands: list[dict[str, Any]] = [
        {
            **_named(name, f"discord-command-{name}", f"command-{name}"),
            "type": CHAT_INPUT,
            "options": [
                _named(one.name, f"discord-option-{one.name}", f"discord-about-{one.name}")
                | {"type": TYPES[one.takes], "required": one.is_required}
                for one in OPTIONS.get(name, ())
            ],
            **about,
        }
        for name in COMMANDS
    ]
    return [*commands, {"name": ON_MESSAGE, "type": MESSAGE, **about}]


def _named(name: str, called: str, described: str) -> dict[str, Any]:
    others = [language for language in LANGUAGES if language != "en"]
    return {
        "name": name,
        "name_localizations": {language: say(language, called) for language in others},
        "description": say("en", described),
        "description_localizations": {language: say(language, described) for language in others},
    }


async def tell_commands(client: discord.Client, application: int, told: ToldCommands) -> None:
    """Tell Discord the commands, unless it was told these. Raises Discord's errors and `RedisError`."""
    wanted = definitions()
    digest = hashlib.sha256(json.dumps([application, wanted], sort_keys=True).encode()).hexdigest()
    if not await told.are(digest):
        await client.http.bulk_upsert_global_commands(application, wanted)
        await told.note(digest)
        log.debug("Discord knows our %d commands", len(wanted))

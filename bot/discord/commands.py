"""The commands as Discord shows them, with names and descriptions in every language. Told only when they changed."""

import hashlib
import json
import logging
from typing import Any, Final

import discord

from bot.conversation.commands.menu import COMMANDS
from bot.discord.address import PLATFORM
from bot.discord.incoming import ON_MESSAGE
from bot.texts import LANGUAGES, say
from jobs.queue import keys
from jobs.queue.connection import Redis, answer
from jobs.queue.views import text

log = logging.getLogger(__name__)

#: https://discord.com/developers/docs/interactions/application-commands
CHAT_INPUT, MESSAGE = 1, 3
TEXT, BOOLEAN, USER, ATTACHMENT = 3, 5, 6, 11
IN_SERVERS, IN_DIRECT_MESSAGES = 0, 1

#: Options by command: name, type, whether it is required.
OPTIONS: Final[dict[str, tuple[tuple[str, int, bool], ...]]] = {
    "start": (("code", TEXT, False),),
    "stems": (("link", TEXT, False), ("file", ATTACHMENT, False)),
    "mix": (("what", TEXT, True),),
    "status": (("all", BOOLEAN, False),),
    "allow": (("person", USER, False), ("number", TEXT, False)),
    "deny": (("person", USER, False), ("number", TEXT, False)),
}


def definitions() -> list[dict[str, Any]]:
    """Every command, as the API takes it."""
    about = {"contexts": [IN_SERVERS, IN_DIRECT_MESSAGES], "integration_types": [0]}
    commands: list[dict[str, Any]] = [
        {
            **_named(name, f"discord-command-{name}", f"command-{name}"),
            "type": CHAT_INPUT,
            "options": [
                {
                    **_named(option, f"discord-option-{option}", f"discord-about-{option}"),
                    "type": type_,
                    "required": must,
                }
                for option, type_, must in OPTIONS.get(name, ())
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


async def tell_commands(client: discord.Client, redis: Redis) -> None:
    """Tell Discord the commands, unless it was told these. Raises Discord's errors and `RedisError`."""
    application = client.application_id
    assert application is not None  # the client is logged in
    wanted = definitions()
    digest = hashlib.sha256(json.dumps([application, wanted], sort_keys=True).encode()).hexdigest()
    if text(await answer(redis.get(keys.commands(PLATFORM)))) == digest:
        return
    await client.http.bulk_upsert_global_commands(application, wanted)
    await answer(redis.set(keys.commands(PLATFORM), digest))
    log.info("Discord knows our %d commands", len(wanted))

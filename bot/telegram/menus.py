"""The menus of commands that Telegram shows, by scope and language: for private chats, for groups, for the owner."""

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)

from bot.chats.access import Access
from bot.conversation.commands.menu import EVERYBODYS, GROUPS, OWNERS
from bot.telegram.address import number
from bot.telegram.sending.rate_limiter import TelegramBot
from bot.texts import LANGUAGES, Language, say


def menu(commands: tuple[str, ...], language: Language) -> list[BotCommand]:
    return [BotCommand(command, say(language, f"command-{command}")) for command in commands]


async def show_menus(bot: TelegramBot, access: Access) -> None:
    """Tell Telegram the menus. Raises `TelegramError`."""
    await _show(bot, EVERYBODYS, BotCommandScopeAllPrivateChats())
    await _show(bot, GROUPS, BotCommandScopeAllGroupChats())
    owner = await access.owner()
    if owner is not None:
        await show_owners_menu(bot, owner)


async def show_owners_menu(bot: TelegramBot, owner: str) -> None:
    """The owner's commands, in the owner's chat. Raises `TelegramError`."""
    await _show(bot, OWNERS, BotCommandScopeChat(number(owner)))


async def _show(bot: TelegramBot, commands: tuple[str, ...], scope: BotCommandScope) -> None:
    for language in LANGUAGES:
        # English is the default for languages without a menu. Telegram's codes have two letters.
        code = None if language == "en" else language.partition("-")[0]
        await bot.set_my_commands(menu(commands, language), scope=scope, language_code=code)

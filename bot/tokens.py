"""The bots' tokens: their shape, and what to do about one that is missing, misshapen or refused."""

import re
from dataclasses import dataclass
from typing import Final

from pydantic import SecretStr

from jobs.settings import SettingsError


@dataclass(frozen=True)
class TokenKind:
    """The tokens of one platform, with sentences for the owner of the bot."""

    shape: re.Pattern[str]
    unset: str
    misshapen: str
    refused: str

    def checked(self, token: SecretStr | None) -> str:
        """The token. Raises `SettingsError` if there is none, or one that cannot be any."""
        if token is None:
            raise SettingsError(self.unset)
        if not self.shape.fullmatch(token.get_secret_value()):
            raise SettingsError(self.misshapen)
        return token.get_secret_value()


TELEGRAM_TOKEN: Final = TokenKind(
    shape=re.compile(r"\d+:[A-Za-z0-9_-]{20,}"),
    unset="FLBT_TELEGRAM_TOKEN is missing: write /newbot to https://t.me/BotFather and put the token it gives you "
    "into .env.",
    misshapen="FLBT_TELEGRAM_TOKEN is no bot token: copy the whole line that https://t.me/BotFather gave you, digits, "
    "colon and letters, without spaces.",
    refused="Telegram refuses FLBT_TELEGRAM_TOKEN: copy it again from https://t.me/BotFather, "
    "or check FLBT_TELEGRAM_BASE_URL if you run a Bot API server of your own.",
)

DISCORD_TOKEN: Final = TokenKind(
    shape=re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){1,2}"),
    unset="FLBT_DISCORD_TOKEN is missing: make an application on https://discord.com/developers/applications, "
    "and put the token of its bot into .env.",
    misshapen="FLBT_DISCORD_TOKEN is no bot token: copy it whole from https://discord.com/developers/applications, "
    "under Bot. It has dots in it, and no spaces; the application's id and public key are not it.",
    refused="Discord refuses FLBT_DISCORD_TOKEN: reset it on https://discord.com/developers/applications under Bot, "
    "and put the new one into .env.",
)

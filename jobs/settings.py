"""Every setting, in one class, from the environment or `.env` (prefix `FLBT_`). Nothing else reads the environment."""

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource, SettingsConfigDict

from jobs.addresses import is_address, leaves_network
from jobs.music.separation_models import EngineName, Extension
from jobs.process.privacy import why_distrusted
from jobs.sentinels import EXAMPLE, is_sentinel, parse_sentinels

TELEGRAM = "https://api.telegram.org"
DISCORD = "https://discord.com/api/v10"
BUCKETS = ("s3", "gs", "az")  # schemes of addresses of buckets
ENV_FILE = ".env"  # in the folder where the command is started

#: Settings whose addresses get a bot's token, and which one.
TOKEN_GOES_TO = {
    "telegram_base_url": "telegram_token",
    "telegram_file_url": "telegram_token",
    "discord_api_url": "discord_token",
}

#: FL-BT's own folders in the data folder.
IN_DATA = ("queue", "store", "models", "lives")


class SettingsError(Exception):
    """A setting is missing or wrong. The message is one sentence that says what to set."""


def _data_folder() -> Path:
    try:
        return user_data_path("fl-bt", appauthor=False)
    except RuntimeError:  # a user without a home folder, such as a numeric one in a container
        raise SettingsError("FLBT_DATA is not set, and this user has no home folder. Set it to a folder.") from None


class Settings(BaseSettings):
    """Settings of every process. `.env.example` lists them with their defaults."""

    model_config = SettingsConfigDict(env_prefix="FLBT_", env_ignore_empty=True, extra="ignore", frozen=True)

    # Telegram
    telegram_token: SecretStr | None = None
    telegram_base_url: str = f"{TELEGRAM}/bot"
    telegram_file_url: str = f"{TELEGRAM}/file/bot"
    telegram_local: bool = False  # a self-hosted Bot API server in local mode: 2000 MB files, read from its disk
    telegram_webhook_url: str = ""  # where Telegram posts updates, an https:// address of your proxy; empty: polling
    telegram_webhook_host: str = "127.0.0.1"  # an address of this machine where the proxy reaches the bot
    telegram_webhook_port: Annotated[int, Field(ge=1, le=65535)] = 8088
    access: Literal["closed", "open"] = "closed"

    # Discord
    discord_token: SecretStr | None = None
    discord_api_url: str = DISCORD

    # The web page
    web_port: Annotated[int, Field(ge=0, le=65535)] = 0  # `fl-bt up` serves it there; 0: not. `fl-bt web`: then 8000
    web_host: str = "127.0.0.1"  # an address of this machine; 0.0.0.0: all
    web_url: str = ""  # where people open it, as https://stems.example.org behind a reverse proxy
    web_hosts: str = ""  # further names in its address, with commas
    web_app: str = ""  # the short name of the bot's Mini App at BotFather, for the Mixer in groups on Telegram
    web_token: SecretStr | None = None  # for browsers from elsewhere; none: one is made, and kept in the queue

    # Places
    data: Path = Field(default_factory=_data_folder)
    redis_url: SecretStr | None = None  # none: a private Valkey in the data folder
    store: str = ""  # file:///… or a bucket: s3://, gs://, az://; empty: `store` in the data folder
    cache_gb: Annotated[float, Field(gt=0)] = 5  # of a bucket's files kept on this machine
    models: Path | None = None  # weights; empty: `models` in the data folder

    # YouTube
    youtube_cookies: Path | None = None  # a cookies.txt of a signed-in browser, for the second provider
    youtube_proxy: SecretStr | None = None  # in place of the environment's

    # Limits
    max_seconds: Annotated[float, Field(gt=0)] = 1800  # longest song
    max_upload_mb: Annotated[float, Field(gt=0)] = 2000  # largest file taken from a person
    max_open_per_person: Annotated[int, Field(ge=1, le=50)] = 5  # open requests at the same time
    max_open_per_chat: Annotated[int, Field(ge=1, le=50)] = 20
    max_waiting: Annotated[int, Field(ge=0)] = 200  # requests of all people that wait for a worker; 0: no limit
    minutes_per_person: Annotated[float, Field(ge=0)] = 240  # of music separated within 24 hours; 0: no limit
    minutes_per_chat: Annotated[float, Field(ge=0)] = 720
    messages_per_minute: Annotated[float, Field(ge=0)] = 30  # of one person; 0: no limit
    searches_per_minute: Annotated[float, Field(ge=0)] = 6  # of one person; 0: no limit
    min_free_mb: Annotated[float, Field(ge=0)] = 500  # of the store's disk; jobs are refused below it
    job_timeout: Annotated[float, Field(gt=0)] = 3600  # seconds for one track, all stages
    memory_mb: Annotated[float, Field(ge=0)] = 3000  # of one child; 0: no limit
    fetch_timeout: Annotated[float, Field(gt=0)] = 600  # seconds for one download
    stall_timeout: Annotated[float, Field(gt=0)] = 30  # seconds without a byte before a download fails
    keep_hours: Annotated[float, Field(gt=0)] = 72  # age at which stems are removed from the store
    quota_gb: Annotated[float, Field(gt=0)] = 20  # of the store

    # The engine
    engine: EngineName = "unet"
    precision: str = ""  # ignored; the next version removes it
    mask_extension: Extension = "average"
    threads: Annotated[int, Field(ge=0)] = 0  # 0: every core
    warm: bool = True  # a worker keeps a process ready that children are forked from
    mp3_kbps: Annotated[Literal[128, 160, 192, 256, 320], BeforeValidator(int)] = 320  # of M4A files, too

    metrics_port: Annotated[int, Field(ge=0, le=65533)] = 0  # of the Telegram bot; +1: a worker; +2: Discord; 0: none
    metrics_host: str = "127.0.0.1"  # an address of this machine where they answer; 0.0.0.0: all

    log_format: Literal["text", "json"] = "text"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("telegram_base_url", "telegram_file_url")
    @classmethod
    def _http(cls, url: str) -> str:
        if not is_address(url, "http", "https"):
            raise ValueError("must be an http:// or https:// address ending in /bot or /file/bot")
        if urlsplit(url).scheme == "http" and leaves_network(url):
            raise ValueError("must be https://, since the token goes there; http:// is for your own network alone")
        return url.rstrip("/")

    @field_validator("telegram_webhook_url")
    @classmethod
    def _webhook(cls, url: str) -> str:
        parts = urlsplit(url) if is_address(url, "https", "http") else None
        if url and (parts is None or not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment):
            raise ValueError("must be an https:// address without user and query, as https://bot.example.org/telegram")
        if url and parts is not None and parts.scheme == "http" and leaves_network(url):
            raise ValueError("must be https://, since messages come there; http:// is for your own network alone")
        return url

    @field_validator("discord_api_url")
    @classmethod
    def _api(cls, url: str) -> str:
        if not is_address(url, "http", "https"):
            raise ValueError("must be an http:// or https:// address, as https://discord.com/api/v10")
        if urlsplit(url).scheme == "http" and leaves_network(url):
            raise ValueError("must be https://, since the token goes there; http:// is for your own network alone")
        return url.rstrip("/")

    @field_validator("web_url")
    @classmethod
    def _web(cls, url: str) -> str:
        parts = urlsplit(url) if is_address(url, "http", "https") else None
        if url and (
            parts is None or not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment
        ):
            raise ValueError("must be an http:// or https:// address without a path, as https://stems.example.org")
        return url.rstrip("/")

    @field_validator("web_app")
    @classmethod
    def _web_app(cls, name: str) -> str:
        if name and re.fullmatch(r"[A-Za-z0-9_]{3,30}", name) is None:
            raise ValueError("must be the short name alone, as mixer of https://t.me/your_bot/mixer")
        return name

    @field_validator("web_token")
    @classmethod
    def _web_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and re.fullmatch(r"[A-Za-z0-9_-]{16,200}", token.get_secret_value()) is None:
            raise ValueError("must have 16 letters or more: A to Z, a to z, 0 to 9, - and _")
        return token

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and is_sentinel(url.get_secret_value()):
            parse_sentinels(url.get_secret_value())
        elif url is not None and not is_address(url.get_secret_value(), "redis", "rediss", "unix"):
            raise ValueError(
                "must be a redis:// or rediss:// address of one server, as redis://localhost:6379/0, "
                f"or of Sentinels, as {EXAMPLE}"
            )
        return url

    @field_validator("youtube_proxy")
    @classmethod
    def _proxy(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            given = url.get_secret_value()
            parts = urlsplit(given) if is_address(given, "http") else None
            if parts is None or not parts.hostname or parts.path not in ("", "/"):
                raise ValueError("must be an http:// address, as http://user:password@host:8080")
        return url

    @field_validator("store")
    @classmethod
    def _store(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme in BUCKETS and parts.netloc and not parts.query and "@" not in parts.netloc:
            return url.rstrip("/")
        if url and (parts.scheme != "file" or not parts.path.startswith("/")):
            raise ValueError("must be a file:///… address with an absolute path, or a bucket, as s3://bucket/prefix")
        return url

    @property
    def ignored(self) -> tuple[str, ...]:
        """A sentence for each setting that is set but no longer has an effect."""
        if self.precision:
            return ("FLBT_PRECISION is ignored: every engine computes in float32. Remove it from your settings.",)
        return ()

    @property
    def web_names(self) -> tuple[str, ...]:
        """Further names of hosts that people reach the page by."""
        return tuple(name for one in self.web_hosts.split(",") if (name := one.strip().lower()))

    @property
    def store_url(self) -> str:
        return self.store or (self.data / "store").absolute().as_uri()

    @property
    def models_dir(self) -> Path:
        return self.models or self.data / "models"


def env_file() -> Path | None:
    """The `.env` of the current folder, if there is one."""
    path = Path(ENV_FILE).absolute()
    return path if path.is_file() else None


def load_settings() -> Settings:
    """Settings from the environment, and from `.env` if only this user and root can have written it.

    Raises `SettingsError` with one sentence that names the variable or file and its valid values, never a secret.
    """
    try:
        file = env_file()
        if file is not None:
            _trust(file)
        return Settings(_env_file=file)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = "FLBT_" + "_".join(str(part) for part in first["loc"]).upper()
        what = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{name} is wrong: {what[:1].lower()}{what[1:]}. See .env.example.") from None
    except UnicodeDecodeError:
        raise SettingsError(".env cannot be read: it is not text in UTF-8. Write it anew, from .env.example.") from None
    except OSError as error:
        raise SettingsError(f".env cannot be read: {error.strerror}. Let the user who runs this read it.") from None


def _trust(file: Path) -> None:
    """Raises `SettingsError` unless only this user and root can have written the file."""
    if why := why_distrusted(file):
        raise SettingsError(f"{file} is not taken for settings: {why}.")
    in_file, in_environment = DotEnvSettingsSource(Settings, env_file=file)(), EnvSettingsSource(Settings)()
    for name, token in TOKEN_GOES_TO.items():
        if token in in_environment and name in in_file and name not in in_environment:
            raise SettingsError(
                f"FLBT_{name.upper()} is in {file}, but FLBT_{token.upper()} is in the environment: "
                "put both in one place, so that no file sends the token elsewhere."
            )

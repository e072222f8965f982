"""`fl-bt doctor`: checks of the installation, with advice."""

import asyncio
import importlib.util
import platform
import shlex
import sys
from dataclasses import dataclass
from http.client import HTTPException
from typing import Final
from urllib.parse import urlsplit

import click
from pydantic import SecretStr, ValidationError

from jobs.addresses import leaves_network
from jobs.installation import Installation
from jobs.music.separation_models import MODELS
from jobs.process.privacy import is_open_to_others
from jobs.sentinels import is_sentinel, parse_sentinels
from jobs.settings import Settings, SettingsError, env_file
from jobs.store.address import open_store, private_places

NEWEST_TRIED = (3, 14)
YOUTUBE: Final = "https://www.youtube.com/generate_204"
#: Seconds for an answer from the network, and for the worker.
LONGEST_CALL: Final = 5.0
LONGEST_WORK: Final = 20.0


@dataclass(frozen=True)
class Finding:
    """The result of one check. `advice`: '' if all is well; `grave`: FL-BT cannot work like this."""

    subject: str
    found: str
    advice: str = ""
    grave: bool = False


async def examine(settings: Settings, youtube: str = YOUTUBE) -> int:
    """Print every finding. Returns 1 if one of them is grave, else 0. `youtube`: the address that is asked."""
    grave = False
    for finding in await _findings(settings, youtube):
        mark = "✗" if finding.grave else "!" if finding.advice else "✓"
        click.echo(
            f"{mark} {finding.subject:8} {finding.found}"
            + (f"\n           → {finding.advice}" if finding.advice else "")
        )
        grave = grave or finding.grave
    return int(grave)


async def _findings(settings: Settings, youtube: str) -> list[Finding]:
    """What waits for others is asked side by side."""
    here = [_python(), _settings(settings), privacy(settings)]  # before the store is opened: that tightens permissions
    here += mixer(settings)
    checks = [_queue(settings.redis_url), _store(settings), _disk(settings)]
    if is_worker_here():
        checks.append(_youtube(settings.youtube_proxy, youtube))
    if settings.telegram_token is not None or settings.discord_token is None:
        checks.append(_token(settings))
    if settings.discord_token is not None:
        checks.append(_discord(settings.discord_token, settings.discord_api_url))
    if settings.web_port:
        checks.append(page(settings))
    of_worker, others = await asyncio.gather(_worker(settings), asyncio.gather(*checks))
    return [*here, *of_worker, *others]


def _python() -> Finding:
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info[:2] > NEWEST_TRIED:
        return Finding("Python", found, "newer than any this was tried on; `uv python pin 3.11` is safe")
    return Finding("Python", found)


def _settings(settings: Settings) -> Finding:
    file = env_file()
    found = f"from {file} and the environment" if file else "from the environment: no .env here"
    return Finding("Settings", found, " ".join(settings.ignored))


def privacy(settings: Settings) -> Finding:
    """Check the permissions of private files."""
    private = [settings.data / "queue", *private_places(settings)]
    private += filter(None, [env_file(), settings.youtube_cookies])
    readable = [path for path in private if is_open_to_others(path)]
    if readable:
        paths = [str(path) for path in readable]
        return Finding("Privacy", f"others may read {', '.join(paths)}", f"close it: `chmod go= {shlex.join(paths)}`")
    return Finding("Privacy", "no other user of this machine may read what is kept")


def is_worker_here() -> bool:
    """Whether the worker is installed; the bot's container has none."""
    return importlib.util.find_spec("worker") is not None


async def _worker(settings: Settings) -> list[Finding]:
    """What the worker says of itself, by one process: the bot does not import it."""
    if not is_worker_here():
        return [Finding("Weights", "none needed: no worker is installed here, and each has its own")]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "worker", "inspect", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(LONGEST_WORK):
            output, errors = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        output, errors = b"", f"no answer within {LONGEST_WORK:.0f} s".encode()
    try:
        answer = Installation.model_validate_json(output)
    except ValidationError:
        why = errors.decode(errors="replace").strip().rpartition("\n")[2]
        return [Finding("Worker", f"could not be asked: {why}", "install FL-BT again: `uv sync`", grave=True)]
    return [_weights(answer, settings), _engine(answer), _children(answer)]


def _children(answer: Installation) -> Finding:
    """Check the confinement of the processes that read foreign files."""
    advice = "" if answer.confined else "Linux 6.12 or newer confines them; elsewhere let FL-BT run in a container"
    return Finding("Children", answer.children, advice)


def _engine(answer: Installation) -> Finding:
    if answer.runs:
        return Finding("Engine", answer.engine)
    return Finding("Engine", answer.engine, "install it: `uv sync --group spleeter`, or unset FLBT_ENGINE", grave=True)


def _weights(answer: Installation, settings: Settings) -> Finding:
    found = ", ".join(
        f"{MODELS[name].label} ({bytes_ / 1e6:.0f} MB)" for name, bytes_ in answer.weights.items() if bytes_ is not None
    )
    missing = ", ".join(
        MODELS[name].label for name, bytes_ in answer.weights.items() if bytes_ is None and MODELS[name].fetched_on_use
    )
    if not found:
        return Finding(
            "Weights", f"none in {settings.models_dir}", "fetched on first use, or now: `uv run fl-bt models fetch`"
        )
    found = f"{found} in {settings.models_dir}"
    return Finding("Weights", f"{found}; fetched on first use: {missing}" if missing else found)


async def _youtube(proxy: SecretStr | None, url: str) -> Finding:
    """Whether YouTube answers at all, through urllib, as pytubefix asks it. It may still refuse downloads."""
    from urllib.error import HTTPError
    from urllib.request import ProxyHandler, build_opener

    given = [ProxyHandler({"https": proxy.get_secret_value(), "http": proxy.get_secret_value()})] if proxy else []
    try:
        (await asyncio.to_thread(build_opener(*given).open, url, timeout=LONGEST_CALL)).close()
    except HTTPError as error:
        advice = "links may fail, files work: try FLBT_YOUTUBE_COOKIES or FLBT_YOUTUBE_PROXY"
        return Finding("YouTube", f"answers with status {error.code}", advice)
    except (OSError, HTTPException, ValueError) as error:
        why = getattr(error, "reason", error)  # of a URLError; never the address, which may have a password
        words = getattr(why, "strerror", None) or type(why).__name__
        return Finding("YouTube", f"no answer: {words}", "links fail, files work: is there a network, or a proxy?")
    return Finding("YouTube", "answers")


async def _queue(url: SecretStr | None) -> Finding:
    if url is None:
        return Finding("Queue", "a private one, started when it is needed")
    from redis.exceptions import RedisError

    from jobs.queue.requests import JobQueue
    from jobs.queue.suitability import refuse_unsuitable

    queue = JobQueue.at(url)
    try:
        await refuse_unsuitable(queue.redis)
        size, workers = await queue.size(), await queue.workers()
    except SettingsError as error:
        return Finding("Queue", "answers, but cannot hold requests", str(error), grave=True)
    except (RedisError, OSError) as error:
        return Finding("Queue", f"no answer: {error}", "start Redis, or correct FLBT_REDIS_URL", grave=True)
    finally:
        await queue.close()
    found = f"{size} track{'s' * (size != 1)} waiting, {len(workers)} worker{'s' * (len(workers) != 1)} alive"
    if is_readable_on_the_way(url):
        advice = (
            "others on the way can read requests and the password: say rediss:// in FLBT_REDIS_URL, or use a tunnel"
        )
        return Finding("Queue", found, advice)
    return Finding("Queue", found, "" if workers else "start one: `uv run fl-bt worker`")


def is_readable_on_the_way(url: SecretStr) -> bool:
    """Whether the connection to a queue leaves this network without TLS."""
    address = url.get_secret_value()
    if is_sentinel(address):
        sentinels = parse_sentinels(address)
        return not sentinels.tls and any(leaves_network(f"redis://{host}") for host, _ in sentinels.hosts)
    return urlsplit(address).scheme == "redis" and leaves_network(address)


async def _store(settings: Settings) -> Finding:
    try:
        store = open_store(settings)
        with store.workspace.folder() as folder:
            (folder / "probe").write_bytes(b"x")
        await store.check()
        used = await store.used_bytes()
    except OSError as error:
        return Finding(
            "Store", f"{settings.store_url}: {error.strerror}", "make it writable, or set FLBT_STORE", grave=True
        )
    return Finding("Store", f"{settings.store_url}, {used / 1e9:.1f} of {settings.quota_gb:g} GB used")


async def _disk(settings: Settings) -> Finding:
    try:
        free = open_store(settings).workspace.free_bytes()
    except OSError as error:
        return Finding("Disk", f"unknown: {error.strerror}", "see the store", grave=True)
    found = f"{free / 1e9:.1f} GB free"
    if free < settings.min_free_mb * 1e6:
        advice = f"jobs are refused below {settings.min_free_mb:g} MB (FLBT_MIN_FREE_MB): make room"
        return Finding("Disk", found, advice, grave=True)
    return Finding("Disk", found)


async def _token(settings: Settings) -> Finding:
    if settings.telegram_token is None:
        return Finding(
            "Token",
            "none",
            "only a bot needs one: ask @BotFather in Telegram, set FLBT_TELEGRAM_TOKEN; or FLBT_DISCORD_TOKEN",
        )
    from telegram import Bot
    from telegram.error import InvalidToken, TelegramError

    try:
        bot = Bot(settings.telegram_token.get_secret_value(), base_url=settings.telegram_base_url)
        async with bot:
            shares = "" if bot.supports_inline_queries else "; sharing in other chats is off: /setinline at @BotFather"
            return Finding("Token", f"belongs to @{bot.username}{shares}")
    except InvalidToken:
        return Finding("Token", "refused by Telegram", "copy it again from @BotFather", grave=True)
    except TelegramError as error:
        return Finding("Token", f"could not be checked: {error.message}", "is there a network?", grave=True)


async def _discord(token: SecretStr, url: str) -> Finding:
    """Asked without discord.py, which would log in for good."""
    import httpx

    try:
        async with httpx.AsyncClient(timeout=LONGEST_CALL) as http:
            said = await http.get(f"{url}/users/@me", headers={"Authorization": f"Bot {token.get_secret_value()}"})
        if said.status_code == httpx.codes.UNAUTHORIZED:
            return Finding("Discord", "the token is refused", "reset it in the developer portal, under Bot", grave=True)
        return Finding("Discord", f"the token belongs to {said.raise_for_status().json()['username']}")
    except (httpx.HTTPError, ValueError, KeyError) as error:
        return Finding("Discord", f"could not be checked: {error!r}", "is there a network?", grave=True)


async def page(settings: Settings) -> Finding:
    """Ask the page's server, as `fl-bt up` runs it, without its token: a refusal is an answer, too."""
    import httpx

    host = settings.web_host if settings.web_host not in ("0.0.0.0", "::") else "localhost"  # noqa: S104 - not bound here
    at = f"http://{f'[{host}]' if ':' in host else host}:{settings.web_port}"
    who = f"for who has its link, as {settings.web_url}/app" if settings.web_url else f"at {at}/app"
    try:
        async with httpx.AsyncClient(timeout=LONGEST_CALL, trust_env=False) as http:
            said = await http.get(f"{at}/api/options", headers={"Host": f"localhost:{settings.web_port}"})
    except httpx.HTTPError as error:
        return Finding("Page", f"does not answer at {at}: {error!r}", "`fl-bt up` and `fl-bt web` serve it")
    if said.status_code not in (httpx.codes.OK, httpx.codes.UNAUTHORIZED):
        return Finding("Page", f"something else answers at {at}", "set FLBT_WEB_PORT to a free port")
    if settings.web_url.startswith("http://") and leaves_network(settings.web_url):
        advice = "its token and songs can be read on the way: put a reverse proxy with HTTPS before it"
        return Finding("Page", f"is served {who}", advice)
    return Finding("Page", f"is served {who}")


def mixer(settings: Settings) -> list[Finding]:
    """Where results in chats have the button Mixer; nothing where no setting is about it."""
    if settings.web_url.startswith("https://"):
        at = f"https://t.me/your_bot/{settings.web_app}" if settings.web_app else "a plain link"
        return [Finding("Mixer", f"a button under results in chats; in groups on Telegram it opens {at}")]
    if settings.web_app:
        return [Finding("Mixer", "off", "FLBT_WEB_APP needs FLBT_WEB_URL with https://, see docs/web.md")]
    return []

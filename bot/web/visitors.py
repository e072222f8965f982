"""Who sends a request: a browser by its cookie, or a client without one; and what is refused before anything else."""

import socket
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from bot.conversation.values import Asker, Place
from bot.texts import LANGUAGES, Language, negotiate
from bot.web.address import NOBODY, Address, person_of
from bot.web.refusals import refused
from bot.web.secret import Secret
from bot.web.tickets import FIELD, HEADER, Ticket, opens
from jobs.settings import Settings

COOKIE: Final = "flbt_browser"
YEAR: Final = 365 * 24 * 3600
#: Methods that change nothing.
SAFE: Final = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Visitor:
    """`browser`: None for a client without our cookie. `ticket`: of a person who comes from a chat."""

    browser: str | None
    person: str
    language: Language
    ticket: Ticket | None = None

    @property
    def chat(self) -> str:
        """The chat whose tasks and messages are this visitor's."""
        return self.ticket.chat if self.ticket else self.person

    @property
    def is_known(self) -> bool:
        """Whether we know this visitor again: all others are one person, who has no history."""
        return self.browser is not None or self.ticket is not None

    @property
    def asker(self) -> Asker:
        return Asker(person=self.person, chat=self.chat, language=self.language, in_group=False)

    def place(self, message: str) -> Place:
        """A message of this visitor."""
        return Place(address=str(Address(chat=self.chat, message=message)), message=message)


VISITOR: Final = web.RequestKey("visitor", Visitor)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host in ("localhost", "::1"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.endswith(".localhost")


class Door:
    """Lets requests in. `needs_token`: the server can be reached from elsewhere."""

    def __init__(self, settings: Settings, secret: Secret) -> None:
        self._secret = secret
        url = urlsplit(settings.web_url)
        self._origin = f"{url.scheme}://{url.netloc}".lower() if url.netloc else ""
        self._is_secure = url.scheme == "https"
        away = not is_loopback(settings.web_host)
        self.needs_token = away or bool(url.hostname and not is_loopback(url.hostname))
        here = socket.gethostname().lower()
        names = {"localhost", url.hostname or "", *settings.web_names}
        self._names = names | ({here, f"{here}.local"} if away else set())
        self._takes_addresses = away  # a name that was bound to this address cannot be an address

    def visitor(self, request: web.Request) -> Visitor:
        """Who asks. Raises `Refusal` 421, 403 and 401."""
        language = language_of(request)
        self._check_host(request, language)
        if request.method not in SAFE:
            self._check_origin(request, language)
        if (given := _ticket(request)) is not None:
            return self._guest(request, given, language)
        browser = self._secret.browser_of(request.cookies.get(COOKIE, ""), with_token=self.needs_token)
        if browser is not None:
            return Visitor(browser, person_of(browser), language)
        if self.needs_token and not (_is_for_guests(request.path) or self._shows_token(request)):
            raise refused(401, language, "web-no-token")
        return Visitor(None, NOBODY, language)

    def _guest(self, request: web.Request, given: str, language: Language) -> Visitor:
        ticket = self._secret.ticket_of(given)
        if ticket is None:
            raise refused(401, language, "mixer-who")
        if not opens(request.method, request.path):
            raise refused(403, language, "mixer-elsewhere")
        return Visitor(None, ticket.person, language, ticket)

    def welcome(self, response: web.StreamResponse) -> str:
        """Give a new browser its cookie. Returns the browser."""
        browser, value = self._secret.cookie(with_token=self.needs_token)
        response.set_cookie(
            COOKIE, value, max_age=YEAR, path="/", httponly=True, samesite="Lax", secure=self._is_secure
        )
        return browser

    def has_link(self, request: web.Request) -> bool:
        """Whether the address is the link with the token."""
        return request.method in SAFE and self._secret.is_token(request.query.get("token", ""))

    def _shows_token(self, request: web.Request) -> bool:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self._secret.is_token(given.strip()):
            return True
        return self.has_link(request)

    def _check_host(self, request: web.Request, language: Language) -> None:
        """Refuse names that are not ours: else a foreign page could bind its name to this address, and read all."""
        hosts = request.headers.getall("Host", [])
        host = _hostname(hosts[0]) if len(hosts) == 1 else None
        if host is None or not (host in self._names or is_loopback(host) or self._is_address(host)):
            raise refused(421, language, "web-foreign-host")

    def _is_address(self, host: str) -> bool:
        if not self._takes_addresses:
            return False
        try:
            ip_address(host)
        except ValueError:
            return False
        return True

    def _check_origin(self, request: web.Request, language: Language) -> None:
        """Refuse requests that pages of other sites make with our cookie."""
        site = request.headers.get("Sec-Fetch-Site", "same-origin").lower()
        origin = request.headers.get("Origin")
        own = (f"http://{request.host}".lower(), f"https://{request.host}".lower(), self._origin)
        if site not in ("same-origin", "none") or (origin is not None and origin.lower() not in own):
            raise refused(403, language, "web-foreign-origin")


def _is_for_guests(path: str) -> bool:
    """Whether an address is for people without a token: the Mixer, whose links are signed, and the page's code."""
    return path in ("/mixer", "/api/mixer", "/api/texts") or path.startswith(("/mixer/", "/app/"))


def _ticket(request: web.Request) -> str | None:
    """The ticket of a request. An address is no proof that our page sent it, so that acts need the header."""
    if HEADER in request.headers:
        return request.headers[HEADER]
    return request.query.get(FIELD) if request.method in SAFE else None


def language_of(request: web.Request) -> Language:
    """The first language of `Accept-Language` that we have; `?language=` comes before it."""
    if (chosen := request.query.get("language")) in LANGUAGES:
        return negotiate(chosen)
    weighed = []
    for number, one in enumerate(request.headers.get("Accept-Language", "")[:200].split(",")):
        code, _, weight = one.strip().partition(";q=")
        try:
            weighed.append((-float(weight or 1), number, code))
        except ValueError:
            continue
    spoken = [code for _, _, code in sorted(weighed) if code.lower().startswith(("en", "pt"))]
    return negotiate(spoken[0] if spoken else None)


def _hostname(host: str) -> str | None:
    """The name in a Host header; None for what is none."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return None
    is_plain = parts.netloc == host and not parts.username and not parts.path
    return parts.hostname.rstrip(".") if is_plain and parts.hostname else None

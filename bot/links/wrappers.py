"""Links around links: the redirecting sites, and the links that their addresses carry. Pure.

Chats, mailers, search engines and consent pages wrap an address in their own. The inner one is parsed from the outer
one; no page is ever fetched. Addresses of link shorteners (bit.ly, t.co) do not contain the inner one.
"""

import binascii
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote

#: Sites whose addresses carry others, subdomains included.
_SITES: Final = frozenset(
    {
        # search, consent, signing in
        *("googleweblight.com", "googleadservices.com", "translate.goog", "duckduckgo.com", "bing.com", "yahoo.com"),
        *("yandex.ru", "yandex.com", "ecosia.org", "qwant.com", "startpage.com", "ya.ru"),
        # chats and networks
        *("facebook.com", "messenger.com", "instagram.com", "threads.net", "threads.com", "wl.co", "whatsapp.com"),
        *("wa.me", "t.me", "telegram.me", "telegram.dog", "reddit.com", "umblr.com", "tumblr.com", "slack-redir.net"),
        *("slack.com", "vk.com", "vk.ru", "ok.ru", "twitter.com", "x.com", "linkedin.com", "pinterest.com", "line.me"),
        *("discord.com", "discordapp.com", "discordapp.net", "steamcommunity.com", "tiktok.com", "viber.com"),
        *("weibo.cn", "weibo.com", "zhihu.com", "douban.com", "jianshu.com", "juejin.cn", "csdn.net", "qq.com"),
        *("deviantart.com", "gate.sc", "exit.sc", "soundcloud.com", "quora.com", "getpocket.com", "flipboard.com"),
        # mailers and their guards
        *("safelinks.protection.outlook.com", "office.net", "proofpoint.com", "urldefense.com", "urldefense.us"),
        *("secure-web.cisco.com", "disq.us", "workplace.com"),
        *("deref-mail.com", "deref-gmx.net", "deref-web.de", "deref-web-02.de", "awstrack.me"),
        # between sites
        *("href.li", "anonym.to", "anon.to", "nullrefer.com", "dereferer.me", "dereferer.org", "archive.org"),
        *("linkprotect.cudasvc.com", "app.goo.gl", "page.link", "embedly.com", "noembed.com", "iframe.ly", "gitee.com"),
    }
)  # fmt: skip
_GOOGLE: Final = re.compile(r"(?:[a-z0-9-]{1,63}\.){0,3}google\.(?:com?\.)?[a-z]{2,3}")

# A link in the path, as it is or encoded; or one with its query behind another's question mark.
_EMBEDDED: Final = re.compile(r"https?(?::|%(?:25)?3A)(?:/|%(?:25)?2F){1,2}", re.IGNORECASE)
_AMP: Final = re.compile(r"/amp/(?:s/)?")
_END_OF_ENCODED: Final = re.compile(r"[/&?#]")
_BASE64: Final = re.compile(r"(?:a1)?(aHR0c[A-Za-z0-9_+/-]{8,2000})={0,2}")
_PROOFPOINT: Final = re.compile(r"https?-3A__")
#: A video in an address of Google's own player.
_GOOGLE_VIDEO: Final = re.compile(r"[,:=]vid:([A-Za-z0-9_-]{11})(?![A-Za-z0-9_-])")


def is_wrapper(host: str) -> bool:
    """Whether addresses of `host` may carry others."""
    parts = host.split(".")
    return bool(_GOOGLE.fullmatch(host)) or any(".".join(parts[first:]) in _SITES for first in range(len(parts) - 1))


def carried(split: SplitResult) -> Iterator[str]:
    """The texts within an address that may contain links, the likeliest first."""
    for _, parameter in parse_qsl(split.query):
        yield _plain(parameter)
    rest = f"{split.path}?{split.query}" if split.query else split.path
    if embedded := _EMBEDDED.search(rest):
        inner = rest[embedded.start() :]
        if "%" in embedded[0]:
            # Its own separators are encoded too, so that an unencoded one ends it.
            end = _END_OF_ENCODED.search(inner, len(embedded[0]))
            inner = unquote(unquote(inner[: end.start()] if end else inner))
        yield inner
    elif amp := _AMP.match(rest):
        yield unquote(rest[amp.end() :])
    if split.fragment:
        for _, parameter in parse_qsl(split.fragment):
            yield _plain(parameter)
        if video := _GOOGLE_VIDEO.search(unquote(split.fragment)):
            yield f"https://youtu.be/{video[1]}"


def _plain(parameter: str) -> str:
    """A parameter without the additional encodings of some sites."""
    if _PROOFPOINT.match(parameter):
        return unquote(parameter.replace("_", "/").replace("-", "%"))
    if coded := _BASE64.fullmatch(parameter):
        letters = coded[1].replace("+", "-").replace("/", "_")
        try:
            return urlsafe_b64decode(letters + "=" * (-len(letters) % 4)).decode("ascii")
        except (binascii.Error, ValueError):
            return parameter
    return parameter

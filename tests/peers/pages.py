"""Pages of the stand-in for YouTube: what libraries read out of their scripts."""

import json
from typing import Any

Json = dict[str, Any]

SORRY = b"<!DOCTYPE html><html><body>Sorry, something went wrong.</body></html>"

#: The visitor that a page makes of whoever opens it; a later request that names it is no stranger's.
PAGE_VISITOR = "Cgtmcm9tLWEtcGFnZQ%3D%3D"

CLIENT_NUMBERS = {"WEB": 1, "WEB_EMBEDDED_PLAYER": 56}

PLAYER_SCRIPT_PATH = "/s/player/0123abcd/player_ias.vflset/en_US/base.js"


def page(initial: Json, player: Json | None = None, client_name: str = "WEB", seconds: float | None = None) -> bytes:
    """A page with its configuration, its content, and what it tells the player and, of a video, search engines."""
    client = {"clientName": client_name, "clientVersion": "2.20261101.00.00", "hl": "en", "visitorData": PAGE_VISITOR}
    configuration = {
        "INNERTUBE_CONTEXT": {"client": client},
        "INNERTUBE_CONTEXT_CLIENT_NAME": CLIENT_NUMBERS[client_name],
        "INNERTUBE_CLIENT_NAME": client_name,
        "INNERTUBE_CLIENT_VERSION": client["clientVersion"],
        "PLAYER_JS_URL": PLAYER_SCRIPT_PATH,
        "STS": 20400,
        "VISITOR_DATA": PAGE_VISITOR,
    }
    scripts = [
        f"ytcfg.set({_compact(configuration)});",
        f"var ytInitialData = {_compact(initial)};",
        *([f"var ytInitialPlayerResponse = {_compact(player)};"] if player else []),
    ]
    tags = [f"<script>{script}</script>" for script in scripts]
    source = f'<script src="{PLAYER_SCRIPT_PATH}"></script>'
    body = "" if seconds is None else _for_search_engines(seconds)
    style = "" if seconds is None else _STYLE
    return "\n".join(
        ["<!DOCTYPE html><html><head>", style, source, *tags, f"</head><body>{body}</body></html>"]
    ).encode()


#: A video's page is long before it comes to the point.
_STYLE = f"<style>{'.ytd-app{margin:0}' * 25_000}</style>"


def _compact(content: Json) -> str:
    return json.dumps(content, separators=(",", ":"))


def _for_search_engines(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return (
        '<div id="watch7-content" class="watch-main-col" itemscope itemid="" itemtype="http://schema.org/VideoObject">'
        f'<meta itemprop="duration" content="PT{minutes}M{rest}S"><meta itemprop="width" content="1280"></div>'
    )


#: A player, as far as solvers look at one: it signs nothing, and turns the riddle of an address around.
PLAYER_SCRIPT = b"""var _yt_player={};(function(g){"use strict";
var window=this;
var Address=function(url){this.fields={url:url}};
Address.prototype.set=function(name,word){this.fields[name]=word};
Address.prototype.get=function(name){return this.fields[name]};
Address.prototype.solve=function(){this.fields.n=this.fields.n.split("").reverse().join("")};
var build=function(url,name,word){url=new Address(url);url.set("alr","yes");
word&&url.set(name,decodeURIComponent(word));return url};
var settings={signatureTimestamp:20400};
})(_yt_player);
"""
RIDDLE = "abcdefgh12345678"


def solved(riddle: str) -> str:
    return riddle[::-1]

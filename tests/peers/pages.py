"""Pages of the stand-in for YouTube: what libraries read out of their scripts."""

import json
from typing import Any

Json = dict[str, Any]

SORRY = b"<!DOCTYPE html><html><body>Sorry, something went wrong.</body></html>"

#: The visitor that a page makes of whoever opens it; a later request that names it is no stranger's.
PAGE_VISITOR = "Cgtmcm9tLWEtcGFnZQ%3D%3D"

CLIENT_NUMBERS = {"WEB": 1, "WEB_EMBEDDED_PLAYER": 56}

PLAYER_SCRIPT_PATH = "/s/player/0123abcd/player_ias.vflset/en_US/base.js"


def page(initial: Json, player: Json | None = None, client_name: str = "WEB") -> bytes:
    """A page with its configuration, its content, and what it tells the player."""
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
        f"ytcfg.set({json.dumps(configuration)});",
        f"var ytInitialData = {json.dumps(initial)};",
        *([f"var ytInitialPlayerResponse = {json.dumps(player)};"] if player else []),
    ]
    tags = [f"<script>{script}</script>" for script in scripts]
    source = f'<script src="{PLAYER_SCRIPT_PATH}"></script>'
    return "\n".join(["<!DOCTYPE html><html><head>", source, *tags, "</head><body></body></html>"]).encode()


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

"""Pages of the stand-in for YouTube: the data in scripts that libraries read."""

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]

SORRY = b"<!DOCTYPE html><html><body>Sorry, something went wrong.</body></html>"

#: The visitor id of a page; a request with it belongs to a client that opened the page.
PAGE_VISITOR = "Cgtmcm9tLWEtcGFnZQ%3D%3D"

CLIENT_NUMBERS = {"WEB": 1, "WEB_EMBEDDED_PLAYER": 56}

PLAYER_SCRIPT_PATH = "/s/player/0123abcd/player_ias.vflset/en_US/base.js"


def page(initial: Json, player: Json | None = None, client_name: str = "WEB", seconds: float | None = None) -> bytes:
    """A page with its configuration, its content, data for the player, and for a video data for search engines."""
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


#: A video's page begins with much style.
_STYLE = f"<style>{'.ytd-app{margin:0}' * 25_000}</style>"


def _compact(content: Json) -> str:
    return json.dumps(content, separators=(",", ":"))


def _for_search_engines(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return (
        '<div id="watch7-content" class="watch-main-col" itemscope itemid="" itemtype="http://schema.org/VideoObject">'
        f'<meta itemprop="duration" content="PT{minutes}M{rest}S"><meta itemprop="width" content="1280"></div>'
    )


#: The parts of a player that solvers read: it signs nothing, and reverses the riddle of an address.
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


def hostile_script(marker: Path, secret: Path, port: int) -> bytes:
    """A player that answers riddles with its loot: from a program, a file, the network and Node's data.

    It escapes from its realm, as scripts in Node's `vm` can. The program would leave `marker`.
    """
    return PLAYER_SCRIPT.replace(
        b'this.fields.n=this.fields.n.split("").reverse().join("")', b"this.fields.n=loot()"
    ).replace(b"var settings", f"{loot(marker, secret, port)}var settings".encode())


def loot(marker: Path, secret: Path, port: int) -> str:
    """A function of the player that attempts all of this, and returns the results as one string."""
    return (
        'var loot=function(){var P=null;try{P=(0,eval)("process")}catch(e){}'
        'if(!P){P=window.constructor.constructor("return process")()}'
        "var got=function(try_){try{return String(try_())}catch(e){return 'refused '+(e.code||e.message)}};"
        "var of=function(name){return P.getBuiltinModule(name)};return JSON.stringify({"
        f"program:got(function(){{return of('child_process').execSync('touch {marker}; echo ran')}}),"
        f"file:got(function(){{return of('fs').readFileSync('{secret}','utf8')}}),"
        f"written:got(function(){{of('fs').writeFileSync('{marker}','x');return 'written'}}),"
        f"network:got(function(){{of('net').connect({port},'127.0.0.1').on('error',function(){{}});return 'asked'}}),"
        "knows:got(function(){return Object.keys(P.env).join(' ')})})};"
    )


def solved(riddle: str) -> str:
    return riddle[::-1]

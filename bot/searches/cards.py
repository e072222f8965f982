"""The message of a search: that it goes on, the hits, or why there are none."""

from typing import Final

from bot.cards.actions import Action, Verb
from bot.cards.cards import Button, Card
from bot.cards.headings import tidy
from bot.inert import plain
from bot.searches.search import Search, SearchStep
from bot.texts import figures, say
from jobs.youtube import Hit

TITLE: Final = 100  # characters of a hit's title
CHANNEL: Final = 40
WORDS: Final = 60  # characters of the words that were searched for
LABEL: Final = 60  # characters of a button


def search_card(search: Search, *, longest: float) -> Card:
    """The message of a search. `longest`: the longest accepted song, in seconds."""
    language, words = search.language, tidy(search.words, WORDS)
    match search.step:
        case SearchStep.LOOKING:
            stop = _button(search, say(language, "button-cancel"), "stop")
            return Card(text=say(language, "search-looking", words=words), buttons=((stop,),))
        case SearchStep.FOUND | SearchStep.TAKEN if search.hits:
            return _hits(search, words)
        case SearchStep.FOUND | SearchStep.TAKEN if search.left_out:
            limit = figures.duration(longest, language)
            return Card(text=say(language, "search-none-fits", words=words, limit=limit))
        case SearchStep.FOUND | SearchStep.TAKEN:
            return Card(text=say(language, "search-none", words=words))
        case SearchStep.FAILED:
            reason = search.failure.reason if search.failure else ""
            again = _button(search, say(language, "button-retry"), "again")
            return Card(text=say(language, "search-failed", reason=reason), buttons=((again,),))
        case SearchStep.STOPPED:
            return Card(text=say(language, "search-stopped"))


def _hits(search: Search, words: str) -> Card:
    """The hits, each with a button. The text has their whole titles, of which a phone's button shows the beginning."""
    language = search.language
    lines = [say(language, "search-found", words=words), ""]
    rows = []
    for number, hit in enumerate(search.hits, 1):
        lines.append(f"{number}. {_line(hit, language)}")
        rows.append((_button(search, _label(number, hit, language), hit.video_id),))
    none = _button(search, say(language, "button-none-of-these"), "stop")
    return Card(text="\n".join(lines), buttons=(*rows, (none,)))


def _line(hit: Hit, language: str) -> str:
    """`Elis & Tom - Águas de Março (3:33) · Elis Regina`."""
    title, channel = _title(hit), tidy(hit.channel, CHANNEL)
    if hit.called.seconds:
        title = f"{title} ({figures.duration(hit.called.seconds, language)})"
    return f"{title} · {channel}" if channel else title


def _label(number: int, hit: Hit, language: str) -> str:
    """`1 · 3:33 · Elis & Tom - Águas de Março · Elis Regina`; what is cut is in the text."""
    length = figures.duration(hit.called.seconds, language) if hit.called.seconds else ""
    whole = plain(" · ".join(filter(None, (str(number), length, _title(hit), tidy(hit.channel, CHANNEL)))))
    return whole if len(whole) <= LABEL else f"{whole[: LABEL - 1].rstrip()}…"


def _title(hit: Hit) -> str:
    return tidy(hit.title, TITLE) or f"youtu.be/{hit.video_id}"


def _button(search: Search, label: str, choice: str) -> Button:
    return Button(label=label, action=Action(verb=Verb.FOUND, target=search.id, choice=choice).text)

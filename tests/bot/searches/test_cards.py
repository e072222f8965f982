"""The message of a search, at every step, in every language."""

import pytest

from bot.cards.actions import Verb, parse_action
from bot.cards.cards import Card
from bot.searches.cards import LABEL, search_card
from bot.searches.search import MOST_HITS, Search, SearchStep, again, failed, found, id_of, late
from bot.texts import LANGUAGES, say
from jobs.failures import Failure, Reason
from tests.bot.searches.results import ALL, LONG, SONG, WORDS, hit, result

LONGEST = 1800.0
LOOKING = Search(
    id="0123456789abcdef",
    platform="test",
    chat="test:ana",
    asker="test:ana",
    address="test:ana/1",
    language="en",
    words=WORDS,
    created_at=1.0,
    asked_at=1.0,
)


def shown(search: Search) -> Card:
    return search_card(search, longest=LONGEST)


def labels(card: Card) -> list[str]:
    return [button.label for row in card.buttons for button in row]


def choices(card: Card) -> list[str]:
    actions = [parse_action(button.action) for row in card.buttons for button in row]
    assert all(action is not None and action.verb is Verb.FOUND and action.target == LOOKING.id for action in actions)
    return [action.choice for action in actions if action is not None]


def test_hits_have_title_length_and_channel_and_a_button_each() -> None:
    card = shown(found(LOOKING, result(*ALL), LONGEST))
    assert card.text.splitlines() == [
        "“elis tom águas de março”: which one?",
        "",
        "1. Elis & Tom - Águas de Março (3:33) · Elis Regina",
        "2. Banda Nova - Águas de Março (cover) (3:07) · Banda Nova",
        "3. Tom Jobim - Águas de Março · Tom Jobim - Topic",
    ]
    assert labels(card) == [
        "1 · 3:33 · Elis & Tom - Águas de Março · Elis Regina",
        "2 · 3:07 · Banda Nova - Águas de Março (cover) · Banda Nova",
        "3 · Tom Jobim - Águas de Março · Tom Jobim - Topic",
        "None of these",
    ]
    assert choices(card) == ["dQw4w9WgXcQ", "jNQXAC9IVRw", "lengthlessA", "stop"]


def test_at_most_five_are_offered() -> None:
    many = [hit(f"many{n:06d}A", f"Band - Song {n}", "Band") for n in range(12)]
    card = shown(found(LOOKING, result(LONG, *many), LONGEST))
    assert choices(card) == [*(one.video_id for one in many[:MOST_HITS]), "stop"]


def test_foreign_titles_are_short_and_inert() -> None:
    nasty = hit("aaaaaaaaaaA", "Call @somebody at https://evil.example\u202e " + "x" * 300, "\n".join("channel" * 20))
    card = shown(found(LOOKING.model_copy(update={"words": "@somebody t.me/x"}), result(nasty), LONGEST))
    assert len(card.text) < 300
    assert "@somebody" not in card.text
    assert "https://" not in card.text
    assert "t.me" not in card.text
    assert len(card.text.splitlines()) == 3
    assert max(map(len, labels(card))) <= LABEL
    assert "\u202e" not in card.text + "".join(labels(card))


def test_no_hits_and_none_that_fits_say_what_to_do() -> None:
    none = shown(found(LOOKING, result(), LONGEST))
    assert none == Card(text=say("en", "search-none", words=WORDS))
    unfit = shown(found(LOOKING, result(*(one for one in ALL if one.reason or one == LONG)), LONGEST))
    assert unfit == Card(text=say("en", "search-none-fits", words=WORDS, limit="30:00"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_failures_have_a_sentence_and_can_be_tried_again(language: str) -> None:
    reasons = (Reason.YOUTUBE_REFUSED, Reason.NETWORK, Reason.STALLED, Reason.TIMED_OUT, Reason.INTERNAL)
    spoken = LOOKING.model_copy(update={"language": language})
    cards = [shown(failed(spoken, Failure(reason=reason))) for reason in reasons]
    assert len({card.text for card in cards}) == len(reasons)
    assert {choice for card in cards for choice in choices(card)} == {"again"}
    assert shown(late(spoken)) == cards[3]
    assert shown(failed(spoken, Failure(reason=Reason.INTERRUPTED))) == cards[4]


def test_a_failed_search_tried_again_has_a_new_time() -> None:
    now = again(found(LOOKING, result(reason=Reason.NETWORK), LONGEST), 50.0)
    assert now == LOOKING.model_copy(update={"asked_at": 50.0})
    assert choices(shown(now)) == ["stop"]


def test_the_last_words_have_no_buttons() -> None:
    stopped = found(LOOKING, result(SONG), LONGEST).model_copy(update={"step": SearchStep.STOPPED})
    assert shown(stopped) == Card(text=say("en", "search-stopped"))


def test_the_same_message_is_the_same_search() -> None:
    assert id_of("test:ana", "1", "Águas  de março") == id_of("test:ana", "1", "águas de março")
    assert len({id_of(chat, message, "wave") for chat in "ab" for message in "12"}) == 4

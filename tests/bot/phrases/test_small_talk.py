"""Greetings and thanks are told from messages that ask for something."""

import pytest

from bot.phrases.small_talk import SmallTalk, small_talk


@pytest.mark.parametrize(
    "text", ["hi", "Hello!", "hey there 👋", "Olá, tudo bem?", "bom dia", "Oi", "👋", "Good morning all"]
)
def test_greetings(text: str) -> None:
    assert small_talk(text) is SmallTalk.GREETING


@pytest.mark.parametrize(
    "text", ["thanks", "Thank you so much!", "thx 🙏", "Muito obrigada!", "valeu", "ok", "👍", "hey, thanks"]
)
def test_thanks(text: str) -> None:
    assert small_talk(text) is SmallTalk.THANKS


@pytest.mark.parametrize(
    "text", ["help", "Help me!", "How does this work?", "what can you do", "Como funciona?", "O que você faz?", "ajuda"]
)
def test_questions_about_the_bot(text: str) -> None:
    assert small_talk(text) is SmallTalk.HELP


@pytest.mark.parametrize("text", ["stop", "Stop!", "please cancel", "CANCEL THIS", "Para!", "cancela tudo", "pare"])
def test_what_ends_what_is_under_way(text: str) -> None:
    assert small_talk(text) is SmallTalk.STOP


@pytest.mark.parametrize(
    "text",
    [
        "stop in the name of love", "don't stop me now", "para ti", "cancela a rua",
        "", "?", "😡", "no drums", "hello darkness my old friend", "elis tom águas de março",
        "the drummer is late again",
        "how do I get the bass", "you are the one that I want", "thanks but I want the drums", "song", "sem voz",
        "help the aged", "how does it feel", "what is love", "who are you the who",
    ],
)  # fmt: skip
def test_other_messages(text: str) -> None:
    assert small_talk(text) is None

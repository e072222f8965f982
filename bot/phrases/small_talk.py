"""Greetings, thanks, questions about the bot, and `stop`: messages that name no song, in every language. Pure."""

import re
import unicodedata
from enum import Enum, auto, unique
from typing import Final


@unique
class SmallTalk(Enum):
    """The kind of a message that asks for no song."""

    GREETING = auto()
    THANKS = auto()
    HELP = auto()
    STOP = auto()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GREETINGS: Final = _words(
    "hi hello hey heya hiya yo sup howdy morning evening oi ola opa salve eae "
    "bom boa dia tarde noite good afternoon night test teste"
)
_THANKS: Final = _words(
    "thanks thank thx thanx ty tysm cheers perfect great awesome amazing nice cool wow lovely "
    "obrigado obrigada obg brigado brigada valeu vlw show perfeito otimo legal massa top ok okay blz beleza"
)
#: Whole messages that ask what the bot does.
_QUESTIONS: Final = frozenset(
    {
        "help", "help me", "help please", "please help", "how does this work", "how does it work", "how do you work",
        "what is this", "what are you", "who are you", "what can you do", "what do you do", "what can i do",
        "what do i do", "what should i send", "what can i send", "how do i use this", "how do i use you",
        "ajuda", "me ajuda", "socorro", "como funciona", "como isso funciona", "como voce funciona", "como usa",
        "como uso", "como eu uso", "como eu uso isso", "como te uso", "o que e isso", "quem e voce", "o que voce faz",
        "o que vc faz", "o que eu faco", "o que eu mando", "o que posso mandar", "pra que serve", "para que serve",
    }
)  # fmt: skip
#: Whole messages that end what is under way.
_STOPS: Final = frozenset(
    {
        "stop", "stop please", "please stop", "stop it", "stop that", "stop this", "cancel", "cancel please",
        "please cancel", "cancel it", "cancel that", "cancel this", "cancel everything", "cancel all", "abort",
        "pare", "para", "para por favor", "pare por favor", "cancela", "cancelar", "cancele", "cancela por favor",
        "cancela isso", "cancela tudo", "para tudo", "para com isso",
    }
)  # fmt: skip
#: Words that may stand beside them, and alone say nothing.
_AROUND: Final = _words(
    "you u so very much a lot bot there everyone all man mate bro dude for the that this it is was works "
    "how are doing whats up tudo bem td e ai como vai voce vc muito mesmo cara pela pelo ajuda por isso tu de nada "
    "one again help song songs stems"
)
_MOST: Final = 8  # words; a longer message says something


def small_talk(text: str) -> SmallTalk | None:
    """The kind of a message that greets, thanks, asks about the bot or stops it, and no more; None for any other.
    Pictographs count for nothing: 👋 and 👍 alone are a greeting and thanks.
    """
    bare = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign) and sign not in "'’")
    words = re.findall(r"\w+", bare)
    if len(words) > _MOST:
        return None
    if not words:
        if "👋" in text:
            return SmallTalk.GREETING
        return SmallTalk.THANKS if any(sign in text for sign in "👍❤🙏🙌🔥😍🎉") else None
    if " ".join(words) in _QUESTIONS:
        return SmallTalk.HELP
    if " ".join(words) in _STOPS:
        return SmallTalk.STOP
    if not all(word in _GREETINGS | _THANKS | _AROUND for word in words):
        return None
    if any(word in _THANKS for word in words):
        return SmallTalk.THANKS
    return SmallTalk.GREETING if any(word in _GREETINGS for word in words) or "tudo bem" in bare else None

"""How much we take: the largest file, and what a person is told when there is no room."""

from typing import Final

from bot.texts import Language, figures, say, sentence
from jobs.queue.quotas import OverQuota, TooManyOpen
from jobs.settings import Settings

#: The sentence for each kind of limit.
_TOO_MANY: Final = {"person": "too-many-open", "chat": "too-many-open-here", "all": "too-many-open-anywhere"}


def upload_limit(settings: Settings, fetch_bytes: int) -> int:
    """Bytes of the largest file that we take from a person. `fetch_bytes`: what the platform lets us fetch."""
    return min(fetch_bytes, int(settings.max_upload_mb * 1e6))


def upload_limit_in_words(settings: Settings, fetch_bytes: int, language: Language) -> str:
    """The same as a person knows it: a platform's own 20 MB are binary ones, and still called 20 MB."""
    limit = upload_limit(settings, fetch_bytes)
    return figures.size(limit / 1.048576 if limit == fetch_bytes else limit, language)


def refusal(why: TooManyOpen | OverQuota, language: Language) -> str:
    """What somebody is told who asks for more than there is room for."""
    said = why_not_now(why, language)
    return f"{said} {say(language, 'too-many-open-again')}" if isinstance(why, TooManyOpen) else said


def why_not_now(why: TooManyOpen | OverQuota, language: Language) -> str:
    """The same, without what to do next."""
    match why:
        case TooManyOpen():
            return say(language, _TOO_MANY[why.whose], limit=why.limit)
        case OverQuota():
            return sentence(why.failure, language)

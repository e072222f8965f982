"""The largest accepted file, and the sentences on a refused request."""

from typing import Final

from bot.texts import Language, figures, say, sentence
from jobs.queue.quotas import OverQuota, TooManyOpen
from jobs.settings import Settings

#: The sentence for each kind of limit.
_TOO_MANY: Final = {"person": "too-many-open", "chat": "too-many-open-here", "all": "too-many-open-anywhere"}


def upload_limit(settings: Settings, fetch_bytes: int) -> int:
    """The largest accepted file, in bytes. `fetch_bytes`: the platform's limit for a fetch."""
    return min(fetch_bytes, int(settings.max_upload_mb * 1e6))


def upload_limit_in_words(settings: Settings, fetch_bytes: int, language: Language) -> str:
    """The same in words. A platform's limit of 20 MiB is shown as its documentation writes it: 20 MB."""
    limit = upload_limit(settings, fetch_bytes)
    return figures.size(limit / 1.048576 if limit == fetch_bytes else limit, language)


def refusal(why: TooManyOpen | OverQuota, language: Language) -> str:
    """The sentence on a refused request, with advice."""
    said = why_not_now(why, language)
    return f"{said} {say(language, 'too-many-open-again')}" if isinstance(why, TooManyOpen) else said


def why_not_now(why: TooManyOpen | OverQuota, language: Language) -> str:
    """The same, without the advice."""
    match why:
        case TooManyOpen():
            return say(language, _TOO_MANY[why.whose], limit=why.limit)
        case OverQuota():
            return sentence(why.failure, language)

"""Sentences of failures in the terminal's own words: they never ask to send something."""

from bot import texts
from jobs.failures import Failure


def failure_sentence(failure: Failure, language: str) -> str:
    """A failure as a sentence for a person at a terminal, who types a model by its `name`."""
    name = str(failure.values.get("model", ""))
    message = f"terminal-failure-{failure.reason.replace('_', '-')}"
    try:
        return texts.say(language, message, **texts.spoken(failure.values, language), name=name)
    except LookupError:
        pass
    try:
        return texts.say(language, f"{message}.plain")
    except LookupError:
        return texts.sentence(failure, language)

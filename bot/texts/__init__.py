"""Every sentence a person reads, by language: `en.ftl` and `pt-BR.ftl`, in Project Fluent's format.

Sentences are plain text, sent without any markup, so that a title full of `<b>&_*[` arrives as it is.
To add one: the same id with the same parameters in every file, and `say(language, "the-id", …)` where it is needed.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from fluent.runtime import FluentBundle, FluentResource

from bot.texts import figures
from jobs.failures import Failure
from jobs.music.separation_models import MODELS

Language = Literal["en", "pt-BR"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "pt-BR")

_ID: Final = re.compile(r"^([a-z][a-z0-9-]*) *=", re.MULTILINE)

_PARAMETER: Final = re.compile(r"\$([a-z_]+)")


def negotiate(code: str | None) -> Language:
    """The language for a platform's or system's code: `pt`, `pt-br`, `pt_BR.UTF-8` → pt-BR; else English."""
    primary = (code or "").strip().lower().replace("_", "-").partition("-")[0]
    return "pt-BR" if primary == "pt" else "en"


def say(language: str, message: str, /, **parameters: str | int | float) -> str:
    """The sentence `message` in `language` (any code, negotiated).

    Numbers decide plurals and are grouped as the language does; what is no quantity (an id) is given as text.
    Raises `LookupError` for an unknown sentence or a missing parameter: both are bugs, found by the tests.
    """
    bundle = _bundle(negotiate(language))
    name, _, attribute = message.partition(".")
    if not bundle.has_message(name):
        source = _sources(negotiate(language)).get(name)
        if source is None:
            raise LookupError(f"no sentence {message!r}")
        bundle.add_resource(FluentResource(source))
    found = bundle.get_message(name)
    pattern = found.attributes.get(attribute) if attribute else found.value
    if pattern is None:
        raise LookupError(f"no sentence {message!r}")
    text, errors = bundle.format_pattern(pattern, dict(parameters))
    if errors:
        raise LookupError(f"sentence {message!r}: {errors[0]}")
    return str(text)


def texts_of(language: str, prefix: str) -> dict[str, str]:
    """Every sentence whose id begins with `prefix`. A parameter stands in it as `{name}`: it is no quantity."""
    found = {name: source for name, source in _sources(negotiate(language)).items() if name.startswith(prefix)}
    given = {name: {one: f"{{{one}}}" for one in _PARAMETER.findall(source)} for name, source in found.items()}
    return {name: say(language, name, **given[name]) for name in found}


def sentence(failure: Failure, language: str) -> str:
    """A failure as a sentence for a person, with advice. Total: every failure has one.

    If a value of the sentence is missing, its short form (`.plain`) is used, without figures.
    """
    message = f"failure-{failure.reason.replace('_', '-')}"
    form = f"{message}.weighted" if "weight" in failure.values else message
    try:
        return say(language, form, **spoken(failure.values, language))
    except LookupError:
        return say(language, f"{message}.plain")


def model_title(model: str, language: str) -> str:
    """A model for people: `HTDemucs (6 stems)`; its name as it is where this version does not know it."""
    if model not in MODELS:
        return model
    info = MODELS[model]
    stems = say(language, "settings-stems-button", stems=len(info.stems))
    return f"{info.title} ({stems})" if info.title else stems


def spoken(values: Mapping[str, float | str], language: str) -> dict[str, str]:
    """Values as people read them, told by their names: …`seconds` is a length (`wait_seconds` a wait), …`bytes` a size,
    `model` the name of a model.
    """
    return {name: _figure(name, value, negotiate(language)) for name, value in values.items()}


def _figure(name: str, value: float | str, language: Language) -> str:
    if isinstance(value, str):
        return model_title(value, language) if name == "model" else value
    if name == "decibels":
        return figures.decibels(value, language)
    if name == "wait_seconds":
        return figures.wait(value, language)
    if name.endswith("seconds"):
        return figures.duration(value, language)
    if name.endswith("bytes"):
        return figures.size(value, language)
    return f"{value:g}"


@cache
def _bundle(language: Language) -> FluentBundle:
    """The sentences that were said before. Each is parsed when it is first said: all of them take 0.1 s."""
    return FluentBundle([language], use_isolating=False)


@cache
def _sources(language: Language) -> dict[str, str]:
    """The source of each sentence: from its id to the next one. No sentence refers to another."""
    source = files(__name__).joinpath(f"{language}.ftl").read_text(encoding="utf-8")
    starts = list(_ID.finditer(source))
    ends = [*(start.start() for start in starts[1:]), len(source)]
    return {start[1]: source[start.start() : end] for start, end in zip(starts, ends, strict=True)}

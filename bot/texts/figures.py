"""Lengths, sizes and waits as a person reads them. Any number gives an answer."""

from datetime import datetime
from math import isfinite

from babel.dates import format_datetime
from babel.numbers import format_decimal

_UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))


def _whole(number: float, most: float = 1e9) -> int:
    return round(min(max(number, 0.0), most)) if isfinite(number) else 0


def duration(seconds: float, language: str) -> str:  # noqa: ARG001 - a figure is asked for in a language
    """How long a song is: `3:45`, or `1 h 02 min` from an hour on. Alike in both languages, as players show it."""
    whole = _whole(seconds)
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02}"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def wait(seconds: float, language: str) -> str:
    """How long something takes: `5 s`, `1 min 40 s`, `12 min`, `1 h 02 min`; rounded as an estimate."""
    whole = _whole(seconds)
    if whole < 60:
        rounded = max(5, 5 * round(whole / 5))
    elif whole < 600:
        rounded = 10 * round(whole / 10)
    else:
        rounded = 60 * round(whole / 60)
    return took(rounded, language)


def took(seconds: float, language: str) -> str:  # noqa: ARG001 - a figure is asked for in a language
    """How long something took, to the second below ten minutes: `7 s`, `1 min 41 s`, `12 min`."""
    whole = _whole(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    if whole < 3600:
        return f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def moment(when: datetime, language: str) -> str:
    """A day and a time of day on this machine's clock: `27 Nov 21:40`, in Portuguese `27 nov. 21:40`."""
    return format_datetime(when.astimezone(), "d MMM HH:mm", locale=language.replace("-", "_"))


def size(bytes_: float, language: str) -> str:
    """`48.3 MB`, in Portuguese `48,3 MB`: decimal units, one decimal below a hundred."""
    number = min(float(bytes_), 1e18) if isfinite(bytes_) and bytes_ > 0 else 0.0
    # One byte short of a unit reads better as that unit than as 1,000.0 of the smaller one.
    unit, factor = next(((unit, factor) for unit, factor in _UNITS if number >= factor * 0.99995), ("B", 1.0))
    pattern = "#,##0.#" if unit != "B" and number / factor < 99.95 else "#,##0"
    return f"{format_decimal(number / factor, pattern, locale=language.replace('-', '_'))} {unit}"


def decibels(value: float, language: str) -> str:
    """A change of level, always with its sign: `+6.3 dB`, in Portuguese `+6,3 dB`."""
    number = round(min(max(value, -1e3), 1e3), 1) if isfinite(value) else 0.0
    sign = "−" if number < 0 else "+"
    return f"{sign}{format_decimal(abs(number), '0.0', locale=language.replace('-', '_'))} dB"


def shift(seconds: float, language: str) -> str:
    """A shift of sound in time: `23 ms`, or `1.5 s` from a second on, in Portuguese `1,5 s`."""
    number = min(max(seconds, 0.0), 1e9) if isfinite(seconds) else 0.0
    if number < 0.9995:
        return f"{round(number * 1000)} ms"
    return f"{format_decimal(number, '#,##0.##', locale=language.replace('-', '_'))} s"

"""Templates of `--name`: `{artist} - {title}/{stem}` to a path of safe components within the output folder. Pure."""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from string import Formatter
from typing import Final, NamedTuple

from bot import texts
from jobs.filenames import NAMELESS, one_line, safe_name

EXAMPLE: Final = "{artist} - {title}/{stem}"
FIELDS: Final = ("artist", "title", "stem", "model", "format", "file")
LONGEST: Final = 120  # bytes of a component, without extension
_SHORTEST: Final = 10  # bytes that are left of a long value
_CUT: Final = ("artist", "title", "file")  # values that are cut in a component that is too long
_EMPTY: Final = "\0"  # in place of an empty value
_SEPARATORS: Final = r"[-–—_,·.]*"


class TemplateError(ValueError):
    """A template is wrong. The message is a sentence for a person."""


class Template(NamedTuple):
    """A checked template. `components`: of the path, each a sequence of literal text and a field, '' for none."""

    text: str
    components: tuple[tuple[tuple[str, str], ...], ...]

    def has(self, field: str) -> bool:
        return any(name == field for component in self.components for _, name in component)

    def path(self, values: Mapping[str, str], number: int = 1) -> PurePosixPath:
        """The path for these values of `FIELDS`, without an extension. Every component is safe on every disk.

        An empty value goes with the separators and brackets around it. `number`: from 2 on, it is added to the title,
        or to the file's name where the template has no title.
        """
        added = f" {number}" if number > 1 else ""
        last = len(self.components) - 1
        titled = self.has("title")
        return PurePosixPath(
            *(
                _component(parts, values, added if titled or place == last else "", titled)
                for place, parts in enumerate(self.components)
            )
        )


def parse_name(text: str, language: str) -> Template:
    """The template that a text means. Raises `TemplateError`."""
    components = []
    for component in text.split("/"):
        if component.strip() in ("", ".", "..") or "\\" in component:
            raise TemplateError(texts.say(language, "terminal-name-part", example=EXAMPLE))
        try:
            parts = list(Formatter().parse(component))
        except ValueError:
            raise TemplateError(texts.say(language, "terminal-name-braces", example=EXAMPLE)) from None
        for _, field, form, conversion in parts:
            if field is not None and (field not in FIELDS or form or conversion):
                named = f"{{{field}{'!' + conversion if conversion else ''}{':' + form if form else ''}}}"
                known = ", ".join(f"{{{name}}}" for name in FIELDS)
                raise TemplateError(texts.say(language, "terminal-name-field", field=named, fields=known))
        components.append(tuple((literal, field or "") for literal, field, _, _ in parts))
    return Template(text, tuple(components))


def _component(parts: Sequence[tuple[str, str]], values: Mapping[str, str], added: str, titled: bool) -> str:
    for most in range(LONGEST, _SHORTEST - 1, -_SHORTEST):
        name = _filled(parts, values, added if titled else "", most) + ("" if titled else added)
        if len(name.encode()) <= LONGEST:
            break
    return safe_name(name, LONGEST)


def _filled(parts: Sequence[tuple[str, str]], values: Mapping[str, str], added: str, most: int) -> str:
    written = ""
    for literal, field in parts:
        written += re.sub(r"\s+", " ", literal)
        if field:
            value = one_line(values[field])
            value = safe_name(value, most) if field in _CUT and value else value
            written += (value + (added if field == "title" else "")) or _EMPTY
    return _without_empty(written).strip() or NAMELESS


def _without_empty(written: str) -> str:
    written = re.sub(rf"[(\[]\s*{_EMPTY}\s*[)\]]", _EMPTY, written)
    written = re.sub(rf"\s*{_SEPARATORS}\s*{_EMPTY}$", "", written)
    return re.sub(rf"{_EMPTY}\s*{_SEPARATORS}\s*", "", written)

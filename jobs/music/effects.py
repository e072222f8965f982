"""Effects: what is done to a content before it is encoded, for practice."""

from typing import Annotated, Final, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from jobs.values import Value

#: How a click is heard with the music: over it, or alone on the left with the music on the right.
ClickUse = Literal["mixed", "stage"]

#: The fields of version 0.1.0's successors that came with the first effects; later ones are left out at their defaults,
#: so that the keys of stored renditions stay.
_FIRST: Final = ("tempo", "key")


class Effect(Value):
    """A treatment of a content's files.

    `tempo`: percent of the song's. `key`: semitones; drums keep their pitch. `click`: with clicks on the song's beats.
    `count_in`: bars that are counted before the music.
    """

    tempo: Annotated[int, Field(ge=50, le=120)] = 100
    key: Annotated[int, Field(ge=-12, le=12)] = 0
    click: ClickUse | None = None
    count_in: Annotated[int, Field(ge=0, le=2)] = 0

    @property
    def label(self) -> str:
        """For people, in file names, in English: `80 %, +2, click, count-in 1`."""
        parts = (
            f"{self.tempo} %" if self.tempo != 100 else "",
            signed(self.key),
            {"mixed": "click", "stage": "click left"}[self.click] if self.click else "",
            f"count-in {self.count_in}" if self.count_in else "",
        )
        return ", ".join(part for part in parts if part)

    @property
    def is_stretched(self) -> bool:
        """Whether it changes tempo or key."""
        return self.tempo != 100 or self.key != 0

    @property
    def needs_beats(self) -> bool:
        """Whether the beats of the song have to be known."""
        return self.click is not None or self.count_in > 0

    @property
    def changes_length(self) -> bool:
        """Whether a file's length is more than the song's at the tempo: only its maker knows it then."""
        return self.count_in > 0

    def seconds(self, song: float) -> float:
        """The length of a song of that many seconds, treated, without a count-in."""
        return song * 100 / self.tempo

    @model_serializer(mode="wrap")
    def _as_it_was(self, dump: SerializerFunctionWrapHandler) -> dict[str, object]:
        fields: dict[str, object] = dump(self)
        return {name: value for name, value in fields.items() if name in _FIRST or value}


def signed(number: float) -> str:
    """A number with its sign, for people, with a true minus; empty for zero."""
    return f"{number:+g}".replace("-", "\N{MINUS SIGN}") if number else ""


PLAIN: Final = Effect()

"""Effects: what is done to a content before it is encoded, for practice."""

from typing import Annotated, Final, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from jobs.music.passages import Passage
from jobs.values import Value

#: How a click is heard with the music: over it, or alone on the left with the music on the right.
ClickUse = Literal["mixed", "stage"]

#: The fields of version 0.1.0's successors that came with the first effects; later ones are left out at their defaults,
#: so that the keys of stored renditions stay.
_FIRST: Final = ("tempo", "key")


class Effect(Value):
    """A treatment of a content's files.

    `tempo`: percent of the song's. `key`: semitones; drums keep their pitch. `click`: with clicks on the song's beats.
    `count_in`: bars that are counted before the music. `passage`: instead of the whole song.
    """

    tempo: Annotated[int, Field(ge=50, le=120)] = 100
    key: Annotated[int, Field(ge=-12, le=12)] = 0
    click: ClickUse | None = None
    count_in: Annotated[int, Field(ge=0, le=2)] = 0
    passage: Passage | None = None

    @property
    def label(self) -> str:
        """For people, in file names, in English: `80 %, +2, click, count-in 1`."""
        parts = (
            self.tempo_label,
            signed(self.key),
            {"mixed": "click", "stage": "click left"}[self.click] if self.click else "",
            f"count-in {self.count_in}" if self.count_in else "",
            self.passage.label if self.passage else "",
        )
        return ", ".join(part for part in parts if part)

    @property
    def tempo_label(self) -> str:
        """`80 %`, in a drill `70-100 %`; empty at the song's own tempo."""
        first = self.tempi[0]
        return f"{first}-{self.tempo} %" if first != self.tempo else f"{self.tempo} %" if self.tempo != 100 else ""

    @property
    def tempi(self) -> tuple[int, ...]:
        """The tempi that are heard one after the other, in percent."""
        return self.passage.tempi(self.tempo) if self.passage else (self.tempo,)

    @property
    def bars_before(self) -> int:
        """Bars of count-in, before each tempo of a drill at least one."""
        return max(self.count_in, 1) if len(self.tempi) > 1 else self.count_in

    @property
    def is_stretched(self) -> bool:
        """Whether it changes tempo or key."""
        return self.tempi != (100,) or self.key != 0

    @property
    def needs_beats(self) -> bool:
        """Whether the beats of the song have to be known."""
        in_bars = self.passage is not None and self.passage.unit == "bars"
        return self.click is not None or self.bars_before > 0 or in_bars

    @property
    def changes_length(self) -> bool:
        """Whether a file's length is more than the song's at the tempo: only its maker knows it then."""
        return self.count_in > 0 or self.passage is not None

    def seconds(self, song: float) -> float:
        """The length of a song of that many seconds, treated, without a count-in; of a passage, about."""
        if self.passage:
            return self.passage.seconds(self.tempo)
        return song * 100 / self.tempo

    @model_serializer(mode="wrap")
    def _as_it_was(self, dump: SerializerFunctionWrapHandler) -> dict[str, object]:
        fields: dict[str, object] = dump(self)
        return {name: value for name, value in fields.items() if name in _FIRST or value}


def signed(number: float) -> str:
    """A number with its sign, for people, with a true minus; empty for zero."""
    return f"{number:+g}".replace("-", "\N{MINUS SIGN}") if number else ""


PLAIN: Final = Effect()

"""Contents: what of a song is delivered. Each lists its files, for the stems of a track."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import AfterValidator, Field, model_validator

from jobs.music.effects import signed
from jobs.music.stems import Stem
from jobs.values import Value


class ContentFile(NamedTuple):
    """One file of a content: `name` in the store, without extension, and `heard`, what is in it, for people.

    `levels`: the stems added up in it, and the gain of each in dB. `stem`: its one stem, None for a mix. `extension`:
    of a file that is no sound; empty for sound, which has that of its encoding. `of_beats`: it is made of beats.
    """

    name: str
    heard: str
    levels: Mapping[Stem, float]
    stem: Stem | None = None
    extension: str = ""
    of_beats: bool = False


class Stems(Value):
    """Every stem of the track, each in a file."""

    kind: Literal["stems"] = "stems"

    def files(self, stems: Sequence[Stem]) -> tuple[ContentFile, ...]:
        """The files for a track of these `stems`."""
        return tuple(ContentFile(stem, stem, {stem: 0.0}, stem) for stem in stems)


Decibels = Annotated[float, Field(ge=-40, le=12), AfterValidator(lambda level: round(level, 1))]


class Mix(Value):
    """The sum of some stems, in one file. `levels`: the gain of each of them in dB; empty for none."""

    kind: Literal["mix"] = "mix"
    stems: Annotated[tuple[Stem, ...], Field(min_length=1, max_length=len(Stem))]
    levels: tuple[Decibels, ...] = ()

    @model_validator(mode="after")
    def _has_a_level_for_each(self) -> "Mix":
        if self.levels and len(self.levels) != len(self.stems):
            raise ValueError(f"{len(self.levels)} levels for {len(self.stems)} stems")
        return self

    @model_validator(mode="before")
    @classmethod
    def _without_zeros(cls, data: object) -> object:
        """Levels of zero are no levels, so that equal mixes are equal values."""
        if isinstance(data, dict) and not any(data.get("levels") or ()):
            return {**data, "levels": ()}
        return data

    @property
    def level(self) -> dict[Stem, float]:
        """The gain of each stem in dB."""
        return dict(zip(self.stems, self.levels or (0.0,) * len(self.stems), strict=True))

    def files(self, stems: Sequence[Stem]) -> tuple[ContentFile, ...]:
        """The one file, for a track of these `stems`."""
        return (ContentFile("mix", self._heard(stems), self.level),)

    def _heard(self, stems: Sequence[Stem]) -> str:
        """`no drums` if one stem is missing, else `vocals + bass`, or `song`; levels follow their stems."""
        level = self.level
        moved = [f"{stem} {signed(level[stem])}" for stem in stems if level.get(stem)]
        missing = [stem for stem in stems if stem not in self.stems]
        if not missing:
            return ", ".join(moved) or "song"
        if len(missing) == 1 and missing != [Stem.ACCOMPANIMENT]:  # the vocals: not `no accompaniment`
            return ", ".join([f"no {missing[0]}", *moved])
        return " + ".join(f"{stem} {signed(level[stem])}".strip() for stem in stems if stem in self.stems)


class Click(Value):
    """A click on every beat of the song, bars accented, as long as the song."""

    kind: Literal["click"] = "click"

    def files(self, _: Sequence[Stem]) -> tuple[ContentFile, ...]:
        """The one file; it has no stems."""
        return (ContentFile("click", "click", {}),)


class Chart(Value):
    """The chords of the song, bar by bar: a picture, and text in ChordPro."""

    kind: Literal["chart"] = "chart"

    def files(self, _: Sequence[Stem]) -> tuple[ContentFile, ...]:
        """Both files; they have no sound."""
        return (
            ContentFile("chart", "chords", {}, extension="png"),
            ContentFile("chords", "chords", {}, extension="cho"),
        )


class Notes(Value):
    """The notes of bass and voice as MIDI, with the song's tempo map."""

    kind: Literal["notes"] = "notes"

    def files(self, _: Sequence[Stem]) -> tuple[ContentFile, ...]:
        """The one file; it has no sound."""
        return (ContentFile("notes", "bass and voice", {}, extension="mid"),)


class Session(Value):
    """For a DAW: every stem and a click, equally long, the tempo map as MIDI, and a Reaper project. Always packed."""

    kind: Literal["session"] = "session"

    def files(self, stems: Sequence[Stem]) -> tuple[ContentFile, ...]:
        """The files for a track of these `stems`. Those `of_beats` are left out where no beats are known."""
        return (
            *(ContentFile(stem, stem, {stem: 0.0}, stem) for stem in stems),
            ContentFile("click", "click", {}, of_beats=True),
            ContentFile("tempo", "tempo map", {}, extension="mid", of_beats=True),
            ContentFile("song", "song", {}, extension="rpp"),
        )


#: The name of a deck's stem file in the store, without extension.
STEM_FILE: Final = "deck"


class Deck(Value):
    """For a DJ: the voice and everything else, named with key and tempo; and with four stems or more, a stem file for
    programs that mix stems (Traktor, Mixxx)."""

    kind: Literal["deck"] = "deck"

    def files(self, stems: Sequence[Stem]) -> tuple[ContentFile, ...]:
        """The files for a track of these `stems`."""
        files = (
            ContentFile("acapella", "acapella", {stem: 0.0 for stem in stems if stem is Stem.VOCALS}),
            ContentFile("instrumental", "instrumental", {stem: 0.0 for stem in stems if stem is not Stem.VOCALS}),
        )
        if not {Stem.DRUMS, Stem.BASS, Stem.OTHER, Stem.VOCALS} <= set(stems):
            return files
        return (*files, ContentFile(STEM_FILE, "stems", {}, extension="mp4"))


class Player(Value):
    """One HTML page that plays every stem of the track. `language`: of its sentences; empty for the browser's."""

    kind: Literal["player"] = "player"
    language: Annotated[str, Field(pattern=r"^([a-z]{2,3}(-[A-Z]{2})?)?$")] = ""

    def files(self, _: Sequence[Stem]) -> tuple[ContentFile, ...]:
        """The page; it is made of stems that it has itself."""
        return (ContentFile("player", "player", {}, extension="html"),)


AnyContent = Stems | Mix | Click | Chart | Notes | Session | Deck | Player
Content = Annotated[AnyContent, Field(discriminator="kind")]

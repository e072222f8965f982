"""Puts the player's page together: sources, sentences, and stems in slices."""

import base64
import hashlib
import json
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from threading import Lock
from typing import Final

import numpy as np

from jobs.filenames import NAMELESS, one_line
from jobs.models import Effect, Stem
from jobs.music.analysis import Analysis, Key
from jobs.music.effects import PLAIN
from jobs.music.stems import STEM_INFO
from jobs.results import SAMPLE_RATE, Tags
from worker.audio.lame import DELAY, FRAME
from worker.rendering.player.coding import SLICE_FRAMES, Coded, code, lead_of, slices
from worker.rendering.sums import Tell

#: In the order in which they need each other.
_MODULES: Final = (
    "mixer.js",
    "song.js",
    "decoder.js",
    "sound.js",
    "transport.js",
    "words.js",
    "waveform.js",
    "controls.js",
    "main.js",
)
_WORKLET: Final = ("mixer.js", "processor.js")
_STRETCH: Final = "signalsmith_stretch"


@dataclass(frozen=True)
class Song:
    """What a page plays. `stems`: stored files, in the order of display. `effect`: tempo and key at the start.
    `language`: of the person, empty for that of the browser.
    """

    tags: Tags
    stems: Sequence[tuple[Stem, Path]]
    effect: Effect = PLAIN
    analysis: Analysis | None = None
    language: str = ""


def write_page(path: Path, song: Song, kbps: int, threads: int, tell: Tell) -> None:
    """Writes the page of a song, with stems of `kbps` kbit/s each. The file is complete or absent.

    Raises as `worker.rendering.mixing.sum_of`.
    """
    unfinished = path.with_name(path.name + ".part")
    with tempfile.TemporaryDirectory(prefix=".player-", dir=path.parent) as scratch:
        coded = _code(song, kbps, threads, Path(scratch), tell)
        try:
            with unfinished.open("wb") as file:
                file.write(_head(song, coded, kbps))
                for number in range(slices(coded[0].samples)):
                    for stem, one in enumerate(coded):
                        sound = base64.b64encode(one.slice(number, lead_of(kbps)))
                        file.write(b'<script type="text/plain" id="s%d-%d">%b</script>\n' % (number, stem, sound))
                file.write(b"</body>\n</html>\n")
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise


def page_bytes(stems: int, seconds: float, kbps: int) -> float:
    """An upper estimate of a page's size. Deflated, its sound is 3/4 of that."""
    lead = lead_of(kbps) + 3
    sound = stems * (seconds + 0.2) * kbps * 125 * (SLICE_FRAMES + lead) / SLICE_FRAMES
    return sound * 4 / 3 + 300_000 + stems * slices(round(seconds * SAMPLE_RATE)) * 50


def texts() -> dict[str, dict[str, str]]:
    """The page's sentences by language."""
    folder = files(__package__) / "texts"
    return {
        entry.name.removesuffix(".json"): json.loads(entry.read_text("utf-8"))
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
    }


def _code(song: Song, kbps: int, threads: int, scratch: Path, tell: Tell) -> list[Coded]:
    done = dict.fromkeys((stem for stem, _ in song.stems), 0.0)
    lock = Lock()

    def one(stem: Stem, source: Path) -> Coded:
        def told(fraction: float) -> None:
            with lock:
                done[stem] = fraction
                tell(0.95 * sum(done.values()) / len(done))

        return code(stem, source, scratch / f"{stem}.mp3", kbps, told)

    with ThreadPoolExecutor(threads, thread_name_prefix="player") as pool:
        return list(pool.map(lambda stem: one(*stem), song.stems))


def _head(song: Song, coded: Sequence[Coded], kbps: int) -> bytes:
    """The page up to its sound."""
    script, style, stretch = _joined(_MODULES), _source("style.css"), _stretch()
    title, artist = one_line(song.tags.title) or NAMELESS, one_line(song.tags.artist)
    said = texts()
    page = Template(_source("page.html")).substitute(
        language=escape(song.language or "en"),
        policy=escape(_policy([script, stretch], style)),
        title=escape(f"{artist} – {title}" if artist else title),
        heading=escape(title),
        artist=escape(artist),
        style=style,
        without_scripts=_without_scripts(said),
        song=_json(_data(song, coded, kbps, said)),
        worklet=_joined(_WORKLET),
        stretch=stretch,
        script=script,
    )
    return page.encode("utf-8", errors="replace")


def _data(song: Song, coded: Sequence[Coded], kbps: int, said: Mapping[str, object]) -> dict[str, object]:
    loudest = max(float(one.waveform.max(initial=0.0)) for one in coded) or 1.0
    return {
        "title": one_line(song.tags.title) or NAMELESS,
        "artist": one_line(song.tags.artist),
        "language": song.language,
        "samples": coded[0].samples,
        "rate": SAMPLE_RATE,
        "frame": FRAME,
        "delay": DELAY,
        "slice": SLICE_FRAMES * FRAME,
        "lead": lead_of(kbps),
        "tempo": song.effect.tempo,
        "key": song.effect.key,
        "stems": [
            {
                "name": stem.value,
                "colour": f"rgb({', '.join(map(str, STEM_INFO[stem].colour))})",
                "peaks": base64.b64encode(np.round(one.waveform / loudest * 255).astype(np.uint8).tobytes()).decode(),
            }
            for (stem, _), one in zip(song.stems, coded, strict=True)
        ],
        "analysis": _found(song.analysis) if song.analysis else None,
        "texts": said,
    }


def _found(analysis: Analysis) -> dict[str, object]:
    """What the page shows of an analysis. `names`: of pitch classes, for each number of semitones up."""
    key = analysis.key or Key(tonic=0)
    return {
        "bpm": analysis.bpm,
        "metre": analysis.metre,
        "beats": analysis.beats,
        "downbeats": analysis.downbeats,
        "chords": [chord.model_dump(mode="json") for chord in analysis.chords],
        "names": [_moved_names(key, semitones) for semitones in range(12)],
    }


def _moved_names(key: Key, semitones: int) -> list[str]:
    """The names of a song's pitch classes when it is heard higher by `semitones`."""
    names = key.moved(semitones).names
    return [names[(pitch + semitones) % 12] for pitch in range(12)]


def _without_scripts(said: Mapping[str, Mapping[str, str]]) -> str:
    """What to do where no script runs, and so none can choose the language."""
    return "".join(
        f'<p lang="{escape(language)}">{escape(sentences["without-scripts"])}</p>'
        for language, sentences in said.items()
    )


def _json(data: object) -> str:
    """JSON that cannot end its script element, nor begin a comment."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _policy(scripts: Iterable[str], style: str) -> str:
    """The page's Content Security Policy: these scripts, worklets that they make, and no request to anywhere."""
    ours = " ".join(_hash(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {ours} 'wasm-unsafe-eval' data:; style-src {_hash(style)}; connect-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _joined(modules: Sequence[str]) -> str:
    """Modules as one classic script: pages from disk may not import modules."""
    return '(() => {\n"use strict";\n' + "\n".join(_plain(_source(name)) for name in modules) + "})();\n"


def _plain(module: str) -> str:
    """A module without its imports and exports, which stand on lines of their own."""
    return re.sub(r"^export ", "", re.sub(r"^import .*\n", "", module, flags=re.M), flags=re.M)


@cache
def _stretch() -> str:
    """The library for tempo and pitch, with its licence."""
    return f"/*!\n{_held('LICENSE', _STRETCH)}*/\n{_held('SignalsmithStretch.js', _STRETCH)}"


def _source(name: str) -> str:
    return _held(name, "page")


@cache
def _held(name: str, folder: str) -> str:
    text = (files(__package__) / folder / name).read_text("utf-8")
    if name.endswith(".js") and re.search(r"</script|<!--", text, re.I):
        raise ValueError(f"{name} would end the page's script element")
    return text

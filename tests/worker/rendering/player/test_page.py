"""The player's page as text: its slices, its data, its policy, and what it makes of hostile titles."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray

from bot.texts import LANGUAGES, say
from jobs.models import Effect, Stem
from jobs.results import Tags
from tests.sounds import RATE
from tests.worker.rendering.player.pages import ANALYSIS, make_page, noise, tone
from worker.audio.lame import DELAY, FRAME
from worker.rendering.player.coding import SLICE_FRAMES, lead_of
from worker.rendering.player.page import page_bytes, texts

ROOT = Path("worker/rendering/player")


class Parsed(HTMLParser):
    """Elements with their attributes, and the text of scripts and headings by id or tag."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, str] = {}
        self._name = ""
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._name = dict(attrs).get("id") or tag

    def handle_data(self, data: str) -> None:
        self.text[self._name] = self.text.get(self._name, "") + data

    def handle_endtag(self, tag: str) -> None:
        self._name = ""

    @property
    def song(self) -> dict[str, Any]:
        song = json.loads(self.text["song"])
        assert isinstance(song, dict)
        return song


def decoded(mp3: bytes) -> NDArray[np.float32]:
    """Every sample that bare frames decode to, one side, nothing left out."""
    codec = av.CodecContext.create("mp3float", "r")
    assert isinstance(codec, AudioCodecContext)
    frames = [frame for packet in [*codec.parse(mp3), *codec.parse(None)] for frame in codec.decode(packet)]
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


@pytest.mark.parametrize("kbps", [128, 64, 32])
def test_slices_decode_as_the_whole_song_does(tmp_path: Path, kbps: int) -> None:
    sound = noise(12.3) + tone(440, 12.3)
    parsed = Parsed(make_page(tmp_path, {Stem.VOCALS: sound}, kbps=kbps))
    song = parsed.song
    size = song["slice"]
    assert (song["samples"], size, song["lead"]) == (len(sound), SLICE_FRAMES * FRAME, lead_of(kbps))
    slices = [base64.b64decode(parsed.text[f"s{number}-0"]) for number in range(3)]
    assert "s3-0" not in parsed.text
    together = np.zeros(len(sound), np.float32)
    for number, mp3 in enumerate(slices):
        start = max(0, number * SLICE_FRAMES - lead_of(kbps)) * FRAME - DELAY  # as the page counts
        pcm, begin, end = decoded(mp3), number * size, min((number + 1) * size, len(sound))
        together[begin:end] = pcm[begin - start : end - start]
    # One decoder, from the first frame to the last: the slices without the frames that they share.
    frames = []
    for number, mp3 in enumerate(slices):
        ends = frame_ends(mp3)
        lead = min(number * SLICE_FRAMES, lead_of(kbps))
        own = ends[lead : lead + SLICE_FRAMES + 1] if number < 2 else ends[lead:]
        frames.append(mp3[own[0] : own[-1]])
    whole = decoded(b"".join(frames))[DELAY : DELAY + len(sound)]
    assert np.abs(together - whole).max() < 1e-4


def frame_ends(mp3: bytes) -> list[int]:
    rates = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128]
    ends = [0]
    while ends[-1] + 4 <= len(mp3):
        at = ends[-1]
        ends.append(at + 144_000 * rates[mp3[at + 2] >> 4] // RATE + (mp3[at + 2] >> 1 & 1))
    return ends


def test_stems_stay_what_they_were(tmp_path: Path) -> None:
    sound = tone(440, 6) + noise(6, level=0.02)
    parsed = Parsed(make_page(tmp_path, {Stem.BASS: sound}))
    pcm = decoded(base64.b64decode(parsed.text["s0-0"]))[DELAY:]
    error = pcm[: 5 * RATE] - sound[: 5 * RATE, 0]
    assert 10 * np.log10((error**2).mean() / (sound**2).mean()) < -20


HOSTILE = Tags(
    title="</script><script>alert(1)</script><!--\u202e$script", artist="\"'><img src=x onerror=alert(1)>&amp;\0"
)


def test_titles_are_text(tmp_path: Path) -> None:
    plain = Parsed(make_page(tmp_path, {Stem.VOCALS: noise(1)}))
    hostile = Parsed(make_page(tmp_path, {Stem.VOCALS: noise(1)}, HOSTILE))
    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in plain.tags]
    assert hostile.song["title"] == "</script><script>alert(1)</script><!--$script"
    assert hostile.text["h1"] == hostile.song["title"]
    assert hostile.song["artist"] == "\"'><img src=x onerror=alert(1)>&amp;"


def test_an_empty_title_has_a_name(tmp_path: Path) -> None:
    parsed = Parsed(make_page(tmp_path, {Stem.VOCALS: noise(1)}, Tags(title=" \n")))
    assert parsed.text["h1"] == parsed.text["title"] == "Untitled"


def test_the_policy_allows_our_scripts_alone_and_no_address(tmp_path: Path) -> None:
    page = make_page(tmp_path, {Stem.VOCALS: noise(1)})
    parsed = Parsed(page)
    (policy,) = [a["content"] for _, a in parsed.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-inline" not in policy
    assert "http" not in policy
    for text in (parsed.text["script"], parsed.text["stretch"], parsed.text["style"]):
        assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy
    for tag, attributes in parsed.tags:
        assert not {"src", "href", "srcset", "style"} & set(attributes), tag
        assert not any(name.startswith("on") for name in attributes), tag


def test_modules_are_joined_without_imports_and_exports(tmp_path: Path) -> None:
    parsed = Parsed(make_page(tmp_path, {Stem.VOCALS: noise(1)}))
    for text in (parsed.text["script"], parsed.text["mixer-worklet"]):
        assert re.search(r"^(import|export)\b", text, re.M) is None
        assert text.count("class Mixer {") == 1
    joined = parsed.text["script"]
    for module in (ROOT / "page").glob("*.js"):
        if module.name != "processor.js":
            assert module.read_text("utf-8").splitlines()[-2] in joined, module.name
    named = re.findall(r"^(?:async )?(?:function|class|const|let) (\w+)", joined, re.M)
    assert len(named) == len(set(named))


def test_an_analysis_comes_along_with_the_names_of_every_key(tmp_path: Path) -> None:
    effect = Effect(tempo=80, key=-2)
    page = make_page(tmp_path, {Stem.VOCALS: noise(1)}, analysis=ANALYSIS, effect=effect, language="pt-BR")
    song = Parsed(page).song
    assert (song["tempo"], song["key"], song["language"]) == (80, -2, "pt-BR")
    found = song["analysis"]
    assert (found["bpm"], found["metre"], found["downbeats"][:2]) == (120, 4, [0, 2])
    names = found["names"]
    assert names[0][0] == "C"
    assert names[10][0] == "B♭"  # C, two semitones down
    assert (names[2][4], names[3][4]) == ("F♯", "G")
    assert Parsed(make_page(tmp_path, {Stem.VOCALS: noise(1)})).song["analysis"] is None


def test_texts_are_those_of_the_bots_languages() -> None:
    said = texts()
    assert set(said) == set(LANGUAGES)
    for sentences in said.values():
        assert set(sentences) == set(said["en"])
        for name, sentence in sentences.items():
            assert set(re.findall(r"\{\w+\}", sentence)) == set(re.findall(r"\{\w+\}", said["en"][name])), name
    used = set()
    for path in (ROOT / "page").iterdir():
        source = path.read_text("utf-8")
        used |= set(re.findall(r'\bsay\("([a-z-]+)"', source)) | set(re.findall(r'data-text="([a-z-]+)"', source))
    indirect = {"pause", "position", "without-scripts", "broken", "no-stretch"}
    stems = {f"stem-{stem}" for stem in Stem}
    assert used | indirect | stems == set(said["en"])
    for language, sentences in said.items():
        assert {name: sentences[name] for name in stems} == {name: say(language, name) for name in stems}


def test_every_language_tells_what_to_do_without_scripts(tmp_path: Path) -> None:
    page = make_page(tmp_path, {Stem.VOCALS: noise(1)}).read_text("utf-8")
    (told,) = re.findall(r"<noscript>(.*?)</noscript>", page, re.S)
    for language, sentences in texts().items():
        assert f'<p lang="{language}">{sentences["without-scripts"]}</p>' in told


@pytest.mark.parametrize(("kbps", "seconds"), [(128, 1), (128, 31), (32, 31)])
def test_the_size_is_estimated_from_above(tmp_path: Path, kbps: int, seconds: float) -> None:
    stems = {Stem.VOCALS: noise(seconds), Stem.DRUMS: noise(seconds, 2)}
    size = make_page(tmp_path, stems, kbps=kbps).stat().st_size
    estimate = page_bytes(2, seconds, kbps)
    assert size <= estimate < 1.1 * size + 200_000


def test_a_page_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "player.html").mkdir()
    with pytest.raises(OSError, match="player"):
        make_page(tmp_path, {Stem.VOCALS: noise(1)})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["player.html", "vocals.flac"]


def test_the_library_is_the_one_that_its_page_names() -> None:
    folder = ROOT / "signalsmith_stretch"
    digest = hashlib.sha256((folder / "SignalsmithStretch.js").read_bytes()).hexdigest()
    assert digest in (folder / "README.md").read_text("utf-8")

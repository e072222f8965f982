"""Everything that is made of stems, of the six of a better model."""

from zipfile import ZipFile

import numpy as np
import pytest

from jobs.models import Deck, Format, Order, Player, Session, Stem
from jobs.music.separation_models import MODELS
from jobs.music.stems import STEM_INFO
from tests.sounds import RATE, listen, music, snr_db
from tests.worker.charts.song import SONG
from tests.worker.rendering import tasks
from tests.worker.rendering.tasks import Make, make_task, mix, quiet, zipped
from worker.rendering.render import render

__all__ = ["make_task"]

SIX = MODELS["htdemucs_6s"].stems
SONGS = {stem: music(2 + 1 / RATE, seed=seed) * 0.1 for seed, stem in enumerate(SIX)}


def test_a_zip_a_session_a_player_a_deck_and_a_mix(make_task: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "SONGS", SONGS)
    (session,) = Order(content=Session(), format=Format.WAV).renditions
    (player,) = Order(content=Player(language="pt-BR")).renditions
    (deck,) = Order(content=Deck(), format=Format.MP3).renditions
    archive, without = zipped(Format.FLAC), mix(Format.WAV32, *(stem for stem in SIX if stem is not Stem.GUITAR))
    wanted = (archive, session, player, deck, without)
    task = make_task(*wanted).model_copy(update={"analysis": SONG})
    result = render(task, quiet)
    made = {
        one.key: [task.output / one.key / file.name for file in files]
        for one, files in zip(wanted, result.files, strict=True)
    }
    with ZipFile(made[archive.key][0]) as opened:
        assert [name.partition(" ")[0] for name in opened.namelist()][:6] == [stem.value for stem in SIX]
    with ZipFile(made[session.key][0]) as opened:
        assert {stem.value for stem in SIX} | {"click"} <= {name.partition(" ")[0] for name in opened.namelist()}
        (project,) = [name for name in opened.namelist() if name.endswith(".rpp")]
        assert opened.read(project).count(b'FILE "') == 7
    page = made[player.key][0].read_text("utf-8")
    for stem in SIX:
        assert stem.value in page
        assert f"rgb({', '.join(map(str, STEM_INFO[stem].colour))})" in page
    assert [path.name for path in made[deck.key]][:2] == ["acapella.mp3", "instrumental.mp3"]
    heard = listen(made[without.key][0])
    assert snr_db(heard, to=np.stack([song for stem, song in SONGS.items() if stem is not Stem.GUITAR]).sum(0)) > 60

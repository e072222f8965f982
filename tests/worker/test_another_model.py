"""A model added to the table, without other changes, is offered, understood, checked, and separates."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pydantic import SecretStr

from jobs.models import Format, Model, Order, Stem
from jobs.music.separation_models import MODELS, models_by_count
from jobs.progress import RequestPhase
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from tests.sounds import listen, music, write_wav
from tests.worker import toy
from tests.worker.track_fixture import ask, bring, seen, work_off

ADD = "from tests.worker import toy; toy.add()"

OFFERED = """
import json
from tests.worker import toy
toy.add()
from bot.cards.actions import Action, Verb, parse_action
from bot.cards.cards import card, settings_card
from bot.cards.result_buttons import first_page, mix_button, pick_page, second_page
from bot.chats.preferences import chosen
from bot.cards.taps import Tap, read_mix, read_tap
from bot.delivery.instant import tracks_of
from jobs.models import Mix, Model, Request, Stem, Order, YouTube, track_id
from jobs.progress import Progress, RequestPhase, TrackStage, View

def request(model):
    source = YouTube(video_id="dQw4w9WgXcQ")
    return Request(id="0" * 16, platform="telegram", chat="telegram:1", asker="telegram:1", source=source,
                   order=Order(model=Model(name=model)), created_at=1)

def buttons(rows):
    return {button.label: button.action for row in rows for button in row}

plain, own = request("spleeter-2"), request(toy.NAME)
tap = Tap(model=toy.NAME, chosen=(Stem.VOCALS, Stem.DRUMS), stem=Stem.DRUMS)
pages = {
    "settings": buttons(settings_card(plain.order, "en").buttons),
    "first": buttons(first_page(plain, "en")),
    "second": buttons(second_page(plain, "en")),
    "own": buttons(first_page(own, "en")),
    "pick": buttons(pick_page(plain, toy.NAME, (Stem.VOCALS,), "pt")),
    "mix": buttons([[mix_button(plain, toy.NAME, Mix(stems=(Stem.VOCALS, Stem.BASS)), "en")]]),
}
working = View(request=own, phase=RequestPhase.WAITING, progress=Progress(stage=TrackStage.SEPARATING))
print(json.dumps({
    **pages,
    "not understood": [text for page in pages.values() for text in page.values() if parse_action(text) is None],
    "chosen": chosen(Order(), parse_action("stems::3T")).model.name,
    "read": read_mix("3Tvb", "spleeter-2"),
    "tap": read_tap(tap.choice("spleeter-2"), "spleeter-2") == tap,
    "text": settings_card(own.order, "en").text.splitlines()[1],
    "working": card(working, "en").text.splitlines()[1],
    "its track is forgotten too": track_id(own.source, own.order.model) in tracks_of(plain),
}))
"""


def say(code: str, *arguments: str) -> str:
    """The output of a new process with the model in the table from its start."""
    root = Path(__file__).parent.parent.parent
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=root, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def test_it_is_offered_and_its_buttons_are_understood() -> None:
    found = json.loads(say(OFFERED))
    assert found["settings"]["3 stems, Toy"] == "stems::3T"
    for page in ("first", "second"):
        assert found[page]["3 stems, Toy"] == "want:0000000000000000:3T"
    assert found["own"]["No bass"] == "mix:0000000000000000:vd"
    assert found["pick"]["Bateria"] == "pick:0000000000000000:3Tvd.d"
    assert found["mix"] == {"No drums": "mix:0000000000000000:3Tvb"}
    assert found["not understood"] == []
    assert found["chosen"] == "toy-3"
    assert found["read"] == ["toy-3", ["vocals", "bass"]]
    assert found["tap"]
    assert found["text"] == "3 stems, Toy: vocals, bass, drums"
    assert found["working"] == "Separating vocals, bass and drums"
    assert found["its track is forgotten too"]


def test_command_lines_take_it_by_its_number_and_by_its_name(tmp_path: Path) -> None:
    counts = "|".join(models_by_count())
    for module in ("bot.cli.main", "worker.__main__"):
        run = f"{ADD}; from {module} import main; main(['models', 'fetch', '--help'])"
        assert f"[{counts}|3|{'|'.join(MODELS)}|toy-3]" in "".join(say(run).split()), module
    help_ = say(f"{ADD}; from bot.cli.main import main; main(['separate', '--help'])")
    assert f"[{counts}|3]" in help_
    assert "toy-3" in help_
    models = f"{ADD}; import os, sys; os.environ['FLBT_MODELS'] = sys.argv[1]; from worker.__main__ import main;"
    folder = str(tmp_path)
    inspect = f"{models} main(['inspect'])"
    assert '"toy-3":null' in say(inspect, folder)
    assert say(f"{models} main(['models', 'fetch', 'toy-3'])", folder) == f"{tmp_path / 'toy'}\n"
    assert '"spleeter-5":null,"htdemucs":null,"htdemucs_6s":null,"scnet":null,"toy-3":13' in say(inspect, folder)


MEMORY = """
import resource
from tests.worker import toy
toy.add()
from jobs.failures import Failed
from jobs.music.separation_models import MODELS, models_by_count
from worker.separation.memory import require_memory
resource.setrlimit(resource.RLIMIT_AS, ((100 << 20) - 1, resource.RLIM_INFINITY))
try:
    require_memory(MODELS["toy-3"])
except Failed as failure:
    print(failure.failure.reason)
"""


def test_memory_is_asked_for_as_the_table_says() -> None:
    assert say(MEMORY) == "out_of_memory\n"


async def test_it_separates_through_queue_children_and_store(
    queue: JobQueue, store: FolderStore, valkey_server: SecretStr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MODELS, toy.NAME, toy.INFO)
    monkeypatch.setattr("worker.separation.child.MODELS", "tests.worker.toy.models")
    for module in ("worker.stems", "worker.separation.child"):
        monkeypatch.setattr(f"{module}.SEPARATION", "tests.worker.toy.separation")
    settings = Settings(_env_file=None, data=tmp_path, store=store.root.as_uri(), models=tmp_path / "models")
    song = music(2.0)
    upload = await bring(store, write_wav(tmp_path / "song.wav", song))
    first, second = (
        ask(upload, Order(model=Model(name=toy.NAME), format=format_)) for format_ in (Format.WAV, Format.FLAC)
    )
    await queue.submit(first)
    await work_off(settings, valkey_server)
    assert (await seen(queue, first)).phase is RequestPhase.READY
    assert (tmp_path / "models" / "toy" / toy.WEIGHTS).is_file(), "its weights were fetched by the child that may"
    manifest = (await store.read(first.track_id)).manifest
    assert manifest is not None
    assert manifest.model.name == "toy-3"
    assert [file.name for file in manifest.stems] == ["vocals.flac", "bass.flac", "drums.flac"]
    rendered = (await store.read(first.track_id)).rendered(first.order.renditions[0])
    assert rendered is not None
    assert [file.stem for file in rendered.files] == [Stem.VOCALS, Stem.BASS, Stem.DRUMS]
    for file, gain in zip(rendered.files, (0.5, 0.25, 0.25), strict=True):
        heard = listen(store.folder(first.track_id, first.order.renditions[0]) / file.name)
        assert np.allclose(heard, song * gain, atol=1e-3)

    store.inbox(upload).unlink()  # the stems are kept: a second format needs no second separation
    await queue.submit(second)
    await work_off(settings, valkey_server)
    assert (await seen(queue, second)).phase is RequestPhase.READY

"""Models by name: JSON, track ids and request ids of version 0.1.0, which knew them by their number of stems."""

import json
import re

import pytest
from pydantic import ValidationError

from jobs.models import Format, Model, Order, Request, Stem, Upload, YouTube, request_id, track_id
from jobs.music.separation_models import DEFAULT_MODEL, MODELS, model_of_code, models_by_word
from jobs.music.stems import STEM_INFO
from jobs.results import Manifest

SONG = YouTube(video_id="dQw4w9WgXcQ")

#: A model as version 0.1.0 wrote it, and the ids that it gave to the tracks of `SONG` and of an upload `a1`.
TRACKS = [
    ('{"stems":2,"band":"11k","extension":"average"}', "7fda53f4e12289a4fb8fe1e3", "773924791ecb3eebe35ee322"),
    ('{"stems":2,"band":"11k","extension":"zeros"}', "f3e22506b7c877266efb82aa", "fd060669500bf24028dad6f5"),
    ('{"stems":2,"band":"16k","extension":"average"}', "4fb03b6ef678fd360670aa1c", "f841c1e4fd28269a174bb419"),
    ('{"stems":2,"band":"16k","extension":"zeros"}', "c5742f79fcf99fc7bad15262", "698fc2553e89cdb19b60746f"),
    ('{"stems":4,"band":"11k","extension":"average"}', "0f44137c6445d4b4fa17df14", "8c6424f6e514129010bd1bbc"),
    ('{"stems":4,"band":"11k","extension":"zeros"}', "b86b583f3f358019d701d674", "6d3478c248ccc41b7302acec"),
    ('{"stems":4,"band":"16k","extension":"average"}', "4ec0a7eb711c4b44687a3a04", "8d9a0c7e210be7e1fc1fff78"),
    ('{"stems":4,"band":"16k","extension":"zeros"}', "f2943e26a63f04eba33db0fd", "fc94c06a4981c9cd8dff1c34"),
    ('{"stems":5,"band":"11k","extension":"average"}', "7cd6c33e04cb2afdd39b9f50", "bf75fe256aae24442a206dc4"),
    ('{"stems":5,"band":"11k","extension":"zeros"}', "a3d60fcca8858200c8e367c2", "e0832aa2569085b38b7ab441"),
    ('{"stems":5,"band":"16k","extension":"average"}', "696709af0f4907801b1c3738", "e4cbfd34a0841d45ef77ac41"),
    ('{"stems":5,"band":"16k","extension":"zeros"}', "5f44360ccb7250a3502d2c78", "e56cf3a1e4461746f93ced28"),
]

#: A request as version 0.1.0 kept it in Redis.
REQUEST = """{"id":"4aeee68e93740378","platform":"telegram","chat":"telegram:1","asker":"telegram:2","address":"",
"language":"en","source":{"kind":"youtube","video_id":"dQw4w9WgXcQ"},"wish":{"model":{"stems":4,"band":"11k",
"extension":"average"},"format":"mp3","package":"album","mix":["vocals","drums"]},"quiet":false,"created_at":1.0}"""

#: A manifest as version 0.1.0 kept it in the store.
MANIFEST = """{"track_id":"0f44137c6445d4b4fa17df14","source":{"kind":"youtube","video_id":"dQw4w9WgXcQ"},
"model":{"stems":4,"band":"11k","extension":"average"},"tags":{"title":"Song"},"samples":44100,"stems":[],
"engine":"unet 0.1.0","made_at":1.0}"""


@pytest.mark.parametrize(("written", "of_video", "of_upload"), TRACKS)
def test_a_number_of_stems_is_the_model_of_that_name_and_the_same_track(
    written: str, of_video: str, of_upload: str
) -> None:
    old = json.loads(written)
    model = Model.model_validate_json(written)
    assert model.name == f"spleeter-{old['stems']}"
    assert len(model.stems) == old["stems"]
    assert track_id(SONG, model) == of_video
    assert track_id(Upload(upload_id="a1"), model) == of_upload
    again = json.loads(model.model_dump_json())
    assert Model.model_validate(again) == model
    assert {name: again[name] for name in old} == old, "version 0.1.0 reads it as well"


def test_data_of_version_0_1_0_in_redis_and_in_the_store_is_read() -> None:
    request = Request.model_validate_json(REQUEST)
    assert request.order == Order(model=Model(name="spleeter-4"), mix=(Stem.VOCALS, Stem.DRUMS))
    assert request.id == request_id("telegram:1", "7", SONG)
    assert request.track_id == "0f44137c6445d4b4fa17df14"
    assert Manifest.model_validate_json(MANIFEST).model.name == "spleeter-4"


@pytest.mark.parametrize(
    ("pressed", "asked"),
    [
        ("want:0123456789abcdef:4", "8538c3dd85d1a180"),
        ("mix:0123456789abcdef:4vd", "d89dfa709ca6f93d"),
        ("stems::4", "bdd38cfb02121d6e"),
    ],
)
def test_a_button_pressed_again_is_the_same_request(pressed: str, asked: str) -> None:
    assert request_id("telegram:1", f"7:{pressed}", SONG, "0") == asked


@pytest.mark.parametrize("written", ['{"stems": 3}', '{"name": "spleeter-3"}', '{"name": ""}', '{"stems": [2]}'])
def test_an_unknown_model_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        Model.model_validate_json(written)


def test_a_newer_model_is_unknown_to_version_0_1_0(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MODELS, "other-4", MODELS["spleeter-4"]._replace(family="other", key="other", has_masks=False))
    model = Model(name="other-4", extension="zeros")
    assert json.loads(model.model_dump_json())["stems"] not in (2, 4, 5)
    assert model.key == "other-zeros"
    assert Model(name="other-4", band="16k").key == "other", "it has no band"
    assert Model.model_validate_json(model.model_dump_json()) == model


def test_the_table_is_consistent() -> None:
    assert DEFAULT_MODEL in MODELS
    assert all(re.fullmatch(r"[0-9][0-9A-Z]{0,3}", info.code) for info in MODELS.values())
    assert not {info.code for info in MODELS.values()} & {*Format, "zip", "stems", "again"}
    for told_apart in ("code", "key", "label"):
        assert len({getattr(info, told_apart) for info in MODELS.values()}) == len(MODELS), told_apart
    for name, info in MODELS.items():
        assert model_of_code(info.code) == name
        assert len(set(info.stems)) == len(info.stems) > 1
        assert re.fullmatch(r"[A-Za-z0-9._-]{1,40}", info.key), "it names a folder"
    assert {word: models_by_word()[word] for word in ("2", "4", "5", "spleeter-4")} == {
        "2": "spleeter-2", "4": "spleeter-4", "5": "spleeter-5", "spleeter-4": "spleeter-4",
    }  # fmt: skip


def test_every_stem_has_an_entry() -> None:
    assert set(STEM_INFO) == {*Stem} >= {stem for info in MODELS.values() for stem in info.stems}
    letters = [info.letter for info in STEM_INFO.values()]
    assert all(re.fullmatch("[a-z]", letter) for letter in letters)
    assert len(set(letters)) == len(letters)

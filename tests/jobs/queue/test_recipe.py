"""Stored files that differ from the current recipe are made again."""

import pytest

from jobs.models import Encoding, Format, Model, Rendition, YouTube
from jobs.parsing import parse_stored
from jobs.queue.recipe import Recipe, recipe_for
from jobs.results import Manifest, Rendered, Tags
from jobs.settings import Settings


@pytest.mark.parametrize(
    ("made_by", "set_to", "again"),
    [
        ("unet 0.1.0 f32", {}, False),
        ("unet openvino 2026.4.1 f32", {}, False),
        ("unet openvino 2026.4.1 bf16", {}, True),
        ("unet 0.2.0", {}, False),
        ("unet openvino 2026.4.1", {}, False),
        ("unet 0.1.0 f32", {"engine": "spleeter"}, True),
        ("unet 0.1.0 f32", {"engine": "openvino"}, True),
        ("openvino 2026.4.1 f32", {"engine": "openvino"}, False),
        ("openvino 2026.4.1 f32", {}, True),
        ("spleeter 2.4.2", {"engine": "spleeter"}, False),
        ("spleeter 2.4.2", {}, True),
        ("", {}, True),
    ],
)
def test_another_engines_stems_are_made_again(made_by: str, set_to: dict[str, str], again: bool) -> None:
    manifest = Manifest(
        track_id="a" * 24, source=YouTube(video_id="jNQXAC9IVRw"), model=Model(), tags=Tags(title="Song"), samples=1,
        stems=(), engine=made_by, made_at=0,
    )  # fmt: skip
    assert recipe_for(Settings(_env_file=None).model_copy(update=set_to)).would_make(manifest) is not again


def test_a_recipe_of_an_earlier_version_is_understood() -> None:
    assert parse_stored(Recipe, '{"engine": "unet", "precision": "auto", "kbps": 320}') == Recipe(
        engine="unet", kbps=320
    )


@pytest.mark.parametrize(
    ("format_", "asked", "made_at", "stays"),
    [
        (Format.MP3, 0, 320, True),
        (Format.MP3, 0, 256, False),
        (Format.MP3, 96, 96, True),
        (Format.MP3, 0, 0, True),  # made before bit rates were noted
        (Format.FLAC, 0, 0, True),
    ],
)
def test_a_rendition_of_the_current_bit_rate_stays(format_: Format, asked: int, made_at: int, stays: bool) -> None:
    rendered = Rendered(rendition=Rendition(encoding=Encoding(format=format_, kbps=asked)), files=(), kbps=made_at)
    assert recipe_for(Settings(_env_file=None)).would_render(rendered) is stays

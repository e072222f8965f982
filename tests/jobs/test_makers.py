"""What is made now is what was made before, or it is made again."""

import pytest

from jobs.makers import maker_for
from jobs.models import Model, YouTube
from jobs.outcomes import Manifest, Tags
from jobs.settings import Settings


@pytest.mark.parametrize(
    ("made_by", "set_to", "again"),
    [
        ("openvino 2026.4.1 f32", {}, False),
        ("openvino 2026.4.1 bf16", {}, False),
        ("openvino 2026.4.1 bf16", {"precision": "f32"}, True),
        ("openvino 2026.4.1 f32", {"precision": "bf16"}, False),
        ("openvino 2026.4.1 f32", {"engine": "spleeter"}, True),
        ("spleeter 2.4.2", {"engine": "spleeter", "precision": "f32"}, False),
        ("spleeter 2.4.2", {}, True),
        ("", {}, True),
    ],
)
def test_another_engines_stems_are_made_again(made_by: str, set_to: dict[str, str], again: bool) -> None:
    manifest = Manifest(
        track_id="t", source=YouTube(video_id="jNQXAC9IVRw"), model=Model(), tags=Tags(title="Song"), samples=1,
        stems=(), engine=made_by, made_at=0,
    )  # fmt: skip
    assert maker_for(Settings(_env_file=None).model_copy(update=set_to)).would_make(manifest) is not again

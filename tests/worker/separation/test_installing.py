"""Weights are fetched from their publisher whole, and only with the digits that were published."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from jobs.failures import Failed, Reason
from jobs.models import Model
from tests.peers.release import Release, sha256
from tests.worker.separation.checkpoints.zips import tensor, write_torch_file
from tests.worker.separation.htdemucs.networks import write_network
from tests.worker.separation.scnet.networks import invented
from worker.child.messages import Step
from worker.child.tasks import NetworkWanted
from worker.separation.checkpoints.reading import read_checkpoint
from worker.separation.engines import make_engine, publication_of
from worker.separation.installed import WEIGHTS, has_installed
from worker.separation.installing import fetch, install, published_digits
from worker.separation.publications import PublishedFile

NAME = "htdemucs_6s"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_network(tmp_path_factory.mktemp("published") / "a.safetensors", NAME).read_bytes()


@pytest.fixture
def release(published: bytes) -> Iterator[Release]:
    with Release(published) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def left(models_dir: Path) -> list[str]:
    return sorted(path.name for path in models_dir.iterdir() if path.suffix != ".lock")


def test_fetched_checked_installed_and_ready(tmp_path: Path, release: Release) -> None:
    steps: list[Step] = []
    gone = PublishedFile("http://127.0.0.1:1/gone", "")
    known = sha256(release.body)

    assert fetch(NAME, tmp_path, steps.append, (gone, PublishedFile(release.url, known[:8]))) == known

    assert left(tmp_path) == [NAME]
    assert left(tmp_path / NAME) == ["sealed.json", WEIGHTS]
    assert {step.note for step in steps} == {"model"}
    engine = make_engine(NetworkWanted(model=Model(name=NAME), models_dir=tmp_path))
    assert engine.has_weights()
    assert engine.fetch_weights(lambda _: None) == tmp_path / NAME


@pytest.mark.parametrize(
    ("digits", "sent", "reason"),
    [("0123abcd", 1.0, Reason.MODEL_DAMAGED), ("", 0.5, Reason.MODEL_UNAVAILABLE), ("", 0.0, Reason.MODEL_UNAVAILABLE)],
)
def test_another_file_and_half_a_file_never_count(
    tmp_path: Path, release: Release, digits: str, sent: float, reason: Reason
) -> None:
    release.sent = int(len(release.body) * sent)
    with pytest.raises(Failed) as failure:
        fetch(NAME, tmp_path, lambda _: None, (PublishedFile(release.url, digits),))
    assert failure.value.failure.reason is reason
    assert left(tmp_path) == []


def test_a_published_file_of_another_network_is_damaged(tmp_path: Path, release: Release) -> None:
    with pytest.raises(Failed) as failure:
        fetch("htdemucs", tmp_path, lambda _: None, (PublishedFile(release.url, ""),))
    assert failure.value.failure.reason is Reason.MODEL_DAMAGED
    assert left(tmp_path) == []


def test_weights_that_were_changed_are_missing_until_they_are_installed_again(tmp_path: Path, published: bytes) -> None:
    file = tmp_path / "own.safetensors"
    file.write_bytes(published)
    models_dir = tmp_path / "models"
    assert install(NAME, file, models_dir) == sha256(published)
    weights = models_dir / NAME / WEIGHTS
    changed = bytearray(weights.read_bytes())
    changed[-1] ^= 1
    weights.write_bytes(changed)

    engine = make_engine(NetworkWanted(model=Model(name=NAME), models_dir=models_dir))
    assert not engine.has_weights()
    with pytest.raises(Failed) as failure:
        engine.fetch_weights(lambda _: None)
    assert failure.value.failure.reason is Reason.MODEL_MISSING
    assert failure.value.failure.values == {"model": NAME}

    (models_dir / f".{NAME}-killed").mkdir()  # of a process that was killed
    install(NAME, file, models_dir)
    assert has_installed(models_dir / NAME)
    assert left(models_dir) == [NAME]


def test_single_precision_of_a_torch_file_is_installed(tmp_path: Path) -> None:
    tensors = invented()
    file = tmp_path / "a.ckpt"
    stored = {f"module.{name}": tensor(name, values) for name, values in tensors.items()}
    write_torch_file(file, {"best_state": stored, "epoch": 3}, {n: v.tobytes() for n, v in tensors.items()})

    install("scnet", file, tmp_path / "models")

    installed = read_checkpoint(tmp_path / "models" / "scnet" / WEIGHTS).tensors
    assert installed.keys() == tensors.keys()
    assert all(np.array_equal(installed[name], values) for name, values in tensors.items())


def test_published_digits_are_those_of_the_names() -> None:
    for model, digits in (("htdemucs", "8726e21a"), (NAME, "34c22ccb")):
        publication = publication_of(model)
        assert publication is not None
        assert [source.url.rpartition("-")[2] for source in publication.sources] == [f"{digits}.th"]
        assert published_digits(model, digits + "0" * 56) == digits
        assert published_digits(model, "0" * 64) is None

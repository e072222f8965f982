"""Player pages of a track: alone, and in a zip beside the stems."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from jobs.models import Player, Rendition, Stems
from jobs.renditions import PLAYER_KBPS
from worker.child.cgroups import cores
from worker.child.tasks import RenderTask
from worker.rendering.player.page import Song, page_bytes, write_page
from worker.rendering.sums import Tell, stems_of

PAGE: Final = "player.html"
RATES: Final = (PLAYER_KBPS, 96, 64, 48, 32)  # kbit/s of each stem
#: Of a page, in a zip: base64 has six bits in a byte, and a little more.
DEFLATED: Final = 0.78
#: Sizes that chats accept as one file. A page of a lower rate keeps a zip within them, where its stems are.
_ACCEPTED: Final = ((10_000_000, RATES[:3]), (50_000_000, RATES))


def has_page(rendition: Rendition) -> bool:
    """Whether a page is made for a rendition: alone, or in a zip of stems."""
    return rendition.is_page or (rendition.package is not None and isinstance(rendition.content, Stems))


def write_player(path: Path, task: RenderTask, rendition: Rendition, kbps: int, tell: Tell) -> Path:
    """Writes the page of a track's stems to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = rendition.content
    song = Song(
        tags=task.tags,
        stems=tuple(stems_of(task)),
        effect=rendition.effect,
        analysis=task.analysis,
        language=content.language if isinstance(content, Player) else "",
    )
    write_page(path, song, kbps, task.threads or cores(), tell)
    return path


def rate_beside(stems: int, seconds: float, files: Sequence[int], part_bytes: int) -> int | None:
    """The rate of a page in a zip with `files` of so many bytes, in kbit/s; None where none fits into a part.

    In parts of `part_bytes`, the page may be an archive of its own. 0: one archive, which should stay within a size
    that chats accept.
    """
    taken = sum(files) + 1000 * (len(files) + 2)

    def fitting(rates: Sequence[int], room: float) -> int | None:
        return next((rate for rate in rates if DEFLATED * page_bytes(stems, seconds, rate) <= room), None)

    if part_bytes:
        return fitting(RATES, part_bytes - 3000)
    for accepted, rates in _ACCEPTED:
        if taken <= accepted and (rate := fitting(rates, accepted - taken)) is not None:
            return rate
    return PLAYER_KBPS

"""Songs and renditions of chosen sizes, for tests of plans."""

from bot.delivery.planning.plan import CLOUD, Plan
from jobs.models import Archive, Encoding, Format, Model, Order, Package, Rendition, Stem, YouTube
from jobs.results import Manifest, Rendered, StoredFile, Tags

MB = 1_000_000
KEPT = 30 * MB  # of each stem's FLAC in the store


def song(seconds: float = 240, stems: int = 2, kept: int = KEPT) -> Manifest:
    model = Model.model_validate({"stems": stems})
    return Manifest(
        track_id="a" * 24,
        source=YouTube(video_id="dQw4w9WgXcQ"),
        model=model,
        tags=Tags(title="Águas de Março", artist="Elis"),
        samples=int(seconds * 44100),
        stems=tuple(StoredFile(name=f"{stem}.flac", bytes_=kept, stem=stem) for stem in model.stems),
        made_at=1,
    )


def stems(format_: Format, *sizes: float, kbps: int = 0) -> Rendered:
    """A rendition with a file of so many MB per stem. Above five stems the names repeat, as mixes might."""
    named = [*Stem] * 3
    files = tuple(
        StoredFile(name=f"{number}.{format_}", bytes_=int(size * MB), stem=named[number])
        for number, size in enumerate(sizes)
    )
    return Rendered(rendition=Rendition(encoding=Encoding(format=format_, kbps=kbps)), files=files)


def archive(format_: Format, size: float) -> Rendered:
    file = StoredFile(name=f"{format_}.zip", bytes_=int(size * MB))
    return Rendered(rendition=Rendition(encoding=Encoding(format=format_), package=Archive()), files=(file,))


def shape(made: Plan) -> list[tuple[str, str, int]]:
    return [(part.id, part.kind.value, len(part.pieces)) for part in made.parts]


def notes(made: Plan) -> list[str]:
    return [note.message for note in made.notes]


WANT = {package: Order(package=package) for package in Package}


def split(format_: Format, *sizes: float) -> Rendered:
    files = tuple(StoredFile(name=f"stems-{n}.zip", bytes_=int(size * MB)) for n, size in enumerate(sizes, 1))
    rendition = Rendition(encoding=Encoding(format=format_), package=Archive(part_bytes=CLOUD.file_bytes))
    return Rendered(rendition=rendition, files=files)

"""What one run of `fl-bt separate` is to do, besides its inputs."""

from dataclasses import dataclass
from enum import StrEnum, unique
from pathlib import Path

from bot.terminal.output.naming import Template
from jobs.models import Chart, Deck, Order, Package, Rendition, Stem


@unique
class Clash(StrEnum):
    """What happens where a result has a name that is taken."""

    NUMBER = "number"  # another song keeps its files, and the new one gets a number
    OVERWRITE = "overwrite"  # the files are replaced
    SKIP = "skip"  # as NUMBER, and songs whose results are there are not separated again


@dataclass(frozen=True)
class Options:
    """`kbps`: 0 for the usual bit rate. `only`: the stems that are handed over, empty for all. `template`: of `--name`,
    None for the usual folders and zips. `umask`: the person's own, for the results."""

    order: Order
    output: Path
    umask: int
    kbps: int = 0
    only: tuple[Stem, ...] = ()
    template: Template | None = None
    clash: Clash = Clash.NUMBER
    recursive: bool = False
    json: bool = False
    quiet: bool = False
    verbose: bool = False

    @property
    def renditions(self) -> tuple[Rendition, ...]:
        """What has to be made of each song."""
        return tuple(
            each.encoded(each.encoding.format, self.kbps or each.encoding.kbps) for each in self.order.renditions
        )

    def names(self, rendition: Rendition) -> list[str]:
        """The files to hand over of a rendition: their names in the store, without extension."""
        if rendition.package:
            return ["stems"]  # nothing here limits its size
        files = rendition.files(self.order.model.stems)
        return [file.name for file in files if not self.only or file.stem in self.only]

    def heard(self, rendition: Rendition) -> dict[str, str]:
        """What is to be heard in each file of a rendition: its stem, or the name of the mix; empty for a zip."""
        if rendition.package:
            return {"stems": ""}
        return {file.name: file.heard for file in rendition.files(self.order.model.stems)}

    @property
    def one_file(self) -> bool:
        """Whether each song is a single file."""
        if isinstance(self.order.content, Chart | Deck):
            return False
        return self.order.package is Package.ZIP or not self.order.is_stems or len(self.only) == 1

    @property
    def template_text(self) -> str:
        return self.template.text if self.template else ""

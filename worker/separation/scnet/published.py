"""The publication of the network's weights."""

from typing import Final

from worker.separation.publications import Publication, PublishedFile

_RELEASES: Final = "https://github.com/ZFTurbo/Music-Source-Separation-Training/releases/download"

PUBLICATIONS: Final[dict[str, Publication]] = {
    "scnet": Publication(
        "MIT",
        "SCNet by Weinan Tong and others (2024), trained by starrytong, published by ZFTurbo",
        42,
        (
            PublishedFile(
                f"{_RELEASES}/v.1.0.6/scnet_checkpoint_musdb18.ckpt",
                "1bc0d1abb20bfdf966dcd07637bafd03e4bc13653d09ef18bc9b3e342eafe2aa",
            ),
        ),
    ),
}

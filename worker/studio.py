"""What all tracks of a worker share."""

from dataclasses import dataclass, field

from jobs.queue.catalogue import Catalogue
from jobs.queue.tracks import TrackQueue
from jobs.settings import Settings
from worker.abilities import Abilities
from worker.analysis.later import Analyses
from worker.precedence import Precedence


@dataclass(frozen=True)
class Studio:
    """The queue, the store and the settings of a worker, the songs that wait for their analysis; its abilities, and
    which of its children go first.
    """

    track_queue: TrackQueue
    catalogue: Catalogue
    settings: Settings
    analyses: Analyses
    abilities: Abilities
    precedence: Precedence = field(default_factory=Precedence)

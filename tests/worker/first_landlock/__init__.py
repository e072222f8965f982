"""Children behind a second wall, of Landlock's first version, which refuses moves between folders."""

from pathlib import Path

from worker.child.confinement import Confinement
from worker.child.confinement.walls import Support, make_walls


def stand() -> None:
    everywhere = Confinement(read=(Path("/"),), write=(Path("/"),))
    make_walls(everywhere, has=Support(landlock=1, seccomp=False)).impose()

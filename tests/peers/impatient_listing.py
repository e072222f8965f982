"""The listing child with its patience shortened."""

from worker.childside import serve
from worker.sources import site
from worker.sources.listing import list_playlist
from worker.tasks import ListingTask

if __name__ == "__main__":
    site.SOCKET_SECONDS = 0.7  # type: ignore[misc]  # a constant, for everyone else
    serve(ListingTask, list_playlist)

"""The fetching child with its patience shortened: what waits half a minute there, waits a second or two here."""

from worker.childside import serve
from worker.sources import arrival, site
from worker.sources.__main__ import fetch
from worker.tasks import FetchTask

if __name__ == "__main__":
    site.SOCKET_SECONDS = 0.7  # type: ignore[misc]  # constants, for everyone else
    site.PATIENCE = 2.0  # type: ignore[misc]
    arrival.COVER_SECONDS = 0.5  # type: ignore[misc]
    serve(FetchTask, fetch)

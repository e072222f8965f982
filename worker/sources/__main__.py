"""The child that fetches: one process per attempt, started by `run_child` with a `FetchTask`."""

from jobs.models import Upload, YouTube
from jobs.youtube import Provider
from worker.child.child_side import Report, serve
from worker.child.tasks import Fetched, FetchTask


def fetch(task: FetchTask, report: Report) -> Fetched:
    """Fetches the task's source to a local file. Raises `Failed`.

    Imports here: an upload does not need a downloader's libraries and runtimes.
    """
    match task.source, task.provider:
        case Upload(), _:
            from worker.sources.upload import fetch_upload

            return fetch_upload(task, report)
        case YouTube(), Provider.PYTUBEFIX:
            from worker.sources.youtube.pytubefix import fetch_youtube

            return fetch_youtube(task, report)
        case YouTube(), Provider.YTDLP:
            from worker.sources.youtube.ytdlp import fetch_ytdlp

            return fetch_ytdlp(task, report)


if __name__ == "__main__":
    serve(FetchTask, fetch)

"""What videos are called: a child process, with one small request for each, to what YouTube offers for link previews.

That says title and channel, and neither how long a video is nor whether it plays; but it takes no player's answer,
of which an address gets only so many. See https://oembed.com.
"""

import json
from urllib.parse import urlencode
from urllib.request import urlopen

from jobs.failures import Failed
from worker.childside import Report, serve
from worker.sources.naming import tags_of
from worker.sources.site import failure_of, open_gate
from worker.steps import Step
from worker.tasks import Titles, TitlesTask

_LONGEST = 1 << 16  # bytes of an answer


def ask_titles(task: TitlesTask, report: Report) -> Titles:
    """The names of those videos that YouTube tells. Raises nothing: a name that is missing is missed by nobody."""
    open_gate(len(task.video_ids), task.proxy)
    found = {}
    for video_id in task.video_ids:
        report(Step())
        watch = f"https://www.youtube.com/watch?v={video_id}"
        try:
            with urlopen(f"https://www.youtube.com/oembed?{urlencode({'url': watch, 'format': 'json'})}") as answer:
                about = json.loads(answer.read(_LONGEST))
            found[video_id] = tags_of(str(about["title"]), str(about.get("author_name", "")), video_id)
        except (Failed, ValueError, KeyError, TypeError, AttributeError):
            continue
        except Exception as error:
            refused = failure_of(error)
            if refused is None:
                raise
            # Private and removed videos are refused one by one; without a network there is no use in going on.
            if not refused.detail.startswith("HTTP 4"):
                break
    return Titles(called=found)


if __name__ == "__main__":
    serve(TitlesTask, ask_titles)

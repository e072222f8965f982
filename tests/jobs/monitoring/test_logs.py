"""Logs of processes: one line per change of state, with the ids of request and track, and no secret."""

import json
import logging
import subprocess
import sys

import pytest

from jobs.failures import Failure, Reason
from jobs.monitoring.logs import LONGEST, Discreet, DiscreetJson, about
from jobs.monitoring.redaction import keep_secret
from jobs.progress import RequestPhase
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from tests.jobs.requests import OTHER, ask

TOKEN = "123456789:AAabcdefghijklmnopqrstuvwxyz_0123456"
PROXY = "http://someone:s3cret@proxy:8080"


def record(message: str, *values: object, **fields: object) -> logging.LogRecord:
    made = logging.LogRecord("jobs.queue.requests", logging.INFO, __file__, 1, message, values, None)
    made.created = 1_800_000_000.25
    for name, value in about(**fields).items():
        setattr(made, name, value)
    return made


def test_as_text_what_it_is_about_follows_the_message() -> None:
    line = Discreet().format(
        record("request %s: failed", "ab12cd34", track="ef56", reason=Reason.NETWORK, detail='no "way"', seconds=1.25)
    )
    assert line.partition(" INFO    ")[2] == (
        r'jobs.queue.requests: request ab12cd34: failed track=ef56 reason=network detail="no \"way\"" seconds=1.25'
    )


def test_as_json_everything_is_a_field() -> None:
    line = DiscreetJson().format(record("request %s: failed", "ab12cd34", track="ef56", seconds=1.25, chat=""))
    assert json.loads(line) == {
        "time": "2027-01-15T08:00:00.250+00:00", "level": "INFO", "logger": "jobs.queue.requests", "message": "failed",
        "request": "ab12cd34", "track": "ef56", "seconds": 1.25,
    }  # fmt: skip
    assert json.loads(DiscreetJson().format(record("the queue is away")))["message"] == "the queue is away"


@pytest.mark.parametrize("formatter", [Discreet(), DiscreetJson()])
def test_no_secret_is_in_a_line_nor_in_its_traceback(formatter: logging.Formatter) -> None:
    try:
        raise OSError(f"POST https://api.telegram.org/bot{TOKEN}/getMe through {PROXY}")
    except OSError:
        made = record("GET https://host/bot%s/x", TOKEN, detail=f"by {PROXY}", where=OSError(PROXY))
        made.exc_info = sys.exc_info()
    line = formatter.format(made)
    assert "Traceback" in line
    assert TOKEN not in line
    assert "s3cret" not in line
    assert "proxy:8080" in line


@pytest.mark.parametrize("format_", ["text", "json"])
def test_an_uncaught_exception_is_logged_without_secrets(format_: str) -> None:
    end = f"raise OSError('https://api.telegram.org/bot' + {TOKEN[:20]!r} + {TOKEN[20:]!r})"
    code = "from jobs.monitoring.logs import set_up_logging; from jobs.settings import Settings; import sys\n"
    code += f"set_up_logging(Settings(_env_file=None, log_format={format_!r}))\n{end}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "OSError" in done.stderr
    assert TOKEN not in done.stderr
    assert "/bot***" in done.stderr


def test_secrets_of_the_settings_are_recognised_in_any_spelling() -> None:
    code = """if True:
        import logging
        from jobs.monitoring.logs import set_up_logging
        from jobs.settings import Settings
        set_up_logging(Settings(_env_file=None, telegram_token="odd-token", youtube_proxy="http://me:pa%24word@host:1",
                                redis_url="redis://:pw@host"))
        logging.warning("407 for me with pa$word or pa%24word, odd-token, and a pw that is too short to be one")
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.partition("root: ")[2] == (
        "407 for me with *** or ***, ***, and a pw that is too short to be one\n"
    )


FORGED = "Song\r\n2027-01-15 08:00:00 INFO    jobs.queue.requests: request ab12cd34: accepted"


@pytest.mark.parametrize(
    "text",
    [
        FORGED, "\x1b[2J\x1b[31mred", "\x9b31mred", "a\x85b", "a\u2028b\u2029c", "\u202egnp.exe", "\u2066a",
        "\x07\x7f\0", "\udc80", "\x1b]0;title\x07",
    ],
)  # fmt: skip
def test_untrusted_text_neither_forges_a_line_nor_controls_a_terminal(text: str) -> None:
    made = record("playlist %s: %s", "PLabcdefgh", text, title=text, detail=f"by {text}")
    for formatter in (Discreet(), DiscreetJson()):
        line = formatter.format(made)
        assert line.isprintable()
        line.encode()
    event = json.loads(line)
    assert (event["message"], event["title"]) == (text, text), "nothing of it is lost"


def test_a_traceback_is_indented() -> None:
    made = record("a bug")
    try:
        raise ValueError(f"{FORGED}\x1b[31m")
    except ValueError:
        made.exc_info = sys.exc_info()
    logging.Formatter().format(made)  # another handler, which caches its own text of the traceback
    first, *others = Discreet().format(made).split("\n")
    assert first.endswith("jobs.queue.requests: a bug")
    assert others[0] == "    Traceback (most recent call last):"
    assert all(line.startswith("    ") and line.isprintable() for line in others)
    assert json.loads(DiscreetJson().format(made))["traceback"].startswith("Traceback")


def test_titles_are_readable_where_they_can_be() -> None:
    for formatter in (Discreet(), DiscreetJson()):
        assert "Águas de Março \N{EN DASH} 愛" in formatter.format(record("%s", "Águas de Março \N{EN DASH} 愛"))


def test_a_line_is_never_longer_than_a_few_pages() -> None:
    for formatter in (Discreet(), DiscreetJson()):
        line = formatter.format(record("from %s to", "x" * 10_000_000, detail="y" * 10_000_000))
        assert len(line) < 3 * LONGEST
        assert "from xxx" in line
        assert "yyy" in line


def test_a_secret_in_quotes_is_removed() -> None:
    keep_secret(['pass "word"', "no"])
    try:
        assert "word" not in Discreet().format(record("no", detail='it was pass "word" here'))
        assert "no detail=" in Discreet().format(record("no", detail="too short to be one")), "and it stays"
    finally:
        keep_secret([])


async def test_each_change_of_state_is_one_line_with_both_ids(
    queue: JobQueue, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    track_queue = TrackQueue(queue.redis, "worker-of-the-test")
    request, other = ask(), ask(source=OTHER)

    await queue.submit(request)
    await queue.submit(request)  # the same message again
    await track_queue.begin(request.track_id)
    await track_queue.ready(request.track_id, await track_queue.wanted(request.track_id))
    await queue.sending(request.id)
    await queue.done(request.id)
    await queue.cancel(request.id)  # too late
    await queue.submit(other)
    await track_queue.begin(other.track_id)
    await track_queue.hand_back(other.track_id)
    await track_queue.begin(other.track_id)
    await track_queue.fail(other.track_id, Failure(reason=Reason.PRIVATE, detail="LOGIN_REQUIRED"))
    said = [
        (event["message"], event["track"] == request.track_id, event.get("request") in (request.id, other.id))
        for line in caplog.records
        if "track" in (event := json.loads(DiscreetJson().format(line)))
    ]
    of_first = [(message, is_request) for message, is_first, is_request in said if is_first]
    assert of_first == [
        ("accepted", True), (RequestPhase.WAITING, True), ("waiting", True), ("begun", False), ("ready", False),
        ("ready", True), (RequestPhase.SENDING, True), (RequestPhase.DONE, True),
    ]  # fmt: skip
    assert [message for message, is_first, _ in said if not is_first] == [
        "accepted", "waiting", "begun", "handed back", "begun", "failed", "failed",
    ]  # fmt: skip
    failed = json.loads(DiscreetJson().format(caplog.records[-1]))
    assert (failed["request"], failed["reason"], failed["detail"]) == (other.id, "private", "LOGIN_REQUIRED")

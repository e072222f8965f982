"""A worker on a Redis that belongs to others: over TLS, as a user who may touch the keys of FL-BT alone."""

import logging
from pathlib import Path

import pytest
from pydantic import SecretStr
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoPermissionError

from jobs.failures import Reason
from jobs.models import Upload
from jobs.progress import RequestPhase
from jobs.queue.connection import connect
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from tests.peers.tls_queue import tls_before
from tests.worker.track_fixture import ask, seen, work_off

#: As in docs/deployment.md.
RULES = "~flbt:* ~arq:* &flbt:* +@all -@admin -@dangerous +info"


async def test_a_request_is_worked_off_over_tls_with_few_rights(
    queue: JobQueue, valkey_server: SecretStr, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "worker.lane")  # which says there why it is not woken
    socket = Path(valkey_server.get_secret_value().removeprefix("unix://"))
    await queue.redis.execute_command("ACL", "SETUSER", "flbt", "reset", "on", ">se/cret", *RULES.split())  # type: ignore[no-untyped-call]
    try:
        async with tls_before(socket, tmp_path) as (port, authority):
            address = f"rediss://flbt:se%2Fcret@localhost:{port}/0"
            url = SecretStr(f"{address}?ssl_ca_certs={authority}")
            theirs = JobQueue.at(url)
            with pytest.raises(NoPermissionError):
                await theirs.redis.set("other", "1")
            with pytest.raises(NoPermissionError):
                await theirs.redis.flushall()
            request = ask(Upload(upload_id="gone", name="song.mp3"))
            assert await theirs.submit(request)
            await work_off(Settings(_env_file=None, data=tmp_path, warm=False), url)
            view = await seen(theirs, request)
            await theirs.close()
            stranger = connect(SecretStr(address))  # the certificate is of no authority that the system trusts
            with pytest.raises(RedisConnectionError, match="certificate"):
                await stranger.ping()
            await stranger.aclose(close_connection_pool=True)
    finally:
        await queue.redis.acl_deluser("flbt")
    assert view.phase is RequestPhase.FAILED
    assert view.failure is not None
    assert view.failure.reason is Reason.UPLOAD_GONE
    assert "permission" not in caplog.text.lower()
    assert "NOPERM" not in caplog.text


def test_the_rights_are_those_of_the_docs(request: pytest.FixtureRequest) -> None:
    assert RULES in (request.config.rootpath / "docs" / "deployment.md").read_text()

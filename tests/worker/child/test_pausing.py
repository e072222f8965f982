"""A child that is stopped dies with its worker, whose end it cannot hear."""

import asyncio
import sys

import psutil
import pytest

OWNER = """
import asyncio, contextlib, sys
from tests.worker.child_tasks import Answer, Errand
from worker.child.forking import forks
from worker.child.parent_side import start_child

async def main():
    async with forks() if sys.argv[1] == "forked" else contextlib.nullcontext():
        async with start_child("tests.worker.child_tasks", None) as child:
            def begun(step):
                child.pause()
                print(child._process.pid, flush=True)
            await child.ask(Errand(do="eat"), Answer, begun, deadline=600)

asyncio.run(main())
"""


@pytest.mark.parametrize("how", ["forked", "started"])
async def test_a_stopped_child_dies_with_a_worker_that_is_killed(how: str, request: pytest.FixtureRequest) -> None:
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OWNER, how, stdout=asyncio.subprocess.PIPE, cwd=request.config.rootpath
    )
    assert owner.stdout is not None
    child = psutil.Process(int(await owner.stdout.readline()))
    async with asyncio.timeout(60):
        while child.status() != psutil.STATUS_STOPPED:
            await asyncio.sleep(0.02)
        owner.kill()
        await owner.wait()
        await asyncio.to_thread(child.wait)

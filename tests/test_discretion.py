"""The listener for secrets reports a leak on every channel, and nothing without a leak."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

#: Every way has a secret of its own, so that it can be told which were heard.
CONFTEST = """
from tests.discretion import Discretion

def pytest_configure(config):
    discretion = Discretion({f"secret {n}": "-".join(["what", "nobody", "must", "say", str(n)]) for n in range(10, 30)})
    discretion.start()
    config.pluginmanager.register(discretion, "discretion")
"""

LEAKS = {
    "log": "logging.getLogger('worker.sources.fetching').warning('by %s', secret)",
    "log of what is about": "logging.getLogger('jobs.queue.requests').info('failed', extra=about(detail=secret))",
    "traceback": """
    try:
        raise OSError(secret)
    except OSError:
        logging.getLogger('jobs.queue.requests').exception('oh')
""",
    "stderr of a process": "subprocess.run([sys.executable, '-c', told], env=env, check=True)",
    "stderr that is read": "subprocess.run([sys.executable, '-c', told], env=env, check=True, capture_output=True)",
    "stderr that asyncio reads, in two pieces": """
    async def run():
        process = await asyncio.create_subprocess_exec(sys.executable, '-c', halves, env=env, stderr=-1)
        await process.communicate()
    asyncio.run(run())
""",
    "command line": "subprocess.run([sys.executable, '-c', 'pass', secret], check=True)",
    "command line of a child's child": "subprocess.run([sys.executable, '-c', child], env=env, check=True)",
    "what a bot sends": "hear('what the bot sent', {'text': secret})",
    "print": "print(secret)",  # the last one, which no later test can tell of
}

BEGINNING = """
import asyncio, logging, os, subprocess, sys
from jobs.monitoring.logs import about
from tests.discretion import hear

told = "import os, sys; sys.stderr.write(os.environ['INNER'])"
halves = '''import os, time
for half in (os.environ['INNER'][:9], os.environ['INNER'][9:]):
    os.write(2, half.encode())
    time.sleep(0.2)
'''
child = '''import os, subprocess, sys
subprocess.run([sys.executable, '-c', 'import time; time.sleep(2)', os.environ['INNER']])
'''
"""

TEST = """
def test_{number}():
    secret = "-".join(["what", "nobody", "must", "say", "{number}"])
    env = os.environ | {{"INNER": secret}}
    {leak}
"""


def session(folder: Path, root: Path, *leaks: str) -> tuple[int, str]:
    """Run a session of its own with a test for each of `leaks`."""
    tests = [TEST.format(number=number, leak=leak) for number, leak in enumerate(leaks, 10)]
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_inner.py").write_text("".join([BEGINNING, *tests]))
    (folder / "pytest.ini").write_text("[pytest]\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:asyncio", folder],
        env=_environment(root), cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def _environment(root: Path) -> dict[str, str]:
    """Ours, without what says that this is one process of several."""
    return {name: value for name, value in os.environ.items() if "XDIST" not in name} | {"PYTHONPATH": str(root)}


def test_whichever_way_a_secret_slips_it_is_heard(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    code, said = session(tmp_path, request.config.rootpath, *LEAKS.values())
    assert code == pytest.ExitCode.TESTS_FAILED, said
    unheard = [leak for number, leak in enumerate(LEAKS, 10) if f"secret {number} was heard in" not in said]
    assert unheard == [], said
    assert f"DISCRETION: secret {9 + len(LEAKS)} was heard in stdout" in said


def test_the_last_words_of_a_session_fail_it_too(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    code, said = session(tmp_path, request.config.rootpath, LEAKS["print"])
    assert code == pytest.ExitCode.TESTS_FAILED, said
    assert "1 passed" in said


def test_discretion_is_nothing_to_complain_of(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    harmless = "logging.getLogger('jobs').warning('all is well'); subprocess.run([sys.executable, '-c', 'pass'])"
    code, said = session(tmp_path, request.config.rootpath, harmless)
    assert code == 0, said
    assert "1 passed" in said

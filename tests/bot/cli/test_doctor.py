"""The doctor's findings, check by check, faults included; `test_command` runs its command."""

import re
import subprocess
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.cli import doctor
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from tests.peers.botapi import BotApi
from tests.peers.discord import Discord
from tests.strangers import public

__all__ = ["public"]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("FLBT_DATA", str(tmp_path))  # for the worker, which checks the weights
    return Settings(_env_file=None, data=tmp_path, telegram_token=None, redis_url=None)


class Examine:
    """Runs `examine`; gives the output of each subject, advice included, and the exit code."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.youtube = "http://127.0.0.1:9"  # the port of discard, where no server listens

    async def __call__(self, settings: Settings, **what: object) -> tuple[dict[str, str], int]:
        code = await doctor.examine(settings.model_copy(update=what), self.youtube)
        lines = self._capsys.readouterr().out.replace("\n           → ", " → ").splitlines()
        return {line.split()[1]: line for line in lines}, code


@pytest.fixture
def examine(capsys: pytest.CaptureFixture[str]) -> Examine:
    return Examine(capsys)


async def test_a_fresh_machine_lacks_nothing_grave(examine: Examine, settings: Settings, tmp_path: Path) -> None:
    said, code = await examine(settings)
    assert said["Weights"] == (
        f"! Weights  none in {tmp_path}/models → fetched on first use, or now: `uv run fl-bt models fetch`"
    )
    assert said["Token"].startswith("! Token    none → only a bot needs one")
    assert said["Queue"] == "✓ Queue    a private one, started when it is needed"
    assert re.fullmatch(
        r"✓ Children confined: Landlock ABI \d+, seccomp|! Children (not )?confined.* → .*", said["Children"]
    )
    assert {said[subject][0] for subject in ("Python", "Store", "Disk")} == {"✓"}
    assert code == 0


async def test_engine_and_youtube(examine: Examine, settings: Settings) -> None:
    said, code = await examine(settings)
    assert re.fullmatch(r"✓ Engine   (unet, built for (avx512|avx2|neon)|openvino: .*)", said["Engine"])
    assert said["YouTube"].startswith("! YouTube  no answer: Connection refused → links fail, files work")
    assert code == 0
    async with BotApi() as server:  # any server that answers
        examine.youtube = f"http://127.0.0.1:{server.port}/"
        said, _ = await examine(settings)
    assert said["YouTube"].startswith(("✓ YouTube  answers", "! YouTube  answers with status 404"))


async def test_findings_are_marked_by_gravity(
    examine: Examine, settings: Settings, queue: JobQueue, valkey_server: SecretStr, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "NEWEST_TRIED", (3, 10))
    said, code = await examine(settings, redis_url=valkey_server)
    assert said["Queue"] == "! Queue    0 tracks waiting, 0 workers alive → start one: `uv run fl-bt worker`"
    assert said["Python"].startswith("! Python")
    assert code == 0
    said, code = await examine(settings, min_free_mb=1e12)
    assert said["Disk"].startswith("✗ Disk")
    assert "FLBT_MIN_FREE_MB" in said["Disk"]
    assert code == 1


async def test_a_setting_without_effect_is_named(examine: Examine, settings: Settings) -> None:
    said, code = await examine(settings, precision="bf16")
    assert said["Settings"].endswith(
        " → FLBT_PRECISION is ignored: every engine computes in float32. Remove it from your settings."
    )
    assert said["Settings"].startswith("! ")
    assert code == 0


async def test_whose_token_it_is(examine: Examine, settings: Settings) -> None:
    async with BotApi() as server:
        mine = {"telegram_base_url": server.base_url, "telegram_token": SecretStr(server.token)}
        said, code = await examine(settings, **mine)
        assert (said["Token"], code) == ("✓ Token    belongs to @fl_bt_test_bot", 0)
        server.inline_on = False
        said, _ = await examine(settings, **mine)
        assert said["Token"].endswith("; sharing in other chats is off: /setinline at @BotFather")
        said, code = await examine(settings, **mine | {"telegram_token": SecretStr("123456:" + "w" * 35)})
        assert said["Token"].startswith("✗ Token    refused by Telegram")
        assert code == 1
    said, code = await examine(settings, **mine)
    assert said["Token"].startswith("✗ Token    could not be checked")
    assert server.token not in str(said)
    assert code == 1


def test_doctor_reports_files_readable_by_others(
    public: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (public / "data" / "queue").mkdir(parents=True)
    (public / "cookies.txt").touch()
    (public / ".env").touch(0o644)
    monkeypatch.chdir(public)
    about = settings.model_copy(update={"data": public / "data", "youtube_cookies": public / "cookies.txt"})
    found = doctor.privacy(about)
    assert found.found == f"others may read {public}/data/queue, {public}/.env, {public}/cookies.txt"
    assert found.advice == f"close it: `chmod go= {public}/data/queue {public}/.env {public}/cookies.txt`"
    subprocess.run(found.advice.partition("`")[2].rstrip("`"), shell=True, check=True)
    assert doctor.privacy(about) == doctor.Finding("Privacy", "no other user of this machine may read what is kept")


async def test_which_file_the_settings_are_from(
    examine: Examine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said, _ = await examine(settings)
    assert said["Settings"] == "✓ Settings from the environment: no .env here"
    (tmp_path / ".env").touch()
    said, _ = await examine(settings)
    assert said["Settings"] == f"✓ Settings from {tmp_path}/.env and the environment"


@pytest.mark.parametrize(
    ("url", "reads"),
    [
        ("redis://:s3cret@redis.example.org:6379/0", True),
        ("rediss://:s3cret@redis.example.org:6379/0", False),
        ("redis://:s3cret@redis:6379/0", False),
        ("redis://127.0.0.1:6379", False),
        ("unix:///run/valkey.sock", False),
    ],
)
def test_a_queue_that_others_on_the_way_can_read(url: str, reads: bool) -> None:
    assert doctor.is_readable_on_the_way(SecretStr(url)) is reads


async def test_discords_token_is_checked_too(examine: Examine, settings: Settings) -> None:
    async with Discord() as server:
        token, url = SecretStr(server.token), server.api_url
        said, _ = await examine(settings.model_copy(update={"discord_token": token, "discord_api_url": url}))
        assert said["Discord"] == "✓ Discord  the token belongs to fl-bt"
        wrong = {"discord_token": SecretStr("wrong"), "discord_api_url": url}
        said, code = await examine(settings.model_copy(update=wrong))
        assert said["Discord"].startswith("✗ Discord  the token is refused")
        assert code == 1


@pytest.mark.parametrize(
    ("url", "app", "found"),
    [
        ("", "", None),
        ("http://localhost:8000", "", None),
        ("http://localhost:8000", "mixer", "! Mixer    off → FLBT_WEB_APP needs FLBT_WEB_URL with https://"),
        (
            "https://a.example",
            "",
            "✓ Mixer    a button under results in chats; in groups on Telegram it opens a plain",
        ),
        ("https://a.example", "mixer", "it opens https://t.me/your_bot/mixer"),
    ],
)
async def test_the_mixer(examine: Examine, settings: Settings, url: str, app: str, found: str | None) -> None:
    said, _ = await examine(settings, web_url=url, web_app=app)
    assert (found in said["Mixer"]) if found else "Mixer" not in said

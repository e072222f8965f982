"""An `.env` counts only if no other user can have written it; and a file cannot redirect a token from elsewhere."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.process.privacy import why_distrusted
from jobs.settings import Settings, SettingsError, load_settings
from tests.peers.botapi import BotApi
from tests.strangers import IS_ROOT, NOBODY, has_own_group, public

__all__ = ["public"]


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"FLBT_{name.upper()}", raising=False)


def planted(folder: Path, way: str) -> None:
    """Prepares `folder` as if another user had put an `.env` into it, or could have."""
    file = folder / ".env"
    match way:
        case "a file of another":
            os.chown(file, NOBODY, NOBODY)
        case "a folder of another":
            os.chown(folder, NOBODY, NOBODY)
        case "a file of another in a sticky folder":
            folder.chmod(0o1777)
            os.chown(file, NOBODY, NOBODY)
        case "a file that others may write":
            file.chmod(0o666)
        case "a folder that others may write":
            folder.chmod(0o777)
        case "a link into such a folder":
            (folder / "shared").mkdir()
            (folder / "shared").chmod(0o777)
            file.rename(folder / "shared" / "settings")
            file.symlink_to("shared/settings")
        case "a link to a link through such a folder":
            (folder / "shared").mkdir()
            (folder / "shared").chmod(0o777)
            file.rename(folder / "settings")
            (folder / "shared" / "settings").symlink_to("../settings")
            file.symlink_to("shared/settings")


#: Only root can make files of another user; without root, `test_owners_and_modes_of_trusted_files` covers them.
WAYS = [
    "a file that others may write", "a folder that others may write", "a link into such a folder",
    "a link to a link through such a folder",
    *(["a file of another", "a folder of another", "a file of another in a sticky folder"] if IS_ROOT else []),
]  # fmt: skip


def fl_bt(command: str, folder: Path, token: str) -> "subprocess.CompletedProcess[str]":
    about = {"FLBT_TELEGRAM_TOKEN": token, "FLBT_REDIS_URL": "redis://127.0.0.1:1/0", "FLBT_DATA": str(folder / "data")}
    return subprocess.run(
        [sys.executable, "-P", "-m", "bot", command], cwd=folder, env=os.environ | about, capture_output=True,
        text=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("command", ["bot", "doctor"])
@pytest.mark.parametrize("way", WAYS)
async def test_a_planted_file_gets_no_token_sent(public: Path, way: str, command: str) -> None:
    async with BotApi() as server:
        lines = [f"FLBT_TELEGRAM_BASE_URL={server.base_url}", f"FLBT_TELEGRAM_FILE_URL={server.file_url}"]
        (public / ".env").write_text("\n".join(lines))
        planted(public, way)
        done = await asyncio.to_thread(fl_bt, command, public, server.token)
        assert server.requests == []
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith(f"{public}/.env is not taken for settings: ")
    assert done.stderr.count("\n") == 1


def test_owners_and_modes_of_trusted_files(public: Path) -> None:
    file = public / "settings"
    file.touch(0o600)
    if IS_ROOT:
        os.chown(file, NOBODY, NOBODY)
        os.chown(public, NOBODY, NOBODY)
    owner = file.stat().st_uid
    assert why_distrusted(file, owner) == ""
    assert why_distrusted(file, owner + 1) == f"{file} belongs to another user. Start in a folder of your own"


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664])
@pytest.mark.parametrize("folder", [0o700, 0o755, 0o775, 0o1777])
def test_a_file_of_the_user_is_trusted_with_the_modes_of_editors(
    public: Path, monkeypatch: pytest.MonkeyPatch, mode: int, folder: int
) -> None:
    """Also with the group that many systems give each user; also in `/tmp`."""
    (public / ".env").write_text("FLBT_MAX_SECONDS=60\nFLBT_TELEGRAM_BASE_URL=https://example.org/bot\n")
    (public / ".env").chmod(mode)
    public.chmod(folder)
    monkeypatch.chdir(public)
    if not has_own_group() and (mode == 0o664 or folder == 0o775):
        with pytest.raises(SettingsError, match="other users may write"):
            load_settings()
        return
    assert load_settings().max_seconds == 60


def test_a_group_of_several_users_is_not_trusted(public: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (public / ".env").touch(0o660)
    monkeypatch.chdir(public)
    shared = next((group for group in os.getgroups() if group != os.getgid()), NOBODY if IS_ROOT else os.getgid())
    os.chown(public / ".env", -1, shared)
    (public / ".env").chmod(0o660)
    if shared != os.getgid() or not has_own_group():
        with pytest.raises(SettingsError, match=r"other users may write to .*/\.env\. Close it with `chmod go-w "):
            load_settings()
    else:  # not root and in no other group: this user cannot give a file to another group
        load_settings()


@pytest.mark.parametrize("name", ["FLBT_TELEGRAM_BASE_URL", "FLBT_TELEGRAM_FILE_URL"])
def test_no_address_from_a_file_with_a_token_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(f"{name}=https://example.org/bot\n")
    assert load_settings().telegram_token is None
    monkeypatch.setenv("FLBT_TELEGRAM_TOKEN", "123:ABC")
    with pytest.raises(SettingsError, match=f"^{name} is in {tmp_path}/.env, but FLBT_TELEGRAM_TOKEN is in the "):
        load_settings()
    monkeypatch.setenv(name, "https://example.com/bot")
    settings = load_settings()
    assert "https://example.com/bot" in (settings.telegram_base_url, settings.telegram_file_url)


@pytest.mark.parametrize("name", ["FLBT_TELEGRAM_BASE_URL", "FLBT_TELEGRAM_FILE_URL"])
def test_the_token_leaves_the_own_network_only_by_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, "http://api.example.org/bot")
    with pytest.raises(SettingsError, match=f"^{name} is wrong: must be https://, since the token goes there"):
        load_settings()
    for fine in ("https://api.example.org/bot", "http://telegram-bot-api:8081/bot", "http://127.0.0.1:8081/bot"):
        monkeypatch.setenv(name, fine)
        load_settings()

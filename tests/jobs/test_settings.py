"""Settings: documented, checked at the start, and silent about secrets."""

import re
from pathlib import Path

import pytest

from jobs.monitoring.redaction import without_secrets
from jobs.settings import Settings, SettingsError, load_settings

TOKEN = "123456789:AAabcdefghijklmnopqrstuvwxyz_0123456"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"FLBT_{name.upper()}", raising=False)


def test_every_setting_is_in_the_example_with_its_default(request: pytest.FixtureRequest) -> None:
    example = (request.config.rootpath / ".env.example").read_text()
    lines = dict(re.findall(r"^#?FLBT_([A-Z0-9_]+)=(.*)$", example, re.MULTILINE))
    assert set(lines) == {name.upper() for name in Settings.model_fields}
    defaults = Settings()
    for name, field in Settings.model_fields.items():
        shown = lines[name.upper()]
        if shown and name != "redis_url":
            assert getattr(Settings.model_validate({name: shown}), name) == field.default
            assert getattr(defaults, name) == field.default


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("FLBT_MAX_SECONDS", "-1", "greater than 0"),
        ("FLBT_MAX_SECONDS", "long", "number"),
        ("FLBT_ENGINE", "fast", "'unet', 'openvino' or 'spleeter'"),
        ("FLBT_REDIS_URL", "localhost:6379", "redis://"),
        ("FLBT_REDIS_URL", "redis://host:some", "redis://"),
        ("FLBT_REDIS_URL", "redis://:s3cret/word@host:6379", "redis://"),
        ("FLBT_STORE", "ftp://bucket", "file:///"),
        ("FLBT_STORE", "s3://", "s3://bucket"),
        ("FLBT_STORE", "s3://key:s3cret@bucket", "s3://bucket"),
        ("FLBT_CACHE_GB", "0", "greater than 0"),
        ("FLBT_TELEGRAM_BASE_URL", "api.telegram.org/bot", "https://"),
        ("FLBT_YOUTUBE_PROXY", "socks5://someone:s3cret@host:1080", "http://"),
        ("FLBT_YOUTUBE_PROXY", "http://someone:s3/cret@host:8080", "http://"),
        ("FLBT_YOUTUBE_PROXY", "s3cret@host:8080", "http://"),
        ("FLBT_YOUTUBE_PROXY", "http://me:s3cret@host:some", "http://"),
        ("FLBT_YOUTUBE_PROXY", "http://me:s3cret@[host", "http://"),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{name} is wrong: .*\\.$") as error:
        load_settings()
    assert says in str(error.value)
    assert "\n" not in str(error.value)
    assert "s3cret" not in str(error.value)


@pytest.mark.parametrize("value", ["auto", "f32", "bf16", "something"])
def test_a_setting_of_an_earlier_version_is_ignored_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    assert load_settings().ignored == ()
    monkeypatch.setenv("FLBT_PRECISION", value)
    (sentence,) = load_settings().ignored
    assert sentence.startswith("FLBT_PRECISION is ignored: ")


def test_env_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"FLBT_TELEGRAM_TOKEN={TOKEN}\nFLBT_MAX_SECONDS=60\n")
    settings = load_settings()
    assert settings.max_seconds == 60
    assert settings.telegram_token is not None
    assert TOKEN not in repr(settings)


def test_an_env_file_that_is_no_text_is_one_sentence(tmp_path: Path) -> None:
    """As some editors write it by default."""
    (tmp_path / ".env").write_text(f"FLBT_TELEGRAM_TOKEN={TOKEN}\n", encoding="utf-16")
    with pytest.raises(SettingsError, match=r"^\.env cannot be read: it is not text in UTF-8\.") as error:
        load_settings()
    assert TOKEN not in str(error.value)


def test_secrets_are_removed_from_the_log() -> None:
    text = f"POST https://api.telegram.org/bot{TOKEN}/getMe via http://user:pa$$@proxy:8080 and redis://:pw@host:6379"
    cleaned = without_secrets(text)
    assert cleaned == "POST https://api.telegram.org/bot***/getMe via http://***@proxy:8080 and redis://***@host:6379"


@pytest.mark.parametrize("url", ["http://proxy.example:3128", "http://someone:s3cret@10.0.0.1:8080/"])
def test_a_proxy_is_taken(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("FLBT_YOUTUBE_PROXY", url)
    proxy = load_settings().youtube_proxy
    assert proxy is not None
    assert proxy.get_secret_value() == url


@pytest.mark.parametrize(
    "url", ["socks5://me:s3cret@proxy.example:1080", "http://", "http://me:s3cret@:3128", "http://me:s3cret@proxy/path"]
)
def test_an_invalid_proxy_is_refused_without_being_repeated(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("FLBT_YOUTUBE_PROXY", url)
    with pytest.raises(SettingsError, match=r"^FLBT_YOUTUBE_PROXY is wrong") as refused:
        load_settings()
    assert "s3cret" not in str(refused.value)

"""initData of a Mini App, by Telegram's documented algorithm; and every way in which it may be wrong."""

import hashlib
import hmac
import json
from urllib.parse import urlencode

import pytest
from pydantic import SecretStr

from bot.chats.app_key import app_key
from bot.web.init_data import AHEAD, LONGEST, OLDEST, MiniAppUser, user_of

TOKEN = SecretStr("7000001:AAtest-token-of-the-small-bot-api-server")
NOW = 1_795_837_000.0
USER = json.dumps({"id": 279058397, "first_name": "Ana & Cía", "language_code": "pt-br", "allows_write_to_pm": True})


def signed(fields: dict[str, str] | None = None, token: SecretStr = TOKEN) -> str:
    """initData as Telegram makes it; its steps are those of the documentation, one by one."""
    told = {"auth_date": str(int(NOW)), "query_id": "AAHdF6IQAAAAAN0XohDhrOrc", "user": USER} | (fields or {})
    data_check_string = "\n".join(sorted(f"{name}={value}" for name, value in told.items()))
    secret_key = hmac.new(b"WebAppData", token.get_secret_value().encode(), hashlib.sha256).digest()
    return urlencode(told | {"hash": hmac.new(secret_key, data_check_string.encode(), hashlib.sha256).hexdigest()})


def test_a_known_example() -> None:
    """Made with the token of Telegram's documentation for bots, `110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw`."""
    data = (
        "auth_date=1795837000&query_id=AAHdF6IQAAAAAN0XohDhrOrc&user=%7B%22id%22%3A1%7D"
        "&hash=35fa157a6df371b9d59dfad0a07f28b6e139eaece57c81c6036b4382bca00179"
    )
    token = SecretStr("110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw")
    assert user_of(data, app_key(token), NOW) == MiniAppUser(id=1)


def test_what_telegram_signed_is_read() -> None:
    assert user_of(signed(), app_key(TOKEN), NOW) == MiniAppUser(id=279058397, language_code="pt-br")
    more = {"start_param": "abc", "chat_type": "supergroup", "signature": "x_-", "chat_instance": "-1"}
    assert user_of(signed(more), app_key(TOKEN), NOW) is not None
    assert user_of(signed({"start_param": ""}), app_key(TOKEN), NOW) is not None, "an empty field is signed, too"


@pytest.mark.parametrize(
    ("moved", "is_read"),
    [(OLDEST - 1, True), (OLDEST + 1, False), (-AHEAD + 1, True), (-AHEAD - 2, False), (10**9, False)],
)
def test_it_is_good_for_a_day(moved: float, is_read: bool) -> None:
    assert (user_of(signed(), app_key(TOKEN), NOW + moved) is not None) is is_read


@pytest.mark.parametrize(
    "data",
    [
        "",
        "hash=",
        "&&&",
        "junk",
        "%ff=%ff&hash=é",
        signed().replace("pt-br", "en-gb"),
        signed().replace("hash=", "hash=0"),
        signed().partition("&hash")[0],
        signed() + "&user=" + USER,
        signed() + "&more=1",
        signed() + "&hash=" + "0" * 64,
        signed(token=SecretStr("7000002:another")),
        signed({"more": "x" * LONGEST}),
        "&".join(f"f{number}=1" for number in range(100)),
    ],
)
def test_what_telegram_did_not_sign_for_us_is_nobody(data: str) -> None:
    assert user_of(data, app_key(TOKEN), NOW) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"auth_date": ""},
        {"auth_date": "soon"},
        {"auth_date": "1e9"},
        {"user": ""},
        {"user": "{"},
        {"user": "[]"},
        {"user": "null"},
        {"user": '{"id": "x"}'},
        {"user": "[" * 5000},
        {"user": json.dumps({"id": 1, "is_bot": True})},
    ],
)
def test_signed_data_without_a_person_or_a_date_is_nobody(fields: dict[str, str]) -> None:
    assert user_of(signed(fields), app_key(TOKEN), NOW) is None

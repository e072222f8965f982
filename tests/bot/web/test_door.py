"""Who gets in: names of hosts, origins, tokens, cookies; and the headers of every answer."""

from pathlib import Path

import aiohttp
import pytest

from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import Worker
from tests.bot.web.web_fixture import TOKEN, VIDEO, Browser, Rig, away, settings_for

SUBMIT = f"/api/submit/{VIDEO}"


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "192.168.1.7", "evil.example:8000", "a b", ""]
)
async def test_a_foreign_name_is_refused_everywhere(browser: Browser, host: str) -> None:
    """A page whose name was bound to this address anew would have our origin."""
    for path in ("/app", "/api/tasks", "/api/openapi.json"):
        refused = await browser.get(path, 421, headers={"Host": host})
        assert "does not answer under that name" in refused["error"]


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8000", "127.0.0.1", "[::1]:8000", "fl-bt.localhost", "music.lan"]
)
async def test_own_names_are_taken(rig: Rig, tmp_path: Path, host: str) -> None:
    rig.settings = settings_for(tmp_path, web_hosts="music.lan, other.lan")
    async with rig.serving(), rig.client() as client:
        await client.get("/api/options", headers={"Host": host})


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_pages_of_other_sites_change_nothing(browser: Browser, headers: dict[str, str]) -> None:
    task = await browser.submit()
    for method, path in [
        ("POST", SUBMIT),
        ("POST", "/api/submit"),
        ("POST", "/api/say"),
        ("DELETE", f"/api/tasks/{task}"),
    ]:
        refused = await browser.call(method, path, 403, headers=headers)
        assert "another site" in refused["error"]
    assert len((await browser.get("/api/tasks"))["tasks"]) == 1


async def test_the_page_itself_may(browser: Browser) -> None:
    headers = {"Origin": browser.rig.url, "Sec-Fetch-Site": "same-origin"}
    assert (await browser.post(SUBMIT, headers=headers))["error"] is None


async def test_every_answer_has_the_headers_and_none_opens_the_door_to_others(browser: Browser) -> None:
    task = (await browser.done())["task_id"]
    paths = ["/app", "/api/tasks", f"/api/status/{task}", f"/api/download/{task}", "/nothing", "/api/openapi.json"]
    for path in paths:
        async with browser.session.get(path, headers={"Origin": "https://evil.example"}) as answer:
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'self'" in policy
            assert "unsafe-inline" not in policy
            assert [name for name in answer.headers if name.lower().startswith("access-control")] == []
            assert "Server" not in answer.headers


async def test_the_cookie_is_for_this_server_alone(rig: Rig) -> None:
    async with rig.serving(), aiohttp.ClientSession(rig.url) as session, session.get("/app") as page:
        cookie = page.headers["Set-Cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="))
    assert "Secure" not in cookie  # http on this machine


async def test_a_made_up_cookie_is_no_browser(browser: Browser) -> None:
    await browser.submit()
    (value,) = [one.value for one in browser.session.cookie_jar]
    changed = ("B" if value[0] == "A" else "A") + value[1:]
    async with browser.rig.client() as other:
        assert (await other.get("/api/tasks", headers={"Cookie": f"flbt_browser={changed}"}))["tasks"] == []
        assert len((await other.get("/api/tasks", headers={"Cookie": f"flbt_browser={value}"}))["tasks"]) == 1


async def test_browsers_do_not_see_each_others_songs_nor_change_them(browser: Browser) -> None:
    task = await browser.submit()
    async with browser.rig.browser() as other, browser.rig.client() as curl:
        for one in (other, curl):
            assert (await one.get("/api/tasks"))["tasks"] == []
            assert (await one.get(f"/api/tasks/{task}"))["mine"] is False  # who has the id may look
            for method, path in [("DELETE", ""), ("POST", "/orders"), ("POST", "/press")]:
                refused = await one.call(method, f"/api/tasks/{task}{path}", 403, json={})
                assert "another browser" in refused["error"]
    assert (await browser.get(f"/api/status/{task}"))["status"] == "PENDING"


async def test_ids_cannot_be_guessed(browser: Browser) -> None:
    first, second = await browser.submit(), await browser.submit("jNQXAC9IVRw")
    assert len(first) == 40
    assert first[16:] != second[16:]
    for made_up in (first[:-1] + ("A" if first[-1] != "A" else "B"), first[:16] + second[16:], first[:16]):
        await browser.get(f"/api/status/{made_up}", 404)


# --- from elsewhere ----------------------------------------------------------------------------------------------


@pytest.fixture
def far(queue: JobQueue, store: FolderStore, tmp_path: Path) -> Rig:
    return Rig(queue, store, away(tmp_path), Worker(queue, store))


async def test_from_elsewhere_nothing_is_shown_without_the_token(far: Rig) -> None:
    async with far.serving(), far.client() as client:
        for method, path in [("GET", "/app"), ("GET", "/api/tasks"), ("POST", SUBMIT), ("GET", "/api/status/abc")]:
            refused = await client.call(method, path, 401)
            assert "its link with the token" in refused["error"]
        for wrong in (f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer "):
            await client.get("/api/tasks", 401, headers={"Authorization": wrong})
        await client.post(f"{SUBMIT}?token={TOKEN}", 401)  # a link changes nothing


async def test_a_link_with_the_token_is_exchanged_for_a_cookie(far: Rig) -> None:
    headers = {"Host": "stems.example.org"}
    async with far.serving(), aiohttp.ClientSession(far.url) as session:
        link = session.get(f"/app?token={TOKEN}&task=1", headers=headers, allow_redirects=False)
        async with link as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/app?task=1")
            cookie = answer.headers["Set-Cookie"]
        assert "Secure" in cookie
        with_cookie = headers | {"Cookie": cookie.partition(";")[0]}
        async with session.get("/api/tasks", headers=with_cookie) as answer:
            assert answer.status == 200
        with_origin = with_cookie | {"Origin": "https://stems.example.org"}
        async with session.post(SUBMIT, headers=with_origin) as answer:
            assert answer.status == 200


async def test_the_first_browser_with_the_link_is_the_owners(far: Rig) -> None:
    headers = {"Host": "stems.example.org"}
    async with far.serving(), far.client() as client:
        links = [client.session.get(f"/app?token={TOKEN}", headers=headers, allow_redirects=False) for _ in range(2)]
        cookies = [(await link).headers["Set-Cookie"].partition(";")[0] for link in links]
        said = []
        for cookie in cookies:
            with_cookie = headers | {"Cookie": cookie}
            answer = await client.post("/api/say", json={"text": "/stats"}, headers=with_cookie)
            said.append(answer["replies"][0]["text"])
    assert said[0] != said[1]
    assert "owner" in said[1]


async def test_a_cookie_of_before_the_token_is_no_right(far: Rig, rig: Rig) -> None:
    async with rig.serving(), rig.browser() as near:
        (value,) = [one.value for one in near.session.cookie_jar]
    async with far.serving(), far.client() as client:
        await client.get("/api/tasks", 401, headers={"Cookie": f"flbt_browser={value}"})


async def test_scripts_show_the_token_in_a_header(far: Rig) -> None:
    async with far.serving(), far.client() as client:
        task = (await client.post(SUBMIT, headers={"Authorization": f"Bearer {TOKEN}"}))["task_id"]
        await client.get(f"/api/status/{task}", headers={"Authorization": f"Bearer {TOKEN}"})
        await client.get(f"/api/status/{task}", 401)


async def test_beyond_loopback_the_token_is_needed_and_addresses_are_names(far: Rig, tmp_path: Path) -> None:
    far.settings = settings_for(tmp_path, web_host="0.0.0.0")
    async with far.serving(), far.client() as client:
        await client.get("/app", 401)
        token = far.site.secret.token.get_secret_value()
        assert len(token) >= 22
        for host, status in [("192.168.1.7:8000", 200), ("evil.example", 421)]:
            await client.get("/api/tasks", status, headers={"Host": host, "Authorization": f"Bearer {token}"})


async def test_answers_are_in_the_browsers_language(browser: Browser) -> None:
    for accepted, said in [
        ("pt-BR,en;q=0.5", "Não há nada"),
        ("de, en;q=0.3, pt;q=0.2", "There is nothing"),
        ("x;q=y", "There"),
    ]:
        refused = await browser.get("/nothing", 404, headers={"Accept-Language": accepted})
        assert refused["error"].startswith(said)

"""Better and slower models on the page: in its form, and in the settings of the chat."""

import asyncio

from tests.bot.telegram.chat_fixture import PATIENCE
from tests.bot.web.web_fixture import Browser


async def test_better_models_are_chosen_where_a_worker_has_them(browser: Browser) -> None:
    task = await browser.done()
    orders = f"/api/tasks/{task['task_id']}/orders"
    refused = await browser.post(orders, 429, json={"model": "htdemucs_6s"})
    assert "HTDemucs" in refused["error"]
    assert "Better" not in str(task["buttons"])
    await browser.rig.worker.have(htdemucs_6s=0.5)
    about = {model["name"]: model["about"] for model in (await browser.get("/api/options"))["models"]}
    assert about.pop("htdemucs_6s").startswith("HTDemucs (6 stems) is better and slower: about 2 min for a song")
    assert set(about.values()) == {""}
    async with asyncio.timeout(PATIENCE):  # a reading answers for a moment
        while "Better" not in str((await browser.get(f"/api/tasks/{task['task_id']}"))["buttons"]):
            await asyncio.sleep(0.05)
    new = await browser.post(orders, json={"model": "htdemucs_6s"})
    await browser.rig.worker.finish(await browser.rig.worker.take())
    assert "guitar" in [file["stem"] for file in (await browser.finished(new["task_id"]))["files"]]


async def test_settings_offer_better_models_where_a_worker_has_them(browser: Browser) -> None:
    await browser.rig.worker.have(htdemucs_6s=0.5)
    (menu,) = (await browser.post("/api/say", json={"text": "/settings"}))["replies"]
    actions = {button["label"]: button["action"] for row in menu["buttons"] for button in row}
    at, six = f"/api/messages/{menu['id']}/press", {"action": actions["6 stems, HTDemucs"]}
    pressed = await browser.post(at, json=six)
    assert pressed["toast"] == "Saved."
    assert "✓ 6 stems, HTDemucs" in str(pressed["card"])
    assert (await browser.get("/api/options"))["model"] == "htdemucs_6s"
    await browser.rig.worker.have()
    assert (await browser.post(at, json=six))["toast"].startswith("I can’t have HTDemucs (6 stems) right now")

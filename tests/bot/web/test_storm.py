"""Very many questions: they cost the queue few commands, so that chats on the same queue do not wait for them."""

import asyncio
from dataclasses import replace

from bot.web.address import person_of
from bot.web.pace import USUAL
from tests.bot.telegram.chat_fixture import QUICK
from tests.bot.web.test_chat import listening
from tests.bot.web.web_fixture import QUICK_PACE, Browser, Rig

ASKED = 1000
#: The server itself asks nothing meanwhile.
STILL = replace(QUICK, look=30, look_at_playlists=30, rest=30)
#: Commands of one reading of a task, at most.
READING = 40


async def commands(browser: Browser) -> int:
    """How many commands the queue's server has done."""
    return int((await browser.rig.queue.redis.info("stats"))["total_commands_processed"])


async def ask(browser: Browser, path: str, status: int) -> float:
    """A thousand times, twenty at once. Returns the seconds it took."""
    begun = asyncio.get_running_loop().time()

    async def some() -> None:
        for _ in range(ASKED // 20):
            await browser.get(path, status)

    await asyncio.gather(*(some() for _ in range(20)))
    return asyncio.get_running_loop().time() - begun


async def test_questions_for_one_task_share_few_readings(rig: Rig) -> None:
    rig.timing, rig.pace = STILL, USUAL
    async with rig.serving(), rig.browser() as browser:
        task = await browser.submit()
        await browser.get(f"/api/status/{task}")
        before = await commands(browser)
        seconds = await ask(browser, f"/api/status/{task}", 200)
        assert await commands(browser) - before < READING * (seconds / USUAL.fresh + 2)


async def test_songs_that_are_done_are_not_read_again_each_time(rig: Rig) -> None:
    async with rig.serving(), rig.browser() as browser:
        for video in ("aaaaaaaaaaA", "aaaaaaaaaaE", "aaaaaaaaaaI"):
            await browser.done(video)
        (cookie,) = browser.session.cookie_jar
        chat = person_of(cookie.value.partition(".")[0])
    rig.timing = STILL
    async with rig.serving(), rig.client() as browser:
        tasks = rig.site.tasks
        first = await tasks.recent(chat)
        before = await commands(browser)
        tasks.changed("", chat)
        again = await tasks.recent(chat)
        assert len(again) == 3
        assert await commands(browser) - before < 5 * len(again) + 10
        assert all(one is other for one, other in zip(first, again, strict=True))


async def test_ids_that_were_never_given_out_do_not_reach_the_queue(rig: Rig) -> None:
    rig.timing, rig.pace = STILL, USUAL
    async with rig.serving(), rig.browser() as browser:
        await browser.get("/api/tasks")
        before = await commands(browser)
        await ask(browser, "/api/status/" + "0" * 40, 404)
        assert await commands(browser) - before < READING


async def test_what_a_page_was_told_of_is_there_at_once(rig: Rig) -> None:
    """Readings answer everybody for a moment; none is older than what was told."""
    rig.pace = replace(QUICK_PACE, fresh=3600)
    async with rig.serving(), rig.browser() as browser, listening(browser) as tab:
        task = await browser.submit()
        await tab.until(lambda it: task in it.tasks)
        assert (await browser.get(f"/api/status/{task}"))["status"] == "PENDING"
        await rig.worker.finish(await rig.worker.take())
        await tab.until(lambda it: it.tasks[task]["status"] == "SUCCESS")
        assert await browser.get(tab.tasks[task]["files"][0]["url"])

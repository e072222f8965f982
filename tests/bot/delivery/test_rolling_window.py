"""Calls within any stretch of time."""

import asyncio
import time

from bot.delivery.rolling_window import RollingWindow


async def test_no_stretch_of_time_has_more_calls_than_allowed_and_their_order_is_kept() -> None:
    window, passed = RollingWindow(3, 0.1), list[tuple[int, float]]()

    async def call(number: int) -> None:
        await window.enter()
        passed.append((number, time.monotonic()))

    await asyncio.gather(*(call(number) for number in range(10)))
    assert [number for number, _ in passed] == list(range(10))
    at = [moment for _, moment in passed]
    assert all(later - earlier >= 0.095 for earlier, later in zip(at, at[3:], strict=False))


async def test_after_a_pause_calls_pass_at_once() -> None:
    window = RollingWindow(2, 0.05)
    await asyncio.gather(window.enter(), window.enter())
    await asyncio.sleep(0.06)
    passing = asyncio.create_task(window.enter())
    for _ in range(5):
        await asyncio.sleep(0)
    assert passing.done(), "without any time"

"""Pairing and access on a real Valkey."""

import asyncio

import pytest

from bot.people import SILENCE, People
from jobs import keys
from jobs.queue import JobQueue

ANA, BO, BAND = "telegram:1", "telegram:2", "telegram:-100"


@pytest.fixture
def people(queue: JobQueue) -> People:
    return People(queue.redis, "closed")


async def test_closed_lets_nobody_in_before_the_pairing(people: People) -> None:
    assert not await people.may_ask(ANA, ANA)
    assert await people.owner() is None


async def test_the_code_works_once(people: People) -> None:
    code = await people.pairing_code()
    assert code is not None
    assert await people.pairing_code() == code, "the link in yesterday's log still works"
    assert not await people.pair(BO, code[:-1])
    assert not await people.pair(BO, "ó" + code)
    assert await people.pair(ANA, code)
    assert not await people.pair(BO, code)
    assert await people.owner() == ANA
    assert await people.pairing_code() is None
    assert await people.may_ask(ANA, BAND)
    assert not await people.may_ask(BO, BO)


async def test_of_two_with_the_code_one_becomes_owner(people: People) -> None:
    code = await people.pairing_code()
    assert code is not None
    assert sorted(await asyncio.gather(people.pair(ANA, code), people.pair(BO, code))) == [False, True]


async def test_nothing_and_an_empty_code_pair_nobody(people: People) -> None:
    assert not await people.pair(ANA, "")
    await people.pairing_code()
    assert not await people.pair(ANA, "")


async def test_a_person_is_let_in_everywhere_and_a_group_for_everyone_in_it(people: People) -> None:
    assert await people.allow(BO, "Bo")
    assert not await people.allow(BO)
    assert await people.may_ask(BO, BO)
    assert await people.may_ask(BO, BAND)
    assert not await people.may_ask(ANA, BAND)
    await people.allow(BAND)
    assert await people.may_ask(ANA, BAND)
    assert not await people.may_ask(ANA, ANA)
    assert await people.allowed() == {BAND: "", BO: "Bo"}
    assert await people.deny(BO)
    assert not await people.deny(BO)
    assert not await people.may_ask(BO, BO)
    assert await people.allowed() == {BAND: ""}


async def test_open_serves_everybody(queue: JobQueue) -> None:
    assert await People(queue.redis, "open").may_ask(BO, BO)


async def test_a_stranger_is_told_once_in_a_while(people: People, queue: JobQueue) -> None:
    assert [await people.first_refusal(BO) for _ in range(3)] == [True, False, False]
    assert 0 < await queue.redis.ttl(keys.told(BO)) <= SILENCE
    assert await people.first_refusal(ANA)

"""Pairing and access on a real Valkey."""

import asyncio

import pytest

from bot.chats.access import SILENCE, Access
from jobs.queue import keys
from jobs.queue.requests import JobQueue

ANA, BO, BAND = "telegram:1", "telegram:2", "telegram:-100"


@pytest.fixture
def access(queue: JobQueue) -> Access:
    return Access(queue.redis, "closed")


async def test_closed_access_refuses_all_people_before_the_pairing(access: Access) -> None:
    assert not await access.may_ask(ANA, ANA)
    assert await access.owner() is None


async def test_the_code_works_once(access: Access) -> None:
    code = await access.pairing_code()
    assert code is not None
    assert await access.pairing_code() == code, "the link in yesterday's log still works"
    assert not await access.pair(BO, code[:-1])
    assert not await access.pair(BO, "ó" + code)
    assert await access.pair(ANA, code)
    assert not await access.pair(BO, code)
    assert await access.owner() == ANA
    assert await access.pairing_code() is None
    assert await access.may_ask(ANA, BAND)
    assert not await access.may_ask(BO, BO)


async def test_of_two_with_the_code_one_becomes_owner(access: Access) -> None:
    code = await access.pairing_code()
    assert code is not None
    assert sorted(await asyncio.gather(access.pair(ANA, code), access.pair(BO, code))) == [False, True]


async def test_an_empty_code_does_not_pair(access: Access) -> None:
    assert not await access.pair(ANA, "")
    await access.pairing_code()
    assert not await access.pair(ANA, "")


async def test_a_person_is_let_in_everywhere_and_a_group_for_everyone_in_it(access: Access) -> None:
    assert await access.allow(BO, "Bo")
    assert not await access.allow(BO)
    assert await access.may_ask(BO, BO)
    assert await access.may_ask(BO, BAND)
    assert not await access.may_ask(ANA, BAND)
    await access.allow(BAND)
    assert await access.may_ask(ANA, BAND)
    assert not await access.may_ask(ANA, ANA)
    assert await access.allowed() == {BAND: "", BO: "Bo"}
    assert await access.deny(BO)
    assert not await access.deny(BO)
    assert not await access.may_ask(BO, BO)
    assert await access.allowed() == {BAND: ""}


async def test_open_access_admits_all_people(queue: JobQueue) -> None:
    assert await Access(queue.redis, "open").may_ask(BO, BO)


async def test_a_stranger_is_told_once_in_a_while(access: Access, queue: JobQueue) -> None:
    assert [await access.first_refusal(BO) for _ in range(3)] == [True, False, False]
    assert 0 < await queue.redis.ttl(keys.told(BO)) <= SILENCE
    assert await access.first_refusal(ANA)

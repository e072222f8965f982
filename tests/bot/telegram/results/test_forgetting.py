"""Forgetting a song removes its data everywhere."""

import asyncio
import time

from arq.connections import ArqRedis

from bot.chats.access import Access
from bot.delivery.instant import InstantDelivery
from bot.delivery.planning.plan import CLOUD
from jobs.models import Upload
from jobs.progress import RequestPhase
from jobs.queue import keys
from jobs.queue.connection import answer
from tests.bot.telegram.chat_fixture import SONG, Rig, files
from tests.bot.telegram.chat_steps import MP3, answered_soon, bo, done, result, turned
from tests.peers.botapi import Chat, Message


async def test_forgetting_takes_two_taps_and_leaves_nothing(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.send_audio(MP3)
        track = await rig.worker.take()
        await rig.worker.finish(track)
        card = await ana.until(done)
        await rig.settled()
        redis = rig.queue.redis
        assert await known_files(redis) == 2
        await (await ana.press(card, "More…")).answer()
        await turned(ana, card, "Forget")
        assert "everything I remember of it?" in await answered_soon(await ana.press(card, "Forget"))
        await turned(ana, card, "Yes, forget it")
        assert (await rig.store.read(track.id)).manifest is not None, "one tap is not enough"
        assert await answered_soon(await ana.press(card, "Yes, forget it")) == "Forgotten."
        await ana.until(lambda message: message == card and "\nForgotten" in message.text)
        assert card.labels == []
        assert isinstance(track.source, Upload)
        assert not rig.store.folder(track.id).exists()
        assert not rig.store.inbox(track.source).exists()
        assert await known_files(redis) == 0
        assert await redis.keys("flbt:sent:*") == []
        assert await rig.queue.recent(f"telegram:{ana.id}") == []
        assert await redis.keys("flbt:parts:*") == []
        left = [value for key in await redis.keys("flbt:*") for value in await _everything(redis, key)]
        assert [value for value in left if b"upload" in value or b"song.mp3" in value] == [], (
            "nothing tells of the song"
        )
        await ana.send_audio(MP3)
        await rig.worker.finish(await rig.worker.take())
        await rig.server.until(lambda: len(files(ana)) == 4)


async def test_what_another_chat_has_stays_there_until_it_forgets_too(rig: Rig) -> None:
    ana, other = rig.ana(), bo(rig)
    redis = rig.queue.redis
    async with rig.bot():
        first = await result(rig, ana)
        await other.say(SONG)
        second = await other.until(done)
        await rig.settled()
        manifest = (await rig.store.read((await rig.queue.recent(f"telegram:{ana.id}"))[0].request.track_id)).manifest
        assert manifest is not None
        await _forget(ana, first)
        assert await rig.queue.recent(f"telegram:{ana.id}") == []
        assert (await rig.store.read(manifest.track_id)).manifest is not None, "Bo has it"
        assert await known_files(redis) == 2
        assert len(await rig.queue.recent(f"telegram:{other.id}")) == 1
        # Bo has it at once, as ever; of what Ana had, nothing is said to be hers.
        (bos,) = await rig.queue.recent(f"telegram:{other.id}")
        again = bos.request.model_copy(update={"id": "e" * 16, "chat": f"telegram:{ana.id}"})
        assert await InstantDelivery(rig.queue, "telegram", lambda _: CLOUD).find(bos.request) is not None
        assert await InstantDelivery(rig.queue, "telegram", lambda _: CLOUD).find(again) is None
        await _forget(other, second)
        assert (await rig.store.read(manifest.track_id)).manifest is None
        assert await known_files(redis) == 0
        assert await redis.keys("flbt:sent:*") + await redis.keys("flbt:held:*") == []


async def test_forgetting_while_another_chat_is_sent_it_breaks_nothing_there(rig: Rig) -> None:
    ana, other = rig.ana(), bo(rig)
    async with rig.bot():
        first = await result(rig, ana)
        await rig.settled()
        gate = rig.server.gates["sendmediagroup"] = asyncio.Event()
        await other.say(SONG)
        await rig.until_phase(other, RequestPhase.SENDING)
        await _forget(ana, first)
        gate.set()
        await other.until(done)
        await rig.settled()
        assert len(files(other)) == 2
        assert await rig.queue.size() == 0, "nothing is made again"


async def test_forgetting_gives_back_no_minutes(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        card = await result(rig, ana)
        await rig.settled()
        await charge(rig)
        before = await Access(rig.queue.redis, "open").used("person", f"telegram:{ana.id}")
        await _forget(ana, card)
        assert await Access(rig.queue.redis, "open").used("person", f"telegram:{ana.id}") == before > 0


async def charge(rig: Rig) -> None:
    """The worker's notes of a separation."""
    (view,) = await rig.queue.recent(next(iter(await _chats(rig))))
    note = f"{time.time():.3f} 213.000 213.000"
    await answer(rig.queue.redis.hset(keys.minutes("person", view.request.asker), view.request.id, note))


async def _chats(rig: Rig) -> list[str]:
    return [key.decode().removeprefix("flbt:chat:") for key in await rig.queue.redis.keys("flbt:chat:*")]


async def _forget(chat: Chat, card: Message) -> None:
    await (await chat.press(card, "More…")).answer()
    await turned(chat, card, "Forget")
    await (await chat.press(card, "Forget")).answer()
    await turned(chat, card, "Yes, forget it")
    assert await answered_soon(await chat.press(card, "Yes, forget it")) == "Forgotten."


async def _everything(redis: ArqRedis, key: bytes) -> list[bytes]:
    match await redis.type(key):
        case b"string":
            return [await redis.get(key)]
        case b"hash":
            return [part for pair in (await answer(redis.hgetall(key.decode()))).items() for part in pair]
        case b"zset":
            return list(await redis.zrange(key, 0, -1))
        case b"set":
            return list(await answer(redis.smembers(key.decode())))
    return []


async def test_only_the_asker_and_admins_can_have_it_forgotten_and_not_while_somebody_waits(rig: Rig) -> None:
    ana, bo, cleo = (rig.server.person(name) for name in ("Ana", "Bo", "Cleo"))
    band = rig.server.group("Band", [ana, bo, cleo])
    rig.server.privacy = False
    mine = rig.server.private(bo)
    async with rig.bot():
        await mine.say(SONG)
        track = await rig.worker.take()
        await rig.worker.finish(track)
        await mine.until(done)
        # The same song, as bo asked for it in the group.
        (view,) = await rig.queue.recent(f"telegram:{mine.id}")
        address = view.request.address.replace(f'"chat_id":{mine.id}', f'"chat_id":{band.id}')
        about = {"id": "f" * 16, "chat": f"telegram:{band.id}", "address": address}
        await rig.queue.hold(view.request.model_copy(update=about), phase=RequestPhase.READY)
        card = await band.until(done)
        await rig.settled()
        assert "Only the one who asked" in await (await band.press_data(card, f"forget:{'f' * 16}", by=cleo)).answer()
        press = await band.press_data(card, f"forget:{'f' * 16}", by=bo)
        assert "everything I remember" in await press.answer()
        await turned(band, card, "Yes, forget it")
        await (await band.press_data(card, f"want:{'f' * 16}:flac", by=cleo)).answer()
        assert "Somebody is waiting" in await (await band.press(card, "Yes, forget it", by=ana)).answer()
        await rig.worker.finish(await rig.worker.take())
        await rig.settled()
        assert await (await band.press(card, "Yes, forget it", by=ana)).answer() == "Forgotten.", "an admin"
    assert (await rig.store.read(track.id)).manifest is not None, "Bo has it in his own chat"


async def known_files(redis: ArqRedis) -> int:
    """How many files Telegram has, by our notes."""
    return sum([await answer(redis.hlen(key.decode())) for key in await redis.keys("flbt:files:telegram:*")])

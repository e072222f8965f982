"""What somebody wants forgotten is gone everywhere."""

from jobs.models import Upload
from jobs.outcomes import RequestPhase
from jobs.queue.connection import answer
from tests.bot.telegram.chat_fixture import SONG, Rig, files
from tests.bot.telegram.chat_steps import MP3, answered_soon, done, turned


async def test_forgetting_takes_two_taps_and_leaves_nothing(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.send_audio(MP3)
        track = await rig.worker.take()
        await rig.worker.finish(track)
        card = await ana.until(done)
        await rig.settled()
        redis = rig.queue.redis
        assert await answer(redis.hlen("flbt:known:telegram")) == 2
        await (await ana.press(card, "More…")).answer()
        await turned(ana, card, "Forget")
        assert "everything I remember of it?" in await answered_soon(await ana.press(card, "Forget"))
        await turned(ana, card, "Yes, forget it")
        assert rig.store.manifest(track.id) is not None, "one tap is not enough"
        assert await answered_soon(await ana.press(card, "Yes, forget it")) == "Forgotten."
        await ana.until(lambda message: message == card and "\nForgotten" in message.text)
        assert card.labels == []
        assert isinstance(track.source, Upload)
        assert not rig.store.folder(track.id).exists()
        assert not rig.store.inbox(track.source).exists()
        assert await answer(redis.hlen("flbt:known:telegram")) == 0
        assert await redis.keys("flbt:sent:*") == []
        old = await ana.press_data(card, f"want:{(await rig.queue.recent(f'telegram:{ana.id}'))[0].request.id}:again")
        assert "separating it again" in await old.answer()
        await rig.worker.finish(await rig.worker.take())
        await rig.server.until(lambda: len(files(ana)) == 4)


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
    assert rig.store.manifest(track.id) is None

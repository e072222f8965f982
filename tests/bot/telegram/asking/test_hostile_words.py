"""Words of strangers that are made to be tapped, or to break a message: titles, names, halves of characters."""

from jobs.failures import Reason
from jobs.queue.listings import keep_listing
from jobs.results import Tags
from tests.bot.telegram.chat_fixture import SONG, Rig
from tests.bot.telegram.chat_steps import MP3, done
from tests.bot.telegram.setlists import LINK, listing, offered


async def test_titles_and_names_of_strangers_are_nothing_to_tap(rig: Rig) -> None:
    """In cards, lists, questions, playlists and among who was let in. Previews of links are off besides."""
    nasty = "@someone /stop https://evil.example t.me/x #tag"
    rig.worker.tags = Tags(title=nasty, artist="/stop@fl_bt_test_bot")
    ana = rig.ana()
    await rig.owned_by(ana.id)
    await rig.queue.redis.sadd("flbt:allowed", "telegram:9")  # type: ignore[misc]  # it is awaitable
    await rig.queue.redis.hset("flbt:people", "name:telegram:9", nasty)  # type: ignore[misc]  # as above
    await keep_listing(rig.queue.redis, listing((nasty, 200.0, None), title=nasty))
    async with rig.bot():
        await ana.send_audio(MP3, name=nasty, title=nasty, performer="tg://join")
        await ana.until(lambda message: "someone" in message.text)
        await rig.worker.finish(await rig.worker.take())
        await ana.until(done)
        await ana.say(LINK)
        await (await ana.press(await ana.until(offered), "Start")).answer()
        await rig.worker.fail(await rig.worker.take(), Reason.PRIVATE)
        await ana.until(lambda message: "✗" in message.text)
        for command in ("/status", "/who"):
            asked = await ana.say(command)
            await ana.until(lambda message: message.reply_to == asked and "someone" in message.text)  # noqa: B023 - now
        await rig.settled()
    for message in ana.from_bot():
        assert {one for one in message.tappable if not one.startswith(("youtu.be/", "/status"))} == set(), message.text
    sent = rig.server.calls("sendMessage")
    assert all('"is_disabled": true' in call.fields["link_preview_options"] for call in sent)


async def test_halves_of_characters_break_nothing_wherever_they_are(rig: Rig) -> None:
    """In names of people, files and songs, in messages, and in what buttons carry: JSON can spell them."""
    half = "x\ud800"
    ana = rig.ana()
    ana.members[0].name = half
    await rig.owned_by(ana.id)
    async with rig.bot():
        await ana.say(f"{half} {SONG} \udfff")
        await rig.worker.finish(await rig.worker.take())
        card = await ana.until(done)
        await ana.send_audio(MP3, name=f"{half}.mp3", title=half, performer=half)
        await ana.until(lambda message: "x\ufffd" in message.text)
        await rig.worker.finish(await rig.worker.take())
        await (await ana.press_data(card, f"cancel:{half}")).answer()
        for said in (f"/mix {half}", f"/allow 77 {half}", f"/start {half}", half):
            asked = await ana.say(said)
            await ana.until(lambda message: message.reply_to == asked)  # noqa: B023 - awaited right here
        await ana.say("/who")
        await ana.until(lambda message: "77 x\ufffd" in message.text)
        await rig.settled()
        assert not any("went wrong" in message.text for message in ana.from_bot())

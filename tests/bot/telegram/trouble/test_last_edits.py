"""Cards of a busy group become final soon after their last file, whatever else moves in the group."""

import asyncio
import time
from pathlib import Path

from jobs.failures import Reason
from jobs.progress import TrackStage
from jobs.queue.requests import JobQueue
from jobs.results import Tags
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import Rig, Worker, settings_for
from tests.bot.telegram.trouble.test_pace import FASTER, HURRIED
from tests.peers.botapi import BotApi, Message, Pace
from tests.peers.botapi.faults import Request

LINKS = [f"https://youtu.be/aaaaaaaa0{letter}A" for letter in "abc"]
#: Seconds of Telegram's clock: when the first two songs are separated, and the third fails.
ENDS = (11.0, 18.0, 27.0)


async def test_a_card_is_final_soon_after_its_last_file(queue: JobQueue, store: FolderStore, tmp_path: Path) -> None:
    async with BotApi(clock=lambda: time.monotonic() * FASTER, query_seconds=300) as server:
        server.pace = Pace()
        rig = Rig(server, queue, store, settings_for(server, tmp_path), Worker(queue, store, picture=True), HURRIED)
        members = [server.person(name) for name in ("Ana", "Bo", "Cy")]
        band = server.group("The Band", members)
        async with rig.bot():
            for member, link in zip(members, LINKS, strict=True):
                await band.say(f"/stems {link}", by=member)
            failed = await separate(rig)
            await rig.settled(60)
        assert [one for one in server.refused if one.code == 429] == []
        assert server.pace.impatient == []
        for letter in "ab":
            final = card_of(band.from_bot(), f"0{letter}A")
            assert "Done in" in final.text
            last = max(one.at for one in server.requests if is_file_for(one, final))
            edits = [one for one in server.requests if one.method.startswith("editmessage") and one.at >= last]
            before = next(number for number, one in enumerate(edits) if one.fields["message_id"] == str(final.id))
            assert before <= 1, "at most one other edit was under way"
            # On an idle machine 1.5 s; when it waited for the next minute of the group, it was 60.
            assert (edits[before].at - last) * FASTER < 30
        last_card = card_of(band.from_bot(), "0cA")
        assert "I couldn’t reach YouTube." in last_card.text
        its = [one for one in server.calls("editMessageText") if one.fields["message_id"] == str(last_card.id)]
        assert (its[-1].at - failed) * FASTER < 30


async def separate(rig: Rig) -> float:
    """Separate two songs and fail the third, with progress at every second of Telegram's clock.

    Returns when it failed, by `time.time`.
    """
    began = time.monotonic()
    for end in ENDS:
        track = await rig.worker.take(60)
        name = track.source.key[-3:]
        rig.worker.tags = Tags(title=name)
        while (passed := (time.monotonic() - began) * FASTER) < end:
            await rig.worker.report(track, TrackStage.SEPARATING, passed / end)
            await asyncio.sleep(1 / FASTER)
        if end == ENDS[-1]:
            await rig.worker.fail(track, Reason.NETWORK)
        else:
            await rig.worker.finish(track)
    return time.time()


def card_of(messages: list[Message], name: str) -> Message:
    (found,) = [one for one in messages if one.is_card and name in one.text]
    return found


def is_file_for(call: Request, card: Message) -> bool:
    """Whether a call sent files in answer to the message that the card answers."""
    assert card.reply_to is not None
    return call.method == "sendmediagroup" and f'"message_id": {card.reply_to.id}' in call.fields["reply_parameters"]

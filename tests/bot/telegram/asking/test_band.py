"""An evening with the band, as the group sees it. The README shows it: `UPDATE_TRANSCRIPT=1` writes it."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from jobs.progress import TrackStage
from tests.bot.telegram.chat_fixture import SONG, Rig, files
from tests.bot.telegram.chat_steps import NAME, done, reply_to
from tests.peers.botapi import Chat, Message, Person

#: States of a card that this test waits for; which others can be seen between them is a matter of milliseconds.
STATES = ("No vocals: Starting…", "Starting…", "Separating voice and band", "▰", "Mixing", "Done in")
MARKS = "<!-- transcript -->", "<!-- /transcript -->"
WIDTH = 9


@dataclass
class Evening:
    """A group and its events besides messages: taps, and the toasts in answer."""

    chat: Chat
    taps: list[tuple[int, str, str]] = field(default_factory=list)  # after how many messages, who, what

    async def tap(self, message: Message, label: str, by: Person) -> str:
        before = len(self.chat.messages)  # the answer may come after the bot's next message
        press = await self.chat.press(message, label, by=by)
        said = await press.answer()
        self.taps.append((before, by.name, f"taps [{label}] and is told: {said}"))
        return said

    def lines(self) -> Iterator[str]:
        for place, message in enumerate(self.chat.messages, 1):
            who = message.sender.name if message.sender else "FL-BT"
            yield from _aligned(who, list(_shown(message)))
            for _, person, what in (tap for tap in self.taps if tap[0] == place):
                yield from _aligned(person, [what])

    def transcript(self) -> str:
        return "\n".join(line.rstrip() for line in self.lines())


def _aligned(who: str, said: list[str]) -> Iterator[str]:
    for number, line in enumerate(said):
        yield f"{who if number == 0 else '':<{WIDTH}}{line}"


def _shown(message: Message) -> Iterator[str]:
    """A message as people read it. A card goes through states in one place: here they stand one after the other."""
    if message.file is not None:
        yield f"♪ {message.file.performer} - {message.file.title}"
        if message.text:
            yield message.text
        for row in message.buttons:
            yield " ".join(f"[{button['text']}]" for button in row)
        return
    if message.sender is not None:
        about = message.reply_to
        to = f"(to {about.sender.name if about.sender else 'FL-BT'}) " if about is not None else ""
        yield f"{to}{message.text} {message.reaction}".rstrip()
        return
    status_cards = [*message.edits, message.text]
    if not message.edits:
        yield from message.text.splitlines()
    else:
        yield status_cards[-1].splitlines()[0]
        seen = [line for face in status_cards for line in face.splitlines()[1:] if line.startswith(STATES)]
        yield from dict.fromkeys(seen)
    for row in message.buttons:
        yield " ".join(f"[{button['text']}]" for button in row)


async def test_an_evening_with_the_band(rig: Rig, request: pytest.FixtureRequest) -> None:
    ana, bo, cy = (rig.server.person(name) for name in ("Ana", "Bo", "Cy"))
    band = rig.server.group("The Band", [ana, bo, cy], forum=True, topics=("Gigs", "Songs"))
    evening = Evening(band)
    await rig.worker.live()
    async with rig.bot():
        link = await band.say(f"Friday we open with this: {SONG}", by=ana, topic=3)
        asked = await band.say("/stems", by=ana, topic=3, reply_to=link)
        card = await band.until(lambda message: "Starting…" in message.text)
        await rig.noted(card)
        too = await band.say(f"@fl_bt_test_bot {SONG} for me too", by=bo, topic=3)
        await rig.server.until(lambda: too.reaction)
        track = await rig.worker.take()
        await rig.worker.report(track, TrackStage.SEPARATING, 0.5)
        await band.until(lambda message: message == card and "50 %" in message.text)
        assert await evening.tap(card, "Cancel", by=cy) == "Only the one who asked for it or an admin can cancel this."
        await rig.worker.finish(track)
        await band.until(lambda message: message == card and done(message))
        await rig.settled()
        assert await rig.queue.size() == 0, "one job for both of them"
        uploads = [one for one in rig.server.calls("sendMediaGroup") if one.uploads]
        assert len(uploads) == 1, "and one upload"
        await evening.tap(card, "No vocals", by=cy)
        await band.until(lambda message: message == card and "\nNo vocals: Starting…" in message.text)
        await rig.worker.finish(await rig.worker.take())
        await reply_to(band, card)
        await rig.settled()
        await band.say("/status", by=bo, topic=3)
        await band.until(lambda message: "Finished lately" in message.text)
    pair = [f"{stem} - {NAME}.mp3" for stem in ("vocals", "accompaniment")]
    assert files(band) == [*pair, f"no vocals - {NAME}.mp3"]
    assert all(message.topic == 3 for message in band.from_bot())
    assert all(message.reply_to == asked for message in band.from_bot()[:1])
    readme = request.config.rootpath / "README.md"
    written = readme.read_text(encoding="utf-8")
    begin, end = (written.index(mark) for mark in MARKS)
    fresh = f"{MARKS[0]}\n```\n{re.sub(r'Done in .*', 'Done in 1 s', evening.transcript())}\n```\n"
    if os.environ.get("UPDATE_TRANSCRIPT"):
        readme.write_text(written[:begin] + fresh + written[end:], encoding="utf-8")
    else:
        assert written[begin:end] == fresh, "UPDATE_TRANSCRIPT=1 writes it into the README"

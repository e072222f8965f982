"""A playlist as people have it: `fl-bt up`, a Bot API server and a stand-in for YouTube, on the real network."""

from pathlib import Path

import pytest

from tests.peers.botapi import BotApi, Message
from tests.peers.playlists import Entry, Playlist
from tests.peers.videos import Video
from tests.peers.youtube import YouTubeStandIn
from tests.running import PATIENCE, environment, up
from tests.weights import models_dir

pytestmark = pytest.mark.whole

__all__ = ["models_dir"]

LIST = "PL" + "r" * 32
FIRST = Video("jNQXAC9IVRw", title="Some Band - One", seconds=4)
LAST = Video("dQw4w9WgXcQ", title="Some Band - <Three>", seconds=5)
ENTRIES = (
    Entry(FIRST.video_id, "Some Band - One", 4),
    Entry("aaaaaaaaaaA", "Some Band - Gone since", 6),
    Entry("aaaaaaaaabA", gone="Private"),
    Entry(LAST.video_id, "Some Band - <Three>", 5),
)


async def test_a_playlist_is_listed_started_by_its_button_and_delivered_but_for_the_song_that_is_gone(
    tmp_path: Path, models_dir: Path
) -> None:
    with YouTubeStandIn() as site:
        for video in (FIRST, LAST):
            site.add(video)
        site.add_playlist(Playlist(LIST, ENTRIES, title="Setlist"))
        async with BotApi() as server:
            ana = server.private(server.person("Ana"))
            settings = environment(server, tmp_path / "data", models_dir, FLBT_ACCESS="open", **site.environment)
            async with up(settings, tmp_path):
                question = await ana.say(f"https://www.youtube.com/playlist?list={LIST}")
                card = await ana.until(
                    lambda message: "Start: 3 songs, one after the other" in message.labels, PATIENCE
                )
                assert card.reply_to == question
                assert card.text == "Setlist\n3 songs · 0:15\nLeft out: one that YouTube doesn’t let me have."
                assert not any(asked.path == "/youtubei/v1/player" for asked in site.requests), "nobody said so yet"
                await (await ana.press(card, "Start: 3 songs")).answer(PATIENCE)
                await ana.until(lambda message: message == card and "2 songs of 3 are here" in message.text, PATIENCE)
                await server.until(lambda: sum("Done in" in one.text for one in ana.from_bot()) == 2, PATIENCE)
            assert server.refused == []
        assert card.text == "Setlist\nDone: 2 songs of 3 are here.\n✗ Some Band - Gone since"
        assert card.labels == []
        assert [_told(message) for message in ana.from_bot() if message != card] == [
            "vocals - One", "accompaniment - One", "Some Band - One (0:04) and a picture",
            "YouTube video youtu.be/aaaaaaaaaaA",
            "vocals - <Three>", "accompaniment - <Three>", "Some Band - <Three> (0:05) and a picture",
        ]  # fmt: skip
        assert all("No vocals" in one.labels for one in ana.from_bot() if "Done in" in one.text)
    assert list((tmp_path / "data" / "store" / "work").iterdir()) == []


def _told(message: Message) -> str:
    """What a message is about, in few words."""
    if message.file is None:
        return message.text.splitlines()[0]
    return f"{message.text.splitlines()[0]} and a picture" if message.is_card else message.file.title

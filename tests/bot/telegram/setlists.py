"""Playlists as the studio lists them."""

from jobs.failures import Reason
from jobs.youtube import ListedVideo, Listing
from tests.peers.botapi import Message

LIST = "PL" + "a" * 32
LINK = f"https://www.youtube.com/playlist?list={LIST}"
IDS = [f"aaaaaaaaa{letter}A" for letter in "abcdef"]


def listing(*songs: tuple[str, float | None, Reason | None], **about: object) -> Listing:
    entries = tuple(
        ListedVideo(video_id=video_id, title=title, seconds=seconds, reason=reason)
        for video_id, (title, seconds, reason) in zip(IDS, songs, strict=False)
    )
    return Listing.model_validate({"playlist_id": LIST, "title": "Setlist", "entries": entries, **about})


THREE = listing(("One", 200.0, None), ("Two", 100.0, None), ("Three", 60.0, None))


def offered(message: Message) -> bool:
    return any(label.startswith("Start") for label in message.labels)

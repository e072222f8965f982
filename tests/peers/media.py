"""The media host of the stand-in for YouTube: sound in ranges, with and without sizes, and its troubles."""

from urllib.parse import parse_qs, urlsplit

from tests.peers.pages import RIDDLE, SORRY, solved
from tests.peers.tunnel import TunnelHandler
from tests.peers.videos import UNSIZED, Trouble, Video


class MediaHandler(TunnelHandler):
    """Answers requests for sound."""

    def first_time(self, video: Video, trouble: Trouble) -> bool:
        """Whether `video` has this trouble and has not shown it yet."""
        raise NotImplementedError

    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}

    def media(self, video: Video, query: dict[str, str]) -> None:
        """Answer a request for a video's sound."""
        if self._refuse_media(video):
            return
        track = video.track(query["itag"], query.get("xtags", ""))
        if track is None:
            self.answer(404, b"")
            return
        media = video.media(track)
        first, last = (int(end) for end in query.get("range", f"0-{len(media) - 1}").split("-"))
        asked, kind = media[first : last + 1], f"audio/{track.container}"
        if video.trouble in UNSIZED:
            self._unsized(video, media, first, last, kind)
            return
        begun = media[first : min(last + 1, len(media) // 2)]
        match video.trouble:
            case Trouble.MEDIA_CUT:
                self.answer(200, begun, kind)
            case Trouble.MEDIA_RESET:
                self.begin(begun, len(asked), kind)
                self.reset()
            case Trouble.MEDIA_RESET_ONCE if self.first_time(video, Trouble.MEDIA_RESET_ONCE):
                self.begin(begun, len(asked), kind)
                self.reset()
            case Trouble.MEDIA_STALL:
                self.begin(begun, len(asked), kind)
                self.hang()
            case Trouble.MEDIA_TRICKLE:
                self.begin(b"", len(asked), kind)
                for position in range(len(asked)):
                    if self.server.closing.wait(0.1):
                        break
                    self.send(asked[position : position + 1])
                self.close_connection = True
            case _:
                self.answer(200, asked, kind)

    def _unsized(self, video: Video, media: bytes, first: int, last: int, kind: str) -> None:
        """Media without a stated size, except in answers to ranges."""
        trouble = video.trouble
        totals = {
            Trouble.SIZE_ASKED: len(media),
            Trouble.SIZE_TOO_LARGE: len(media) + 10_000,
            Trouble.SIZE_TOO_SMALL: len(media) // 2,
            Trouble.SIZE_HUGE: 1 << 40,
        }
        if self.headers.get("Range") == "bytes=0-0":
            if trouble in totals:
                self.answer(206, media[:1], kind, **{"Content-Range": f"bytes 0-0/{totals[trouble]}"})
            else:
                self._in_chunks(media[:1], kind)
            return
        if trouble is Trouble.SIZE_CUT:
            media = media[: len(media) // 2]
        if trouble is Trouble.SIZE_ENDLESS:
            media = media + bytes(max(0, last + 1 - len(media)))
        asked = media[first : last + 1]
        if not asked and trouble is Trouble.SIZE_EMPTY_END:
            self.answer(200, b"", kind)
        elif not asked:
            self.answer(416, b"", kind)
        elif trouble is Trouble.SIZE_RESET_ONCE and self.first_time(video, trouble):
            self.begin_chunks(kind)
            self.chunk(asked[: len(asked) // 2])
            self.reset()
        elif trouble is Trouble.SIZE_SHORT_ONCE and self.first_time(video, trouble):
            self.begin(asked[: len(asked) // 2], len(asked), kind)
            self.close_connection = True
        elif trouble in totals:
            self.answer(200, asked, kind)
        else:
            self._in_chunks(asked, kind)

    def _in_chunks(self, body: bytes, kind: str) -> None:
        self.begin_chunks(kind)
        for start in range(0, len(body), 1 << 15):
            self.chunk(body[start : start + (1 << 15)])
        self.chunk(b"")

    def _refuse_media(self, video: Video) -> bool:
        """Answer with a refusal, for videos with such a trouble."""
        match video.trouble:
            case Trouble.RIDDLES if self.query().get("n") != solved(RIDDLE):
                self.answer(403, b"", "text/plain")
            case Trouble.MEDIA_403 | Trouble.MEDIA_404 | Trouble.MEDIA_429:
                self.answer(int(video.trouble[-3:]), b"", "text/plain")
            case Trouble.MEDIA_503_ONCE if self.first_time(video, Trouble.MEDIA_503_ONCE):
                self.answer(503, b"")
            case Trouble.MEDIA_HTML:
                self.answer(200, SORRY, "text/html; charset=utf-8")
            case Trouble.MEDIA_REDIRECT:
                self.answer(302, b"", Location=video.redirect)
            case _:
                return False
        return True

"""Updates for the bot: kept until a later offset confirms them, as in long polling."""

import asyncio
from dataclasses import dataclass, field

from tests.peers.botapi.world import Json, Refused

#: Updates that are delivered only if the bot lists them.
UNASKED = {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass
class Updates:
    allowed: set[str] = field(default_factory=set)
    waiting: dict[int, Json] = field(default_factory=dict)
    next_id: int = 1000
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    webhook: str = ""  # its address
    polls: int = 0  # number of polls; only the last one is answered

    def add(self, kind: str, content: Json) -> int:
        """Queue one update; returns its id."""
        if (self.allowed and kind not in self.allowed) or (not self.allowed and kind in UNASKED):
            return 0
        update_id, self.next_id = self.next_id, self.next_id + 1
        self.waiting[update_id] = {"update_id": update_id, kind: content}
        self._wake()
        return update_id

    def repeat(self, update_id: int, update: Json) -> None:
        """Deliver an update again, as after a lost confirmation."""
        self.waiting[update_id] = update
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Json]:
        """The updates from `offset` on, which confirms all earlier ones. A newer poll ends an older one."""
        if self.webhook:
            raise Refused(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook"
                " first",
            )
        self.polls += 1
        turn = self.polls
        self._wake()
        if offset < 0:
            offset = max([*list(self.waiting)[offset:], 0])
        for update_id in [one for one in self.waiting if one < offset]:
            del self.waiting[update_id]
        until = asyncio.get_running_loop().time() + seconds
        while not self.waiting and (left := until - asyncio.get_running_loop().time()) > 0:
            try:
                await asyncio.wait_for(self._news.wait(), left)
            except TimeoutError:
                break
            if turn != self.polls:
                raise Refused(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )
        return [self.waiting[one] for one in sorted(self.waiting)][:limit]

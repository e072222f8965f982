"""Deliveries that the platform told to wait, so that later ones of their chat do not overtake them."""

from jobs.models import Request


class Delayed:
    """The delayed deliveries of every chat."""

    def __init__(self) -> None:
        self._chats: dict[str, str] = {}  # by request
        self._times: dict[str, dict[str, float]] = {}  # by chat: the creation of each request

    def add(self, request: Request) -> None:
        """A delivery has to wait."""
        self.drop(request.id)
        self._chats[request.id] = request.chat
        self._times.setdefault(request.chat, {})[request.id] = request.created_at

    def drop(self, request_id: str) -> None:
        """Its delivery begins again, or it needs none any more."""
        chat = self._chats.pop(request_id, None)
        if chat is None:
            return
        del self._times[chat][request_id]
        if not self._times[chat]:
            del self._times[chat]

    def is_turn(self, request: Request) -> bool:
        """Whether no older delivery of its chat is delayed."""
        return request.created_at <= min(self._times.get(request.chat, {}).values(), default=request.created_at)

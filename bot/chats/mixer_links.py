"""Links to the Mixer on the page that the owner serves by HTTPS."""

from typing import Final

from pydantic import SecretStr

from bot.cards.cards import Card
from bot.cards.mixer import Link, linked, without
from bot.chats.app_key import keep_app_key
from bot.chats.song_links import SongMarks
from bot.chats.web_secret import web_secret
from jobs.queue.connection import Redis


class MixerLinks:
    """Links in the cards of one bot. Cards have none until `load` is done, and where no HTTPS address is set."""

    def __init__(self, web_url: str = "", app: str = "", token: SecretStr | None = None) -> None:
        """`web_url`: where people open the page. Of a bot on Telegram: `app`, its Mini App, and its `token`."""
        self._url = web_url if web_url.startswith("https://") else ""
        self._app = app
        self._token = token
        self._marks: SongMarks | None = None

    async def load(self, redis: Redis) -> None:
        """Read the secret that signs links, and leave the page what it needs to know people. Raises `QueueAway`."""
        if self._url and self._token is not None:
            await keep_app_key(redis, self._token)
        if self._url:
            self._marks = SongMarks(await web_secret(redis))

    def plain(self, card: Card) -> Card:
        """The card with links that play their song for everyone who has them."""
        marks = self._marks
        if marks is None:
            return linked(card, without)
        return linked(card, lambda song: Link(f"{self._url}/mixer/{marks.mark(song, 'link')}"))

    def as_app(self, card: Card) -> Card:
        """The card with links that a chat's own program opens, which tells the page who the person is."""
        marks = self._marks
        if marks is None:
            return linked(card, without)
        return linked(card, lambda song: Link(f"{self._url}/mixer/{marks.mark(song, 'app')}", as_app=True))

    def to_app(self, card: Card, bot: str) -> Card:
        """The card with links to the Mini App of the bot with the username `bot`; plain ones where it has none."""
        marks = self._marks
        if marks is None or not self._app:
            return self.plain(card)
        return linked(card, lambda song: Link(f"https://t.me/{bot}/{self._app}?startapp={marks.mark(song, 'app')}"))


#: Of a bot whose owner serves no page.
NO_MIXER: Final = MixerLinks()

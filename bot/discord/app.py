"""The map of the bot: what it is made of, and what happens at each of Discord's events."""

import logging
from typing import Final

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from redis.exceptions import RedisError

from bot import banner
from bot.chats.mixer_links import MixerLinks
from bot.chats.told_commands import ToldCommands
from bot.conversation.background import Background
from bot.conversation.in_order import InOrder
from bot.conversation.services import services_of
from bot.delivery.cards.press_edits import PressEdits
from bot.delivery.timing import USUAL, Timing
from bot.discord import interactions
from bot.discord.address import PLATFORM
from bot.discord.chat_platform import DiscordChats
from bot.discord.commands import tell_commands
from bot.discord.errors import ERRORS
from bot.discord.incoming import posted
from bot.discord.missed import is_for_us, missed
from bot.discord.pace import DISCORD, Pace, in_line
from bot.discord.platform import Discord
from bot.discord.rights import INTENTS, invitation
from bot.texts import say
from jobs.process.patience import insist
from jobs.queue.catalogue import Catalogue
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from jobs.store.store import ResultStore

log = logging.getLogger(__name__)

PASSING: Final = (RedisError, *ERRORS)  # errors that a retry may fix
#: Seconds that discord.py waits by itself when Discord asks to; longer waits are planned by the follower.
LONGEST_HOLD: Final = 30.0  # the least that the library lets one set


class Bot(discord.Client):
    """One connection to Discord, and everything that lives as long as it."""

    def __init__(
        self, settings: Settings, queue: JobQueue, store: ResultStore, pace: Pace = DISCORD, timing: Timing = USUAL
    ) -> None:
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # voice is not used
        super().__init__(
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),  # of every message and edit
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_ratelimit_timeout=LONGEST_HOLD,
            guild_ready_timeout=pace.servers,
            http_trace=in_line(pace),
        )
        Route.BASE = settings.discord_api_url  # the library has no other place for it
        self._mixer = MixerLinks(settings.web_url)
        platform, chats = Discord(self, store, pace, self._mixer), DiscordChats(self)
        self.services = services_of(settings, queue, Catalogue(queue.redis, store), chats, platform, timing=timing)
        self._edits = PressEdits(platform, self.services.follower.aside)
        self.in_order = InOrder(self.services, platform)
        port = settings.metrics_port
        self._background = Background(self.services, port + 2 if port else 0)  # after Telegram's and the worker's

    async def setup_hook(self) -> None:
        """Logged in, not yet connected."""
        _, url, _ = await self.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)
        self._background.start(self._introduce())

    async def on_connect(self) -> None:
        """A new session begins, no resumed one. Messages wait for those that came since the last one."""
        self.in_order.pause()

    async def on_ready(self) -> None:
        """The servers of a new session are known."""
        log.info("%s is listening", self.user)
        await insist(self._catch_up, PASSING, "missed messages not read")

    async def on_message(self, message: discord.Message) -> None:
        if is_for_us(message, self._id):
            await self.in_order.new(posted(message, self._id))

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        await interactions.handle(self.services, self._edits, interaction, self._id)

    async def end(self) -> None:
        """End everything in good order, while the bot can still speak."""
        await self._background.end()
        await self.close()

    @property
    def _id(self) -> int:
        return self.user.id if self.user is not None else 0

    async def _catch_up(self) -> None:
        for message in await missed(self, self._id, self.in_order.heard):
            await self.in_order.missed(posted(message, self._id))
        self.in_order.go_on()

    async def _introduce(self) -> None:
        await insist(lambda: self._mixer.load(self.services.queue.redis), PASSING, "key of links not read")
        application, told = self.application_id or 0, ToldCommands(self.services.queue.redis, PLATFORM)
        code = await insist(self.services.pairing_code, PASSING, "pairing code not made")
        self._show_links(invitation(application), code)
        await insist(lambda: tell_commands(self, application, told), PASSING, "commands not told")

    def _show_links(self, invite: str, code: str | None) -> None:
        """`code`: pairs the owner; None: there is one."""
        if banner.is_for_people(self.services.settings):
            pairing = [] if code is None else [say("en", "banner-pair-discord", code=code)]
            banner.show(str(self.user), invite, [*pairing, say("en", "banner-invite")])
            return
        log.info("invite the bot to a server: %s", invite)
        if code is not None:
            log.warning("this bot has no owner yet: write /start code:%s to it on Discord to become its owner", code)

"""Assembly of the bot: its parts, its handlers in order, its background tasks."""

import logging
from functools import partial

from redis.exceptions import RedisError
from telegram import LinkPreviewOptions, Update
from telegram.error import TelegramError
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    Defaults,
    InlineQueryHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot import banner
from bot.chats.mixer_links import MixerLinks
from bot.conversation.background import Background
from bot.conversation.commands import general
from bot.conversation.commands.menu import COMMANDS
from bot.conversation.services import Services, services_of
from bot.conversation.songs import asking
from bot.delivery.cards.pictures import Pictured
from bot.delivery.cards.press_edits import PressEdits
from bot.delivery.timing import USUAL, Timing
from bot.telegram.chat_platform import TelegramChats
from bot.telegram.menus import show_menus
from bot.telegram.sending.pace import TELEGRAM, Pace
from bot.telegram.sending.platform import Telegram
from bot.telegram.sending.poster import PATIENT, TelegramPoster
from bot.telegram.sending.rate_limiter import RateLimiter, TelegramBot
from bot.telegram.sending.replies import Replies
from bot.telegram.sending.wire import Wire
from bot.telegram.updates.dispatch import Dispatch
from bot.telegram.updates.inline import InlineQueries
from bot.telegram.updates.migration import move
from bot.telegram.updates.turns import AnyApplication
from bot.texts import say
from bot.tokens import TELEGRAM_TOKEN
from jobs.process.patience import insist
from jobs.queue.catalogue import Catalogue
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from jobs.store.store import ResultStore

log = logging.getLogger(__name__)

#: Seconds. An upload of 50 MB through a slow line takes minutes; everything else is quick or broken.
CONNECT, ANSWER, UPLOAD = 10.0, 20.0, 600.0


def build(
    settings: Settings, queue: JobQueue, store: ResultStore, pace: Pace = TELEGRAM, timing: Timing = USUAL
) -> AnyApplication:
    """The bot, ready for `main.serve`. Raises `SettingsError` if there is no token, or one that cannot be any."""
    token = TELEGRAM_TOKEN.checked(settings.telegram_token)
    rate_limiter = RateLimiter(pace)
    app = (
        Application.builder()
        .token(token)
        .base_url(settings.telegram_base_url)
        .base_file_url(settings.telegram_file_url)
        .local_mode(settings.telegram_local)
        .request(_request(UPLOAD))
        .get_updates_request(_request(ANSWER))
        .rate_limiter(rate_limiter)
        .defaults(Defaults(link_preview_options=LinkPreviewOptions(is_disabled=True)))
        .updater(None)  # `Polling` fetches them
        .build()
    )
    bot, local = app.bot, settings.telegram_local
    catalogue = Catalogue(queue.redis, store)
    pictured, mixer = Pictured(), MixerLinks(settings.web_url, settings.web_app, settings.telegram_token)
    patient = TelegramPoster(bot, store, pace, pictured, mixer, patience=PATIENT)
    platform, chats = Telegram(bot, store, pace, pictured, mixer, local=local), TelegramChats(bot, local=local)
    services = services_of(settings, queue, catalogue, chats, platform, patient, timing, shares=True)
    rate_limiter.on_moved = partial(move, services)
    replies = Replies(bot, PressEdits(patient, services.follower.aside), pictured, mixer)
    _register(app, Dispatch(services, bot, replies), InlineQueries(services, bot, chats))
    _keep_company(app, services, mixer)
    return app


def _request(upload: float) -> Wire:
    return Wire(
        connect_timeout=CONNECT,
        read_timeout=ANSWER,
        write_timeout=ANSWER,
        pool_timeout=ANSWER,
        media_write_timeout=upload,
    )


def _register(app: AnyApplication, dispatch: Dispatch, inline: InlineQueries) -> None:
    """Add every handler. The first match in a handler group takes the update; the groups run in order."""
    private, in_groups = filters.ChatType.PRIVATE, filters.ChatType.GROUPS

    # First: the group has a new id, which access and settings must know before the gate.
    app.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, dispatch.migrated), group=-2)

    # Also before the gate, since it has rules of its own: words typed behind the bot's name, in any chat.
    app.add_handler(InlineQueryHandler(inline.answer), group=-2)

    # Second, in a handler group of its own: the gate stops updates of people without access.
    app.add_handler(TypeHandler(Update, dispatch.gate), group=-1)

    # Commands come before messages, whose handler would treat them as text without a link.
    app.add_handlers([CommandHandler(name, dispatch.message(handler)) for name, handler in COMMANDS.items()])

    # Buttons, unknown old ones included.
    app.add_handler(CallbackQueryHandler(dispatch.press))

    # Last: all other messages, in a private chat also unknown commands. Service messages (a pinned message, a changed
    # picture) are ignored.
    service = filters.StatusUpdate.ALL
    app.add_handler(MessageHandler(private & ~service, dispatch.message(asking.in_private)))
    app.add_handler(MessageHandler(filters.StatusUpdate.NEW_CHAT_MEMBERS, dispatch.message(general.joined)))
    app.add_handler(MessageHandler(in_groups & ~service & ~filters.COMMAND, dispatch.message(asking.in_group)))

    app.add_error_handler(dispatch.failed)


def _keep_company(app: AnyApplication, services: Services, mixer: MixerLinks) -> None:
    """Run the background tasks: started in post_init, cancelled in post_stop, where the bot can still send.

    `Application.create_task` does not fit: the application awaits its tasks at the stop, and these never return.
    """
    background = Background(services, services.settings.metrics_port)

    async def open_(_: AnyApplication) -> None:
        background.start(_introduce(app.bot, services, mixer))

    async def close(_: AnyApplication) -> None:
        await background.end()

    app.post_init, app.post_stop = open_, close


async def _introduce(bot: TelegramBot, services: Services, mixer: MixerLinks) -> None:
    """Read the key of links, show the bot's link, which pairs a bot without owner, and set the command menus.

    Retries until it is done.
    """

    await insist(lambda: mixer.load(services.queue.redis), (RedisError,), "key of links not read")

    async def show_link() -> None:
        code, link = await services.pairing_code(), f"https://{services.platform.our_link}"
        if code is not None:
            link = f"{link}?start={code}"
        if banner.is_for_people(services.settings):
            told = ["banner-open" if code is None else "banner-pair"]
            if not bot.supports_inline_queries:
                told.insert(0, "banner-inline")
            banner.show(f"@{bot.username}", link, [say("en", one) for one in told])
        elif code is not None:
            log.warning("this bot has no owner yet: open %s to become its owner", link)

    await insist(show_link, (RedisError,), "pairing code not made")
    await insist(lambda: show_menus(bot, services.access), (RedisError, TelegramError), "command menus not set")

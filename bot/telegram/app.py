"""The map of the bot: what it is made of, and every handler in order."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final

from redis.exceptions import RedisError
from telegram import CallbackQuery, LinkPreviewOptions, Message, Update
from telegram.error import TelegramError
from telegram.ext import (
    Application,
    ApplicationHandlerStop,
    CallbackContext,
    CallbackQueryHandler,
    CommandHandler,
    Defaults,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.chats.access import Access
from bot.delivery.follow import Follower
from bot.playlists.follow import Playlists
from bot.telegram.handlers import (
    asking,
    buttons,
    commands,
    groups,
    leftovers,
    owner,
    playlists,
    preferences,
    results,
    status,
)
from bot.telegram.handlers.gate import gate
from bot.telegram.incoming import download_limit_in_words
from bot.telegram.keyboard_edits import KeyboardEdits
from bot.telegram.leftovers import Leftovers
from bot.telegram.menus import show_menus
from bot.telegram.migration import move
from bot.telegram.owner_news import tell_owner
from bot.telegram.platform import Telegram
from bot.telegram.polling import LONGEST_PAUSE, AnyApplication
from bot.telegram.rate_limiter import RateLimiter
from bot.telegram.replies import Asker, Services, asker_in, asker_of, reply
from bot.telegram.wire import Wire
from bot.texts import say
from jobs.process.tasks import cancel_and_wait
from jobs.queue.requests import JobQueue
from jobs.settings import Settings, SettingsError
from jobs.store.store import ResultStore

log = logging.getLogger(__name__)

UNSET: Final = (
    "FLBT_TELEGRAM_TOKEN is missing: write /newbot to https://t.me/BotFather and put the token it gives you into .env."
)

#: Seconds. An upload of 50 MB through a slow line takes minutes; everything else is quick or broken.
CONNECT, ANSWER, UPLOAD = 10.0, 20.0, 600.0


def build(settings: Settings, queue: JobQueue, store: ResultStore) -> AnyApplication:
    """The bot, ready for `main.serve`. Raises `SettingsError` when there is no token."""
    if settings.telegram_token is None:
        raise SettingsError(UNSET)
    rate_limiter = RateLimiter()
    app = (
        Application.builder()
        .token(settings.telegram_token.get_secret_value())
        .base_url(settings.telegram_base_url)
        .base_file_url(settings.telegram_file_url)
        .local_mode(settings.telegram_local)
        .request(_request(UPLOAD))
        .get_updates_request(_request(ANSWER))
        .rate_limiter(rate_limiter)
        .defaults(Defaults(link_preview_options=LinkPreviewOptions(is_disabled=True)))
        .updater(None)  # `intake` fetches updates
        .build()
    )
    platform = Telegram(app.bot, store, local=settings.telegram_local)
    follower = Follower(queue, store, platform)
    services = Services(
        settings=settings,
        queue=queue,
        store=store,
        access=Access(queue.redis, settings.access),
        bot=app.bot,
        follower=follower,
        playlists=Playlists(queue, app.bot, settings, follower),
        leftovers=Leftovers(queue.redis, app.bot, partial(download_limit_in_words, settings)),
        keyboard_edits=KeyboardEdits(app.bot, follower.aside),
    )
    rate_limiter.on_moved = partial(move, queue.redis, services.access, services.playlists)
    _register(app, services)
    _keep_company(app, services)
    return app


def _request(upload: float) -> Wire:
    return Wire(
        connect_timeout=CONNECT,
        read_timeout=ANSWER,
        write_timeout=ANSWER,
        pool_timeout=ANSWER,
        media_write_timeout=upload,
    )


def _register(app: AnyApplication, services: Services) -> None:
    """Every handler. Of one group the first that fits takes the update; groups follow each other."""
    private, in_groups = filters.ChatType.PRIVATE, filters.ChatType.GROUPS

    # Before everything: from here on the group has another id, under which it is let in and served.
    app.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, _with(services, groups.migrated)), group=-2)

    # First of all, and in a group of its own: whoever may not ask gets no further.
    app.add_handler(TypeHandler(Update, _with(services, gate)), group=-1)

    # Commands come before messages, which would take them for text without a link.
    app.add_handler(CommandHandler("start", _answering(services, commands.start)))
    app.add_handler(CommandHandler("help", _answering(services, commands.help_)))
    app.add_handler(CommandHandler("stems", _answering(services, asking.stems)))
    app.add_handler(CommandHandler("mix", _answering(services, results.mix)))
    app.add_handler(CommandHandler("status", _answering(services, status.status)))
    app.add_handler(CommandHandler("cancel", _answering(services, commands.cancel)))
    app.add_handler(CommandHandler("settings", _answering(services, preferences.settings)))
    app.add_handler(CommandHandler("stats", _answering(services, status.stats)))
    app.add_handler(CommandHandler("allow", _answering(services, owner.allow)))
    app.add_handler(CommandHandler("deny", _answering(services, owner.deny)))
    app.add_handler(CommandHandler("who", _answering(services, owner.who)))

    # Buttons of lists, of playlists and of groups; then all others, those that nobody knows any more included.
    app.add_handler(CallbackQueryHandler(_pressed(services, status.pressed), status.PATTERN))
    app.add_handler(CallbackQueryHandler(_pressed(services, playlists.pressed), playlists.PATTERN))
    app.add_handler(CallbackQueryHandler(_pressed(services, leftovers.pressed), leftovers.PATTERN))
    app.add_handler(CallbackQueryHandler(_pressed(services, preferences.pressed), preferences.PATTERN))
    app.add_handler(CallbackQueryHandler(_pressed(services, buttons.pressed)))

    # Last: whatever else a person writes or sends, in a private chat unknown commands included. Service messages
    # (a pinned message, a changed picture) are nobody's words.
    app.add_handler(MessageHandler(private & ~filters.StatusUpdate.ALL, _answering(services, asking.anything)))
    app.add_handler(MessageHandler(filters.StatusUpdate.NEW_CHAT_MEMBERS, _answering(services, groups.joined)))
    app.add_handler(
        MessageHandler(in_groups & ~filters.StatusUpdate.ALL & ~filters.COMMAND, _answering(services, groups.anything))
    )

    app.add_error_handler(_log_and_apologise(services))


Context = CallbackContext[Any, Any, Any, Any]
Done = Coroutine[Any, Any, None]
Callback = Callable[[Update, Context], Done]


def _with(services: Services, handler: Callable[[Services, Update], Done]) -> Callback:
    async def call(update: Update, _: Context) -> None:
        await handler(services, update)

    return call


def _answering(services: Services, handler: Callable[[Services, Asker, Message], Done]) -> Callback:
    """For handlers of new messages. An edited message is none: what it asks for was asked already."""

    async def call(update: Update, _: Context) -> None:
        asker = await asker_in(services, update)
        if asker is not None and update.message is not None:
            await handler(services, asker, update.message)

    return call


def _pressed(services: Services, handler: Callable[[Services, Asker, CallbackQuery], Done]) -> Callback:
    async def call(update: Update, _: Context) -> None:
        asker = await asker_in(services, update)
        if asker is not None and update.callback_query is not None:
            await handler(services, asker, update.callback_query)

    return call


def _log_and_apologise(services: Services) -> Callable[[object, Context], Done]:
    """Logs first, then tells the person what can be told. An update that went wrong anywhere is over by that."""

    async def call(update: object, context: Context) -> None:
        try:
            await tell(update, context.error)
        except Exception:
            log.exception("nor could that be said")
        # The library would go on with the next group of handlers: past a gate that could not ask who may pass.
        raise ApplicationHandlerStop

    async def tell(update: object, error: Exception | None) -> None:
        if isinstance(error, RedisError | TelegramError):
            log.warning("an update could not be handled: %s: %s", type(error).__name__, error)
        else:
            log.error("an update could not be handled", exc_info=error)
        if isinstance(error, TelegramError) or not isinstance(update, Update) or update.message is None:
            return  # Telegram is the trouble, or nobody wrote anything
        asker = asker_of(update)
        if asker is None or (asker.in_group and not _speaks_to_us(services, update.message)):
            return
        text = say(asker.language, "queue-away") if isinstance(error, RedisError) else say(asker.language, "went-wrong")
        try:
            await reply(services, update.message, text)
        except TelegramError as again:
            log.warning("nor could that be said: %s", again)

    return call


def _speaks_to_us(services: Services, message: Message) -> bool:
    """Whether a group's message certainly does. Most are for others, and nobody wants an answer to all of them."""
    return (message.text or "").startswith("/") or asking.calls_us(services, message)


def _keep_company(app: AnyApplication, services: Services) -> None:
    """What lives as long as the bot: opened in post_init, ended in post_stop, where the bot can still speak.

    Not with `Application.create_task`: its tasks are awaited at the stop, and these have no end of their own.
    """
    company: list[asyncio.Task[None]] = []

    async def open_(_: AnyApplication) -> None:
        company.append(asyncio.create_task(services.follower.run()))
        company.append(asyncio.create_task(services.playlists.attend()))
        company.append(asyncio.create_task(services.leftovers.attend()))
        company.append(asyncio.create_task(tell_owner(services)))
        company.append(asyncio.create_task(_introduce(services)))
        if port := services.settings.metrics_port:
            from jobs.prometheus import serve_metrics  # for who asks for it: see there

            company.append(
                asyncio.create_task(serve_metrics(port, services.queue.redis, services.store, services.settings))
            )

    async def close(_: AnyApplication) -> None:
        following, *others = company
        await cancel_and_wait(*others)
        following.cancel()
        await asyncio.wait({following})  # once: it lets uploads arrive that are nearly there

    app.post_init, app.post_stop = open_, close


async def _introduce(services: Services) -> None:
    """The link for the owner-to-be in the log, and the menus of commands; patiently."""
    pause = 1.0
    while True:
        try:
            if services.settings.access == "closed" and (code := await services.access.pairing_code()) is not None:
                log.warning(
                    "nobody owns this bot yet: open https://t.me/%s?start=%s to become its owner",
                    services.bot.username,
                    code,
                )
            await show_menus(services.bot, services.access)
        except (RedisError, TelegramError) as error:
            log.warning("the menus are not up yet: %s", error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        else:
            return

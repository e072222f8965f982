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

from bot.follow import Follower
from bot.people import People
from bot.telegram.changing import Changes
from bot.telegram.courtesy import Courtesy
from bot.telegram.front import Asker, Front, asker_in, asker_of, reply
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
from bot.telegram.intake import LONGEST_PAUSE, AnyApplication
from bot.telegram.leftovers import Leftovers
from bot.telegram.menus import show_menus
from bot.telegram.moving import move
from bot.telegram.news import tell_owner
from bot.telegram.platform import Telegram
from bot.telegram.playlists import Playlists
from bot.telegram.sources import download_limit_in_words
from bot.telegram.wire import Wire
from bot.texts import say
from jobs.ends import end
from jobs.queue import JobQueue
from jobs.settings import Settings, SettingsError
from jobs.store import ResultStore

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
    courtesy = Courtesy()
    app = (
        Application.builder()
        .token(settings.telegram_token.get_secret_value())
        .base_url(settings.telegram_base_url)
        .base_file_url(settings.telegram_file_url)
        .local_mode(settings.telegram_local)
        .request(_request(UPLOAD))
        .get_updates_request(_request(ANSWER))
        .rate_limiter(courtesy)
        .defaults(Defaults(link_preview_options=LinkPreviewOptions(is_disabled=True)))
        .updater(None)  # `intake` fetches updates
        .build()
    )
    platform = Telegram(app.bot, store, local=settings.telegram_local)
    follower = Follower(queue, store, platform)
    front = Front(
        settings=settings,
        queue=queue,
        store=store,
        people=People(queue.redis, settings.access),
        bot=app.bot,
        follower=follower,
        playlists=Playlists(queue, app.bot, settings, follower),
        leftovers=Leftovers(queue.redis, app.bot, partial(download_limit_in_words, settings)),
        changes=Changes(app.bot, follower.aside),
    )
    courtesy.on_moved = partial(move, queue.redis, front.people, front.playlists)
    _register(app, front)
    _keep_company(app, front)
    return app


def _request(upload: float) -> Wire:
    return Wire(
        connect_timeout=CONNECT,
        read_timeout=ANSWER,
        write_timeout=ANSWER,
        pool_timeout=ANSWER,
        media_write_timeout=upload,
    )


def _register(app: AnyApplication, front: Front) -> None:
    """Every handler. Of one group the first that fits takes the update; groups follow each other."""
    private, in_groups = filters.ChatType.PRIVATE, filters.ChatType.GROUPS

    # Before everything: from here on the group has another id, under which it is let in and served.
    app.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, _with(front, groups.migrated)), group=-2)

    # First of all, and in a group of its own: whoever may not ask gets no further.
    app.add_handler(TypeHandler(Update, _with(front, gate)), group=-1)

    # Commands come before messages, which would take them for text without a link.
    app.add_handler(CommandHandler("start", _answering(front, commands.start)))
    app.add_handler(CommandHandler("help", _answering(front, commands.help_)))
    app.add_handler(CommandHandler("stems", _answering(front, asking.stems)))
    app.add_handler(CommandHandler("mix", _answering(front, results.mix)))
    app.add_handler(CommandHandler("status", _answering(front, status.status)))
    app.add_handler(CommandHandler("cancel", _answering(front, commands.cancel)))
    app.add_handler(CommandHandler("settings", _answering(front, preferences.settings)))
    app.add_handler(CommandHandler("stats", _answering(front, status.stats)))
    app.add_handler(CommandHandler("allow", _answering(front, owner.allow)))
    app.add_handler(CommandHandler("deny", _answering(front, owner.deny)))
    app.add_handler(CommandHandler("who", _answering(front, owner.who)))

    # Buttons of lists, of playlists and of groups; then all others, those that nobody knows any more included.
    app.add_handler(CallbackQueryHandler(_pressed(front, status.pressed), status.PATTERN))
    app.add_handler(CallbackQueryHandler(_pressed(front, playlists.pressed), playlists.PATTERN))
    app.add_handler(CallbackQueryHandler(_pressed(front, leftovers.pressed), leftovers.PATTERN))
    app.add_handler(CallbackQueryHandler(_pressed(front, preferences.pressed), preferences.PATTERN))
    app.add_handler(CallbackQueryHandler(_pressed(front, buttons.pressed)))

    # Last: whatever else a person writes or sends, in a private chat unknown commands included. Service messages
    # (a pinned message, a changed picture) are nobody's words.
    app.add_handler(MessageHandler(private & ~filters.StatusUpdate.ALL, _answering(front, asking.anything)))
    app.add_handler(MessageHandler(filters.StatusUpdate.NEW_CHAT_MEMBERS, _answering(front, groups.joined)))
    app.add_handler(
        MessageHandler(in_groups & ~filters.StatusUpdate.ALL & ~filters.COMMAND, _answering(front, groups.anything))
    )

    app.add_error_handler(_log_and_apologise(front))


Context = CallbackContext[Any, Any, Any, Any]
Done = Coroutine[Any, Any, None]
Callback = Callable[[Update, Context], Done]


def _with(front: Front, handler: Callable[[Front, Update], Done]) -> Callback:
    async def call(update: Update, _: Context) -> None:
        await handler(front, update)

    return call


def _answering(front: Front, handler: Callable[[Front, Asker, Message], Done]) -> Callback:
    """For handlers of new messages. An edited message is none: what it asks for was asked already."""

    async def call(update: Update, _: Context) -> None:
        asker = await asker_in(front, update)
        if asker is not None and update.message is not None:
            await handler(front, asker, update.message)

    return call


def _pressed(front: Front, handler: Callable[[Front, Asker, CallbackQuery], Done]) -> Callback:
    async def call(update: Update, _: Context) -> None:
        asker = await asker_in(front, update)
        if asker is not None and update.callback_query is not None:
            await handler(front, asker, update.callback_query)

    return call


def _log_and_apologise(front: Front) -> Callable[[object, Context], Done]:
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
        if asker is None or (asker.in_group and not _speaks_to_us(front, update.message)):
            return
        text = say(asker.language, "queue-away") if isinstance(error, RedisError) else say(asker.language, "went-wrong")
        try:
            await reply(front, update.message, text)
        except TelegramError as again:
            log.warning("nor could that be said: %s", again)

    return call


def _speaks_to_us(front: Front, message: Message) -> bool:
    """Whether a group's message certainly does. Most are for others, and nobody wants an answer to all of them."""
    return (message.text or "").startswith("/") or asking.calls_us(front, message)


def _keep_company(app: AnyApplication, front: Front) -> None:
    """What lives as long as the bot: opened in post_init, ended in post_stop, where the bot can still speak.

    Not with `Application.create_task`: its tasks are awaited at the stop, and these have no end of their own.
    """
    company: list[asyncio.Task[None]] = []

    async def open_(_: AnyApplication) -> None:
        company.append(asyncio.create_task(front.follower.run()))
        company.append(asyncio.create_task(front.playlists.attend()))
        company.append(asyncio.create_task(front.leftovers.attend()))
        company.append(asyncio.create_task(tell_owner(front)))
        company.append(asyncio.create_task(_introduce(front)))
        if port := front.settings.metrics_port:
            from jobs.exposed import expose  # for who asks for it: see there

            company.append(asyncio.create_task(expose(port, front.queue.redis, front.store, front.settings)))

    async def close(_: AnyApplication) -> None:
        following, *others = company
        await end(*others)
        following.cancel()
        await asyncio.wait({following})  # once: it lets uploads arrive that are nearly there

    app.post_init, app.post_stop = open_, close


async def _introduce(front: Front) -> None:
    """The link for the owner-to-be in the log, and the menus of commands; patiently."""
    pause = 1.0
    while True:
        try:
            if front.settings.access == "closed" and (code := await front.people.pairing_code()) is not None:
                log.warning(
                    "nobody owns this bot yet: open https://t.me/%s?start=%s to become its owner",
                    front.bot.username,
                    code,
                )
            await show_menus(front.bot, front.people)
        except (RedisError, TelegramError) as error:
            log.warning("the menus are not up yet: %s", error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        else:
            return

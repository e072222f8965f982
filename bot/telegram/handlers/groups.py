"""Groups: what is said there to us or to all, being added to one, and one that becomes a supergroup."""

from telegram import Message, Update

from bot.chats.group_settings import group_settings_of
from bot.telegram.handlers import asking
from bot.telegram.migration import move
from bot.telegram.replies import Asker, Services, reply
from bot.texts import say


async def anything(services: Services, asker: Asker, message: Message) -> None:
    """A message in a group that is no command. Most are not for us, and get no answer."""
    group_settings = await group_settings_of(services.queue.redis, asker.chat)
    await asking.in_group(services, asker, message, every_link=group_settings.every_link)


async def joined(services: Services, asker: Asker, message: Message) -> None:
    """Somebody was added to the group; when it is us, say how to ask."""
    if any(one.id == services.bot.id for one in message.new_chat_members):
        await reply(services, message, say(asker.language, "group-hello"))


async def migrated(services: Services, update: Update) -> None:
    """The group has another id now. Telegram says so twice: in the old group, and in the new one."""
    message = update.message
    if message is None:
        return
    if message.migrate_to_chat_id is not None:
        await move(
            services.queue.redis, services.access, services.playlists, message.chat_id, message.migrate_to_chat_id
        )
    elif message.migrate_from_chat_id is not None:
        await move(
            services.queue.redis, services.access, services.playlists, message.migrate_from_chat_id, message.chat_id
        )
    services.follower.wake()

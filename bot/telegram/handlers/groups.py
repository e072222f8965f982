"""Groups: what is said there to us or to all, being added to one, and one that becomes a supergroup."""

from telegram import Message, Update

from bot.groups import customs_of
from bot.telegram.front import Asker, Front, reply
from bot.telegram.handlers import asking
from bot.telegram.moving import move
from bot.texts import say


async def anything(front: Front, asker: Asker, message: Message) -> None:
    """A message in a group that is no command. Most are not for us, and get no answer."""
    customs = await customs_of(front.queue.redis, asker.chat)
    await asking.in_group(front, asker, message, every_link=customs.every_link)


async def joined(front: Front, asker: Asker, message: Message) -> None:
    """Somebody was added to the group; when it is us, say how to ask."""
    if any(one.id == front.bot.id for one in message.new_chat_members):
        await reply(front, message, say(asker.language, "group-hello"))


async def migrated(front: Front, update: Update) -> None:
    """The group has another id now. Telegram says so twice: in the old group, and in the new one."""
    message = update.message
    if message is None:
        return
    if message.migrate_to_chat_id is not None:
        await move(front.queue.redis, front.people, front.playlists, message.chat_id, message.migrate_to_chat_id)
    elif message.migrate_from_chat_id is not None:
        await move(front.queue.redis, front.people, front.playlists, message.migrate_from_chat_id, message.chat_id)
    front.follower.wake()

"""A small Bot API server, over real HTTP and as strict as Telegram's, with simulated people.

    async with BotApi() as server:
        ana = server.person("Ana", language="pt")
        chat = server.private(ana)
        …  start the bot with base_url=server.base_url, base_file_url=server.file_url, token=server.token
        await chat.say("/start")
        card = await chat.until(lambda message: "Hello" in message.text)
        await chat.press(card, "Cancel")
        assert server.refused == []

`world` holds persons, chats and messages; `limits`, `markup` and `files` the refusals; `sending`, `editing`, `asking`
and `inline` the methods; `people` the actions of persons; `server`, `wire` and `faults` the HTTP, the faults, the
record.
"""

from tests.peers.botapi.faults import Request, Trouble
from tests.peers.botapi.inline import Query
from tests.peers.botapi.limits import Pace
from tests.peers.botapi.people import Chat, Press
from tests.peers.botapi.server import BotApi
from tests.peers.botapi.world import File, Message, Person

__all__ = ["BotApi", "Chat", "File", "Message", "Pace", "Person", "Press", "Query", "Request", "Trouble"]

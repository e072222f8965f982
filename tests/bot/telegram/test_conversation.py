"""What a person sees: from a link to stems."""

from jobs.models import Stage
from tests.bot.telegram.rig import SONG, Rig

ALBUM = """\
Ana:         https://youtu.be/dQw4w9WgXcQ
bot:         Elis & Tom - Águas de Março (3:33)
             Done in 0 s
bot:         [audio Elis & Tom - Águas de Março (vocals).mp3 Elis & Tom - Águas de Março (vocals) 2000 bytes]
bot:         [audio Elis & Tom - Águas de Março (accompaniment).mp3 Elis & Tom - Águas de Março (accompaniment) 2000 bytes]\
"""  # noqa: E501 - as a person sees it


async def test_a_link_becomes_a_card_and_an_album(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        question = await ana.say(SONG)
        card = await ana.until(lambda message: "Next in line" in message.text)
        assert card.labels == ["Cancel"]
        assert card.reply_to == question
        track = await rig.worker.take()
        await rig.worker.report(track, Stage.SEPARATING, 0.5)
        await ana.until(lambda message: "50 %" in message.text)
        await rig.worker.finish(track)
        await ana.until(lambda message: "Done in" in message.text)
    assert ana.transcript() == ALBUM
    vocals, band = ana.from_bot()[1:]
    assert vocals.album == band.album != ""
    assert vocals.reply_to == question
    assert vocals.file is not None
    assert vocals.file.seconds == 213
    assert card.labels == []
    assert await rig.queue.attended("telegram") == []

"""What `fl-bt doctor` says of the page."""

from bot.cli import doctor
from tests.bot.web.web_fixture import Rig


async def test_the_page_answers_or_not(rig: Rig) -> None:
    async with rig.serving():
        about = rig.settings.model_copy(update={"web_port": rig.port})
        assert await doctor.page(about) == doctor.Finding("Page", f"is served at http://127.0.0.1:{rig.port}/app")
        open_ = about.model_copy(update={"web_url": "http://stems.example.org"})
        assert "HTTPS" in (await doctor.page(open_)).advice
    assert "`fl-bt web` serve" in (await doctor.page(about)).advice

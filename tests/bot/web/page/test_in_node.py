"""What the page computes, run by the Node that comes with pytubefix; and its files as text."""

import re
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from bot.texts import LANGUAGES, say
from worker.child.confinement.online import node

HERE = Path(__file__).parent
PAGE = Path(str(files("bot.web") / "page"))
CLIENT = "https://web.telegram.org"
MODULES = sorted(PAGE.glob("*.js"))


@pytest.mark.parametrize("name", ["state.test.mjs", "orders.test.mjs"])
def test_in_node(name: str) -> None:
    ran = subprocess.run([node(), "--test", HERE / name], capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]
    assert "\nℹ pass 0\n" not in ran.stdout
    assert "\nℹ fail 0\n" in ran.stdout


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_sentence_of_the_page_is_there(language: str) -> None:
    """Those that the page names whole. Parts of names are told by `data-text` and by the tests in a browser."""
    named = {
        name
        for file in (*MODULES, PAGE / "index.html")
        for name in re.findall(r'"(web-[a-z0-9-]+)"', file.read_text("utf-8"))
    }
    assert len(named) > 50
    parameters = {"name": "", "size": "", "limit": "", "done": "", "total": "", "stem": "", "number": "", "percent": ""}
    for name in named:
        assert say(language, name, **parameters)


@pytest.mark.parametrize("file", [*MODULES, PAGE / "index.html", PAGE / "style.css"], ids=lambda file: file.name)
def test_nothing_is_foreign_or_inline(file: Path) -> None:
    """The policy forbids inline code and styles; and no markup is made of text."""
    text = file.read_text("utf-8")
    loaded = text.replace(f'const TELEGRAM = "{CLIENT}";', "")  # to whom the page speaks
    assert not re.search(r"https?://|//cdn|@import" + (r"|url\(" if file.suffix == ".css" else ""), loaded)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text)
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text)
    assert not re.search(r"<script(?! type=\"module\" src=\"/app/)", text)
    assert len(text.splitlines()) < 300

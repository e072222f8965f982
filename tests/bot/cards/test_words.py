"""Every sentence is in `bot/texts`, and the code uses every sentence there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import bot
from bot.conversation.commands.menu import COMMANDS, EVERYBODYS, GROUPS, OPTIONS, OWNERS
from bot.phrases.vocabulary import vocabulary
from bot.texts import LANGUAGES
from jobs.failures import Reason
from jobs.models import Stem
from tests.bot.test_texts import parameters

#: Calls that show text to a person.
SPEAKING = {
    *("reply", "toast", "Toast", "tell_alone", "send_message", "edit_message_text", "answer", "end_press"),
    *("Card", "Button", "InlineKeyboardButton"),
}

_SENTENCE = re.compile(r"\w\s+\w")


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(Path(bot.__file__).parent.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def literals(node: ast.AST) -> Iterator[str]:
    """The strings in an expression, without those that only name a sentence or a key."""
    if isinstance(node, ast.Call) and called(node) in ("say", "sentence", "get", "join"):
        for part in (*node.args, *(keyword.value for keyword in node.keywords)):
            if not isinstance(part, ast.Constant):
                yield from literals(part)
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from literals(child)


def spoken(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in SPEAKING:
            for part in (*node.args, *(keyword.value for keyword in node.keywords)):
                for literal in literals(part):
                    if _SENTENCE.search(literal):
                        yield node.lineno, literal


def test_no_handler_contains_a_sentence() -> None:
    found = [
        f"{path.name}:{line}: {words!r}"
        for path, tree in modules()
        if "terminal" not in path.parts and path.name not in ("cli.py", "doctor.py", "demo.py")
        for line, words in spoken(tree)
    ]
    assert found == []


def test_the_search_finds_what_it_looks_for() -> None:
    code = """
async def handler():
    await reply(front, message, "Hi there, " + say(language, "start"))
    await query.answer(say(language, "not looked at"))
"""
    assert [words for _, words in spoken(ast.parse(code))] == ["Hi there, "]


def test_every_sentence_is_said_somewhere() -> None:
    """By its id; or, where ids are put together (`f"stem-{stem}"`), by how it begins."""
    whole: set[str] = set()
    beginnings: set[str] = set()
    for _, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                beginnings.add(str(node.values[0].value))
    put_together = {"command-", "failure-", "part-", "stem-", "terminal-", "terminal-failure-"}
    put_together |= {"discord-command-", "discord-option-", "discord-about-"}
    assert {one for one in beginnings if re.fullmatch(r"[a-z]+(-[a-z]+)*-", one)} == put_together
    whole |= {f"command-{command}" for menu in (EVERYBODYS, GROUPS, OWNERS) for command in menu}
    whole |= {f"discord-command-{command}" for command in COMMANDS}
    for option in {one.name for options in OPTIONS.values() for one in options}:
        whole |= {f"discord-option-{option}", f"discord-about-{option}"}
    for place in ("failure", "terminal-failure"):
        whole |= {f"{place}-{reason.replace('_', '-')}" for reason in Reason}
    whole |= {f"terminal-{word}" for word in whole}  # why a word that was typed is refused
    whole |= {f"stem-{stem}" for stem in Stem}
    whole |= {
        f"part-{term.part}"
        for one in LANGUAGES
        for terms in vocabulary(one).terms.values()
        for term in terms
        if term.part
    }
    ids = {name.partition(".")[0] for name in parameters("en")}
    assert sorted(ids - whole - said_by_the_page(ids)) == []


def said_by_the_page(ids: set[str]) -> set[str]:
    """Those of the `ids` that the web page says, whole or put together (`web-level-${level}`, `web-${name}`)."""
    page = (Path(bot.__file__).parent / "web" / "page").rglob("*.*")
    code = "\n".join(file.read_text("utf-8") for file in page)
    beginnings = tuple(set(re.findall(r"`(web-[a-z-]+)\$\{", code)))
    words = {f"web-{word}" for word in re.findall(r'"([a-z-]+)"', code)}
    said = {*re.findall(r"web-[a-z0-9-]+", code), *words}
    return {one for one in ids if one in said or one.startswith(beginnings)}

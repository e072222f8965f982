"""Every sentence in every language, with the same parameters; figures as people read them."""

import ast
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl
from fluent.syntax.visitor import Visitor
from hypothesis import example, given
from hypothesis import strategies as st

import bot.texts
from bot.texts import LANGUAGES, figures, model_title, negotiate, say, sentence
from jobs.failures import Failure, Reason
from jobs.models import Stem


class _Variables(Visitor):  # type: ignore[misc]  # the library's visitor has no types
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_MessageReference(self, node: ftl.MessageReference) -> None:  # noqa: N802
        raise AssertionError(f"{node.id.name} is another sentence: each is parsed alone")

    def visit_TermReference(self, node: ftl.TermReference) -> None:  # noqa: N802
        raise AssertionError(f"-{node.id.name} is a term: each sentence is parsed alone")

    def visit_VariableReference(self, node: ftl.VariableReference) -> None:  # noqa: N802 - the visitor's naming
        self.names.add(node.id.name)


def parameters(language: str) -> dict[str, set[str]]:
    """Sentence (and `sentence.attribute`) → its parameters."""
    found: dict[str, set[str]] = {}
    text = files("bot.texts").joinpath(f"{language}.ftl").read_text(encoding="utf-8")
    for entry in FluentParser().parse(text).body:
        assert not isinstance(entry, ftl.Junk), entry.content
        if isinstance(entry, ftl.Message):
            patterns = {entry.id.name: entry.value}
            patterns |= {f"{entry.id.name}.{one.id.name}": one.value for one in entry.attributes}
            for name, pattern in patterns.items():
                assert name not in found, f"{name} is there twice"
                visitor = _Variables()
                visitor.visit(pattern)
                found[name] = visitor.names
    return found


def test_every_language_has_every_sentence_with_the_same_parameters() -> None:
    english = parameters("en")
    assert len(english) > 80
    for language in LANGUAGES:
        assert parameters(language) == english


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_own_sentence(language: str) -> None:
    values: dict[str, float | str] = {"seconds": 4000, "limit_seconds": 1800, "bytes": 3e9, "limit_bytes": 2e9}
    said = {
        sentence(Failure(reason=reason, values=values | {"stems": 4, "model": "htdemucs"}), language)
        for reason in Reason
    }
    assert len(said) == len(Reason)
    assert all("{" not in one and "???" not in one for one in said)
    for reason in Reason:
        assert "None" not in sentence(Failure(reason=reason, detail="/tmp/secret"), language)
        assert "secret" not in sentence(Failure(reason=reason, detail="/tmp/secret"), language)


def test_figures_in_failures_are_the_persons() -> None:
    too_long = Failure(reason=Reason.TOO_LONG, values={"seconds": 4000.4, "limit_seconds": 1800})
    assert sentence(too_long, "en").startswith("This is 1 h 06 min long, and I take songs up to 30:00.")
    too_large = Failure(reason=Reason.TOO_LARGE, values={"bytes": 48_300_000, "limit_bytes": 2e7})
    assert "48,3 MB" in sentence(too_large, "pt")


def test_a_model_in_a_failure_has_its_name_for_people() -> None:
    missing = Failure(reason=Reason.MODEL_MISSING, values={"model": "htdemucs_6s"})
    assert sentence(missing, "en").startswith("I can’t separate with HTDemucs (6 stems) right now: none of my workers")
    assert sentence(missing, "pt-BR").startswith("Não posso separar com HTDemucs (6 faixas) agora: nenhum worker meu")
    newer = Failure(reason=Reason.MODEL_MISSING, values={"model": "of-a-newer-version"})
    assert "with of-a-newer-version right now" in sentence(newer, "en")
    assert model_title("spleeter-4", "en") == "4 stems"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("stem", Stem)
def test_every_stem_has_a_name(language: str, stem: Stem) -> None:
    assert say(language, f"stem-{stem}")


def _said() -> Iterator[tuple[str, str, set[str]]]:
    """Each `say(…, "literal", …)` of the front ends: where, which sentence, with which parameters."""
    for path in Path(bot.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("say", "texts.say"):
                message = node.args[1] if len(node.args) > 1 else None
                if (
                    isinstance(message, ast.Constant)
                    and isinstance(message.value, str)
                    and all(keyword.arg for keyword in node.keywords)
                ):
                    yield f"{path.name}:{node.lineno}", message.value, {str(one.arg) for one in node.keywords}


def test_the_code_says_what_there_is_with_all_its_parameters() -> None:
    known = parameters("en")
    said = list(_said())
    assert said
    for where, message, given_ in said:
        assert known.get(message) == given_, f"{where}: {message}"


def test_each_sentence_is_parsed_alone_as_with_all_others() -> None:
    for language in LANGUAGES:
        text = files("bot.texts").joinpath(f"{language}.ftl").read_text(encoding="utf-8")
        whole = {entry.id.name: entry for entry in FluentParser().parse(text).body if isinstance(entry, ftl.Message)}
        sources = bot.texts._sources(language)
        assert sources.keys() == whole.keys()
        for name, source in sources.items():
            (alone,) = (entry for entry in FluentParser().parse(source).body if isinstance(entry, ftl.Message))
            assert alone.equals(whole[name], ignored_fields=["span", "comment"]), name


def test_unknown_sentences_and_missing_parameters_are_bugs() -> None:
    for message in ("nonsense", "failure-too-long", "failure-private.plain"):
        with pytest.raises(LookupError):
            say("en", message)


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("pt", "pt-BR"),
        ("pt-br", "pt-BR"),
        ("pt_BR", "pt-BR"),
        ("pt_BR.UTF-8", "pt-BR"),
        ("PT-PT", "pt-BR"),
        ("en-GB", "en"),
        ("ptx", "en"),
        ("", "en"),
        (None, "en"),
        ("C", "en"),
    ],
)
def test_languages_are_negotiated(code: str | None, language: str) -> None:
    assert negotiate(code) == language


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (59.6, "1:00"), (225, "3:45"), (3599.4, "59:59"), (3720, "1 h 02 min")]
)
def test_lengths(seconds: float, text: str) -> None:
    assert figures.duration(seconds, "en") == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "5 s"), (7, "5 s"), (58, "1 min"), (98, "1 min 40 s"), (598, "10 min"), (755, "13 min"), (3700, "1 h 02 min")],
)
def test_waits_are_rounded_as_estimates(seconds: float, text: str) -> None:
    assert figures.wait(seconds, "en") == text


@pytest.mark.parametrize(
    ("bytes_", "english", "portuguese"),
    [
        (0, "0 B", "0 B"),
        (999, "999 B", "999 B"),
        (48_300_000, "48.3 MB", "48,3 MB"),
        (50_000_000, "50 MB", "50 MB"),
        (999_999_999, "1 GB", "1 GB"),
        (123_456_789, "123 MB", "123 MB"),
        (2_000_000_000, "2 GB", "2 GB"),
    ],
)
def test_sizes(bytes_: int, english: str, portuguese: str) -> None:
    assert figures.size(bytes_, "en") == english
    assert figures.size(bytes_, "pt-BR") == portuguese


@pytest.mark.parametrize(
    ("value", "english", "portuguese"),
    [(-6.306, "−6.3 dB", "−6,3 dB"), (-0.06, "−0.1 dB", "−0,1 dB"), (0.52, "+0.5 dB", "+0,5 dB")],
)
def test_levels_have_a_sign(value: float, english: str, portuguese: str) -> None:
    assert figures.decibels(value, "en") == english
    assert figures.decibels(value, "pt-BR") == portuguese


@pytest.mark.parametrize(
    ("seconds", "english", "portuguese"),
    [(0.0232, "23 ms", "23 ms"), (0.9994, "999 ms", "999 ms"), (0.9996, "1 s", "1 s"), (75.333, "75.33 s", "75,33 s")],
)
def test_shifts(seconds: float, english: str, portuguese: str) -> None:
    assert figures.shift(seconds, "en") == english
    assert figures.shift(seconds, "pt-BR") == portuguese


@given(st.floats())
@example(1e300)
def test_any_number_has_a_figure(number: float) -> None:
    for figure in (figures.duration, figures.wait, figures.took, figures.size, figures.shift, figures.decibels):
        assert re.fullmatch(r"[+−]?[\d:., ]+( ?(h|min|s|ms|B|kB|MB|GB|dB)[\d ]*)*", figure(number, "en"))


def test_plurals_and_pasted_markup() -> None:
    assert say("en", "links-several", count=1).startswith("One song")
    assert say("pt", "links-several", count=3).startswith("3 músicas")
    assert say("en", "allow-done", name="<b>&_*[{ $x }") == "<b>&_*[{ $x } can use me now."

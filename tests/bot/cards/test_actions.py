"""The data of buttons: read as written, and nothing else is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.actions import Action, Verb, parse_action

RID = "0123456789abcdef"


@pytest.mark.parametrize(
    "action",
    [
        Action(verb=Verb.CANCEL, target=RID),
        Action(verb=Verb.RESEND, target=RID, choice="mix-drums+bass-mp3.2"),
        Action(verb=Verb.STEMS, choice="5"),
        Action(verb=Verb.FORMAT, choice="m4a"),
        Action(verb=Verb.PACKAGE, choice="both"),
        Action(verb=Verb.MIX, target=RID, choice="5vpdbo"),
        Action(verb=Verb.PICK, target=RID),
        Action(verb=Verb.PAGE, target=RID, choice="2"),
        Action(verb=Verb.WANT, target=RID, choice="again"),
        Action(verb=Verb.FORGET, target=RID, choice="yes"),
        Action(verb=Verb.CANCEL_ALL),
        Action(verb=Verb.SHOW, target=RID),
        Action(verb=Verb.STOP, target=RID),
        Action(verb=Verb.EVERY, choice="off"),
        Action(verb=Verb.LANGUAGE, choice="pt-BR"),
        Action(verb=Verb.LANGUAGE, choice="each"),
        Action(verb=Verb.LIST, target="PL" + "_" * 57),
        Action(verb=Verb.RUN, target=RID, choice="start"),
        Action(verb=Verb.LATER, target=RID),
        Action(verb=Verb.ADMIT, target="-1001234567890123", choice="no"),
        Action(verb=Verb.PICK, target=RID, choice="5vpdbo.d", whose="0a1b2c3d"),
    ],
)
def test_actions_come_back_as_they_went(action: Action) -> None:
    assert parse_action(action.text) == action
    assert len(action.text.encode()) <= 64


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cancel",
        "cancel:",
        "cancel:xyz",
        f"cancel:{RID}:x",
        f"resend:{RID}",
        f"mix:{RID}:x",
        "stems::3",
        "format::exe",
        f"show:{RID}:x",
        "stop:",
        "every::maybe",
        "every:on",
        "language::fr",
        "list:PL",
        "list:" + "a" * 60,
        f"run:{RID}",
        f"run:{RID}:go",
        "later:0",
        "admit:42",
        "admit:ana:yes",
        f"pick:{RID}*",
        f"pick:{RID}*0a1b2c3",
        f"forget:{RID}*0a1b2c3d",
        ":",
    ],
)
def test_foreign_data_is_no_action(text: str) -> None:
    assert parse_action(text) is None


@pytest.mark.parametrize(
    ("data", "action"),
    [
        (f"list:{'PL' + 'x' * 32}", Action(verb=Verb.LIST, target="PL" + "x" * 32)),
        (f"run:{RID}:stop", Action(verb=Verb.RUN, target=RID, choice="stop")),
        (f"show:{RID}", Action(verb=Verb.SHOW, target=RID)),
        (f"stop:{RID}", Action(verb=Verb.STOP, target=RID)),
        (f"later:{RID}", Action(verb=Verb.LATER, target=RID)),
        ("every::on", Action(verb=Verb.EVERY, choice="on")),
        ("language::en", Action(verb=Verb.LANGUAGE, choice="en")),
        (f"want:{RID}:wav32", Action(verb=Verb.WANT, target=RID, choice="wav32")),
        (f"pick:{RID}:4vb.d", Action(verb=Verb.PICK, target=RID, choice="4vb.d")),
        ("cancelall", Action(verb=Verb.CANCEL_ALL)),
    ],
)
def test_buttons_of_earlier_versions_are_understood(data: str, action: Action) -> None:
    assert parse_action(data) == action
    assert action.text == data


@given(st.text() | st.builds("{}:{}:{}".format, st.sampled_from([*Verb]), st.text(max_size=20), st.text(max_size=20)))
def test_the_action_parser_never_raises(text: str) -> None:
    action = parse_action(text)
    assert action is None or action.text == text

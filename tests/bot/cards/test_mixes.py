"""Mixes parsed from words and from buttons, and the pages of buttons under a result."""

from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.actions import Verb, parse_action
from bot.cards.mixes import from_letters, is_whole, letters, mix_words
from bot.cards.result_buttons import Rows, first_page, forget_page, mix_button, pick_page, second_page
from jobs.models import Format, Mix, Model, Order, Package, Player, Request, Stem, YouTube
from jobs.music.separation_models import MODELS
from tests.models import NAMES, STEMS

V, A, D, B, P, O = Stem.VOCALS, Stem.ACCOMPANIMENT, Stem.DRUMS, Stem.BASS, Stem.PIANO, Stem.OTHER  # noqa: E741


@pytest.mark.parametrize("count", [2, 4, 5])
def test_letters_bring_back_every_mix_in_the_order_of_the_stems(count: int) -> None:
    stems = STEMS[count]
    for mix in chain.from_iterable(combinations(stems, size) for size in range(len(stems) + 1)):
        assert from_letters(letters(reversed(mix)), NAMES[count]) == mix
        assert is_whole(mix, NAMES[count]) is (len(mix) == count)


@pytest.mark.parametrize(
    ("mix", "count", "english", "portuguese"),
    [
        ((V, B, O), 4, "no drums", "sem bateria"),
        ((V, B), 4, "vocals + bass", "voz + baixo"),
        ((A,), 2, "no vocals", "sem voz"),
        ((V,), 2, "vocals", "voz"),
    ],
)
def test_what_a_mix_is_called(mix: tuple[Stem, ...], count: int, english: str, portuguese: str) -> None:
    assert (mix_words(mix, NAMES[count], "en"), mix_words(mix, NAMES[count], "pt")) == (english, portuguese)


def asked(order: Order) -> Request:
    return Request(
        id="0123456789abcdef", platform="telegram", chat="telegram:1", asker="telegram:1",
        source=YouTube(video_id="dQw4w9WgXcQ"), order=order, created_at=1,
    )  # fmt: skip


def labels(rows: Rows) -> list[list[str]]:
    return [[button.label for button in row] for row in rows]


def stems(count: int) -> Order:
    return Order(model=Model.model_validate({"stems": count}))


def test_the_pages_under_a_result() -> None:
    assert labels(first_page(asked(stems(2)), "en")) == [
        ["No vocals", "Only vocals"],
        ["Choose stems…", "Practise…", "Player"],
        ["4 stems", "5 stems", "More…"],
        ["Mixer"],
    ]
    assert labels(first_page(asked(stems(4)), "en")) == [
        ["No vocals", "No drums"],
        ["No bass", "No other"],
        ["Choose stems…", "Practise…", "Player"],
        ["More…", "Mixer"],
    ]
    assert labels(first_page(asked(stems(5)), "pt")) == [
        ["Sem voz", "Sem piano", "Sem bateria"],
        ["Sem baixo", "Sem outros"],
        ["Escolher faixas…", "Ensaiar…", "Player"],
        ["Mais…", "Mixer"],
    ]
    assert labels(second_page(asked(stems(4)), "en")) == [
        ["Zip", "FLAC"],
        ["WAV", "WAV 32-bit float"],
        ["2 stems", "5 stems"],
        ["Chords", "Notes (MIDI)", "For the DAW"],
        ["Again", "Forget", "Back"],
    ]
    zipped = Order(format=Format.FLAC, package=Package.ZIP)
    assert labels(second_page(asked(zipped), "en"))[0] == ["MP3", "WAV", "WAV 32-bit float"]
    mixed = stems(4).model_copy(update={"content": Mix(stems=(V, B))})
    assert labels(first_page(asked(mixed), "en")) == [
        ["All stems"],
        ["Choose stems…", "Practise…", "Player"],
        ["More…", "Mixer"],
    ]
    assert labels(second_page(asked(mixed), "en")) == [
        ["FLAC", "WAV", "WAV 32-bit float"],
        ["Chords", "Notes (MIDI)", "For the DAW"],
        ["Again", "Forget", "Back"],
    ]
    played = stems(2).model_copy(update={"content": Player(language="pt-BR")})
    assert labels(first_page(asked(played), "en")) == [
        ["All stems"],
        ["Practise…"],
        ["4 stems", "5 stems", "More…"],
        ["Mixer"],
    ]
    assert "Forget" in labels(second_page(asked(played), "en"))[-1]
    assert not {"Zip", "MP3", "FLAC"} & {label for row in labels(second_page(asked(played), "en")) for label in row}


def test_choosing_stems_button_by_button() -> None:
    request = asked(stems(4))
    none = pick_page(request, NAMES[4], (), "en")
    assert labels(none) == [["Vocals", "Drums"], ["Bass", "Other"], ["Back"]]
    one = pick_page(request, NAMES[4], (D,), "en")
    assert labels(one) == [["Vocals", "✓ Drums"], ["Bass", "Other"], ["Make drums"], ["Back"]]
    assert [button.action.rpartition(":")[2] for row in one for button in row] == [
        "vd.v",
        ".d",
        "db.b",
        "do.o",
        "d",
        "1",
    ]
    assert "Make no bass" in labels(pick_page(request, NAMES[4], (V, D, O), "en"))[2]
    assert labels(pick_page(request, NAMES[4], STEMS[4], "en"))[2] == ["Back"], "all of them are the song itself"


def test_of_two_stems_one_chooses_from_four() -> None:
    request = asked(stems(2))
    choose, *_ = first_page(request, "en")[1]
    assert choose.action == "pick:0123456789abcdef:4"
    rows = pick_page(request, NAMES[4], (V, B), "en")
    assert labels(rows) == [["✓ Vocals", "Drums"], ["✓ Bass", "Other"], ["Make vocals + bass"], ["Back"]]
    actions = [button.action.rpartition(":")[2] for row in rows for button in row]
    assert actions == ["4b.v", "4vdb.d", "4v.b", "4vbo.o", "4vb", "1"]


@given(
    st.builds(
        Order,
        model=st.builds(Model, name=st.sampled_from([*MODELS])),
        format=st.sampled_from(Format),
        package=st.sampled_from(Package),
        mix=st.sampled_from([(), (V,), (D, B), (V, P, D, B)]),
    ),
    st.sets(st.sampled_from([*Stem])),
    st.sampled_from(["en", "pt"]),
)
def test_every_button_fits_a_phone_and_is_understood(order: Order, chosen: set[Stem], language: str) -> None:
    request = asked(order)
    model = NAMES[4] if order.model.name == NAMES[2] else order.model.name
    picked = [stem for stem in MODELS[model].stems if stem in chosen]
    for rows in (
        first_page(request, language),
        second_page(request, language),
        pick_page(request, model, picked, language),
        forget_page(request, language),
        (
            (
                mix_button(request, NAMES[4], Mix(stems=(V, D)), language),
                mix_button(request, NAMES[5], Mix(stems=(P,)), language),
            ),
        ),
    ):
        assert 1 <= len(rows) <= 5
        for row in rows:
            assert 1 <= len(row) <= 3
            for button in row:
                assert len(button.label) <= 40
                action = parse_action(button.action)
                assert action is not None
                assert action.target == request.id
                assert len(button.action.encode()) <= 64
                assert action.verb in (
                    Verb.MIX,
                    Verb.PICK,
                    Verb.MAKE,
                    Verb.PRACTISE,
                    Verb.PAGE,
                    Verb.WANT,
                    Verb.FORGET,
                    Verb.MIXER,
                )

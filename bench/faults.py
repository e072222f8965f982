"""Single small faults in a module, which `bench.mutants` puts into a copy of the code.

In Python a node of the syntax tree is changed; in scripts for Redis a line.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

COMPARED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
COMPUTED: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.LShift: ast.RShift,
}  # fmt: skip
LUA: Final = (
    (r"==", "~="), (r"~=", "=="), (r" < ", " <= "), (r" > ", " >= "), (r" <= ", " < "), (r" >= ", " > "),
    (r" and ", " or "), (r" or ", " and "), (r"\bnot ", ""), (r" \+ ", " - "), (r" - ", " + "),
    (r"\breturn 1\b", "return 0"), (r"\breturn 0\b", "return 1"), (r"^\s*redis\.call\(.*\)$", ""),
)  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One fault: the changed module as text, and the fault's place and description."""

    module: str
    line: int
    what: str
    source: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.what}"


def mutants(module: str, root: Path) -> Iterator[Mutant]:
    """Every possible fault of a module, in the order of lines."""
    source = (root / module).read_text(encoding="utf-8")
    if module.endswith(".lua"):
        yield from _in_lua(module, source)
        return
    count = len([*_places(ast.parse(source))])
    for number in range(count):
        tree = ast.parse(source)
        line, what = [*_places(tree)][number]()
        yield Mutant(module, line, what, ast.unparse(ast.fix_missing_locations(tree)))


class Place:
    """A node and a change of it."""

    def __init__(self, node: ast.expr | ast.stmt, what: str, **change: object) -> None:
        self.node, self.what, self.change = node, what, change

    def __call__(self) -> tuple[int, str]:
        before = _first_line(self.node)
        for name, value in self.change.items():
            setattr(self.node, name, value)
        if self.what == "dropped":
            self.node.__class__ = ast.Pass
            return self.node.lineno, f"dropped: {before}"
        return self.node.lineno, f"{before}  →  {_first_line(ast.fix_missing_locations(self.node))}"


def _first_line(node: ast.AST) -> str:
    return ast.unparse(node).partition("\n")[0]


def _places(tree: ast.Module) -> Iterator[Place]:
    quiet = _not_code(tree)
    for node in ast.walk(tree):
        if id(node) in quiet:
            continue
        match node:
            case ast.Compare(ops=[operator]) if type(operator) in COMPARED:
                yield Place(node, "", ops=[COMPARED[type(operator)]()])
            case ast.BoolOp(op=operator):
                yield Place(node, "", op=ast.And() if isinstance(operator, ast.Or) else ast.Or())
            case ast.UnaryOp(op=ast.Not()):
                yield Place(node, "", op=ast.UAdd(), operand=ast.Call(ast.Name("bool"), [node.operand], []))
            case ast.BinOp(op=operator) if type(operator) in COMPUTED:
                yield Place(node, "", op=COMPUTED[type(operator)]())
            case ast.Constant(value=bool() as value):
                yield Place(node, "", value=not value)
            case ast.Constant(value=int() | float() as number):
                yield Place(node, "", value=number + 1)
            case ast.If() | ast.While() | ast.IfExp():
                yield Place(node, "", test=ast.UnaryOp(ast.Not(), node.test))
            case ast.Return(value=ast.expr()) if not isinstance(node.value, ast.Constant):
                yield Place(node, "", value=ast.Constant(None))
            case ast.Expr(value=ast.Call() | ast.Await()):
                yield Place(node, "dropped")
            case ast.Continue() | ast.Break():
                yield Place(node, "dropped")


def _not_code(tree: ast.Module) -> set[int]:
    """Nodes whose change has no visible effect: annotations, and calls of the log."""
    quiet: set[int] = set()
    for node in ast.walk(tree):
        notes: list[ast.AST | None] = []
        match node:
            case ast.arg() | ast.AnnAssign():
                notes = [node.annotation]
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                notes = [node.returns]
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="log")))):
                notes = [node]
            case ast.Assign(targets=[ast.Name(id=name)]) if re.search(r"(Id|T|Count)$", name):
                notes = [node]
        for note in notes:
            if note is not None:
                quiet |= {id(each) for each in ast.walk(note)}
    return quiet


def _in_lua(module: str, source: str) -> Iterator[Mutant]:
    lines = source.splitlines()
    for number, line in enumerate(lines):
        if line.lstrip().startswith("--"):
            continue
        for pattern, instead in LUA:
            if re.search(pattern, line):
                changed = re.sub(pattern, instead, line, count=1)
                text = "\n".join([*lines[:number], changed, *lines[number + 1 :], ""])
                yield Mutant(module, number + 1, f"{line.strip()}  →  {changed.strip()}", text)

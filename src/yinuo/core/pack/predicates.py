"""Loads a pack's `predicates.py`: named conditions and nothing else, refused with line when it reaches beyond that."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
from collections.abc import Mapping
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from yinuo.core.facts import ALWAYS, NEVER, Predicate
from yinuo.core.pack.table import Book

BUILT_IN: Mapping[str, Predicate] = {"always": ALWAYS, "never": NEVER}
FILE = "predicates.py"

_MODULES = {"__future__", "collections.abc", "typing", "yinuo.core.facts"}
_COMPARISONS = ("gt", "ge", "le")
_FORBIDDEN = frozenset(
    [
        "__import__",
        "breakpoint",
        "compile",
        "delattr",
        "eval",
        "exec",
        "exit",
        "getattr",
        "globals",
        "input",
        "open",
        "print",
        "setattr",
        "vars",
    ]
)
_STATEMENTS = (ast.Expr, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.FunctionDef)


class _Loader(SourceFileLoader):
    """Compiles every time: a byte-code file beside the pack could be older than the pack."""

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.get_data(self.path), self.path)


def load_predicates(folder: Path, book: Book) -> tuple[dict[str, Predicate], dict[str, int], ModuleType | None]:
    """The pack's predicates by name, the line of each, and their module."""
    path = folder / FILE
    if not path.is_file():
        return dict(BUILT_IN), {}, None
    source = path.read_text(encoding="utf-8")
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        book.fault(FILE, error.lineno or 1, "syntax", f"Python 语法错误：{error.msg}")
        return dict(BUILT_IN), {}, None
    if _foreign(tree, book):
        return dict(BUILT_IN), {}, None
    name = f"yinuo_pack_predicates_{hashlib.sha256(str(path).encode() + source.encode()).hexdigest()[:16]}"
    spec = importlib.util.spec_from_loader(name, _Loader(name, str(path)))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever the pack's own code raises is a fault of the pack
        book.fault(FILE, _line_of(error, path), "predicate-code", f"predicates.py 无法执行：{error}")
        return dict(BUILT_IN), {}, None
    lines = {target.id: node.lineno for node in tree.body for target in _targets(node)}
    found = {key: value for key, value in vars(module).items() if isinstance(value, Predicate) and key in lines}
    for key in BUILT_IN.keys() & found.keys():
        book.fault(FILE, lines[key], "duplicate-id", f"谓词 {key} 是内置的，不能重新定义")
    return {**found, **BUILT_IN}, lines, module


def _targets(node: ast.stmt) -> list[ast.Name]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target for target in targets if isinstance(target, ast.Name)]


def _foreign(tree: ast.Module, book: Book) -> bool:
    """Notes everything that is not the definition of a condition; True when there was any."""
    before = len(book.faults)
    assigned: dict[str, int] = {}
    for node in tree.body:
        if not isinstance(node, _STATEMENTS) or (
            isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)
        ):
            book.fault(FILE, node.lineno, "predicate-code", "predicates.py 只能写具名条件：赋值、函数和文字说明")
        for target in _targets(node):
            if target.id in assigned:
                book.fault(FILE, node.lineno, "duplicate-id", f"谓词 {target.id} 已在第 {assigned[target.id]} 行定义")
            assigned[target.id] = node.lineno
    for inner in ast.walk(tree):
        if isinstance(inner, ast.Import) or (isinstance(inner, ast.ImportFrom) and inner.module not in _MODULES):
            book.fault(
                FILE,
                inner.lineno,
                "predicate-code",
                f"predicates.py 只能引入 {'、'.join(sorted(_MODULES - {'__future__'}))}",
            )
        elif isinstance(inner, ast.Name) and (inner.id in _FORBIDDEN or inner.id.startswith("__")):
            book.fault(FILE, inner.lineno, "predicate-code", f"predicates.py 不能使用 {inner.id}")
        elif isinstance(inner, ast.Attribute) and inner.attr.startswith("_"):
            book.fault(FILE, inner.lineno, "predicate-code", f"predicates.py 不能使用 {inner.attr}")
    _numbers(tree, book)
    return len(book.faults) > before


def _numbers(tree: ast.Module, book: Book) -> None:
    """A number of a legal text is a parameter: a comparison is with one, or with 0 or 1, which need no law."""
    fine: set[ast.AST] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=name), args=[given], keywords=[]) if (
                name in _COMPARISONS and _is_bound(given)
            ):
                fine.add(node.func)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, int | float | complex)
            and node.value not in (0, 1)
        ):
            message = f"predicates.py 不能写数字 {node.value}：写进 parameters/，这里用 parameter(编号)"
            book.fault(FILE, node.lineno, "predicate-number", message)
        elif isinstance(node, ast.Attribute) and node.attr in _COMPARISONS and node not in fine:
            book.fault(FILE, node.lineno, "predicate-number", f"{node.attr} 只能与 parameter(编号)、0 或者 1 相比")


def _is_bound(given: ast.expr) -> bool:
    if isinstance(given, ast.Constant):
        return given.value in (0, 1) and type(given.value) is int
    match given:
        case ast.Call(func=ast.Name(id="parameter"), args=[ast.Constant(value=str())], keywords=[]):
            return True
    return False


def _line_of(error: Exception, path: Path) -> int:
    line = 1
    trace = error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line

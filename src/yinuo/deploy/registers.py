"""What the registers name is there, and what the source names is registered: found at the start, not inside an action.

A call that names its notice or its verb in the source is read from the source; so is a notice's word that nobody gives.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from django.utils.module_loading import import_string

from yinuo.engine import register
from yinuo.engine.documents.versions import template

SOURCE = Path(__file__).resolve().parents[1]
TELLERS = {"tell", "tell_number"}
# Where the verb stands among the arguments; `_record` is what some rooms call their own `record`.
RECORDERS = {"record": 1, "_record": 2}
# Arguments of `tell` and `tell_number` that are no words of the text; `link` is the text's own address.
GIVEN = {"at", "persons", "unit_id", "project_code", "page", "link"}


def faults() -> list[str]:
    """One line for each fault, with file and line where it is in the source."""
    return [*_in_registers(), *(fault for file in _files() for fault in _in_source(file))]


def _in_registers() -> Iterator[str]:
    known = register.verbs()
    for verb, handlers in register.effects().items():
        if verb not in known:
            yield f"登记的后续处理等待没有登记的动作 {verb}"
        for handler, _ in handlers:
            yield from _missing(handler)
    for *_, now, standing in register.leaves():
        for handler in filter(None, (now, standing)):
            yield from _missing(handler)
    for path in [*register.caches(), *register.uses()]:
        yield from _missing(path)
    for kind in register.paper_names():
        if kind not in register.shapes():
            yield f"文书 {kind} 没有登记数据的样子"
    for kind, versions in register.shapes().items():
        yield from (
            f"文书 {kind} 没有第 {number} 版模板" for number in versions if not template(kind, number).is_file()
        )
    for term in register.unit_terms().values():
        yield from (f"没有登记消息 {name}" for name in (term.soon, term.today) if name not in register.notices())


def _missing(dotted: str) -> Iterator[str]:
    try:
        import_string(dotted)
    except ImportError as error:
        yield f"登记了 {dotted}，找不到它：{error}"


def _files() -> list[Path]:
    return [
        file
        for part in ("engine", "rooms")
        for file in sorted((SOURCE / part).glob("**/*.py"))
        if "migrations" not in file.parts
    ]


def _in_source(file: Path) -> Iterator[str]:
    text = file.read_text(encoding="utf-8")
    if "tell" not in text and "record(" not in text:
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            where = f"{file.relative_to(SOURCE.parent)}:{node.lineno}"
            if node.func.id in TELLERS:
                yield from (f"{where}：{fault}" for fault in _notice(node))
            place = RECORDERS.get(node.func.id, len(node.args))
            if place < len(node.args):
                verb = _constant(node.args[place])
                if verb is not None and verb not in register.verbs():
                    yield f"{where}：没有登记动作 {verb}"


def _notice(call: ast.Call) -> Iterator[str]:
    name = _constant(call.args[0]) if call.args else None
    if name is None:
        return
    text = register.notices().get(name)
    if text is None:
        yield f"没有登记消息 {name}"
        return
    given = {word.arg for word in call.keywords}
    if None in given or "words" in given:
        return
    wanted = {field for part in (text.subject, text.body) for _, field, _, _ in Formatter().parse(part) if field}
    yield from (f"消息 {name} 缺少 {word}" for word in sorted(wanted - {str(word) for word in given} - {"link"}))


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None

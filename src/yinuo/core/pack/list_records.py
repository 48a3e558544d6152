"""Reads `lists/`, `classes.toml` and `checks.toml`: the published lists by industry, the lowest classes, and the checks
of answers against each other.

A list brings its own facts: what an entry asks (`entries.…`) and what a reviewer answers for it (`confirmations.…`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from yinuo.core.fact_specs import CONFIRMATIONS, ENTRIES, FactSpec, FactTable
from yinuo.core.facts import ALWAYS, Fact, Predicate, fact
from yinuo.core.industries import code_fault
from yinuo.core.pack.table import Table
from yinuo.core.pack.types import CLASSES, EVERY, Check, LegalList, ListEntry, LowestClass

FOLDER = "lists"
DECIDERS = ("county", "prefecture", "province", "state")
_BOUNDS = ("below", "at_most", "at_least", "over")
GROUPS = {ENTRIES: "目录条目", CONFIRMATIONS: "人工确认"}


class ListReader:
    """Makes the lists, and remembers the facts they bring."""

    def __init__(self) -> None:
        self.specs: dict[str, FactSpec] = {}

    def legal_list(self, table: Table) -> LegalList:
        name = table.text("id")
        cites, provenance = table.cites(), table.provenance(f"目录 {name}")
        title, complete = table.text("name"), table.flag("complete")
        entries = tuple(self._entry(row, name, cites, provenance) for row in table.tables("entry"))
        partial, unread = table.texts("partial"), table.text_or("unread", "")
        _codes(table, "partial", partial)
        if complete and (partial or unread):
            table.fault("complete", "wrong-type", "complete = true 的目录不能有 partial 和 unread")
        elif not complete and not (partial and unread):
            table.fault("complete", "missing-key", "没有收录齐全的目录要写明 partial（行业）和 unread（缺哪个文本）")
        confirm = f"{CONFIRMATIONS}.{name}"
        self.specs[confirm] = FactSpec(
            confirm, "flag", f"列入{title}", help="由备案机关对照目录原文确认", where=table.where
        )
        return LegalList(
            id=name,
            name=title,
            row=table.text("row"),
            when=table.predicate("when") if table.has("when") else "",
            complete=complete,
            partial=partial,
            unread=unread,
            confirm=confirm,
            declared=table.text_or("declared", ""),
            says=_says(table),
            entries=entries,
            span=table.span(),
            cites=cites,
            provenance=provenance,
            where=table.where,
        )

    def _entry(self, row: Table, owner: str, cites: tuple[str, ...], provenance: str) -> ListEntry:
        name, industries = row.text("id"), row.texts("industries")
        _codes(row, "industries", industries)
        if not industries:
            row.fault("industries", "missing-key", "缺少 industries（GB/T 4754 代码，任何行业写作 *）")
        path, test = self._question(row, owner, name)
        made = ListEntry(
            id=name,
            name=row.text("name"),
            industries=industries,
            when=row.predicate("when") if row.has("when") else "",
            fact=path,
            test=test,
            words=row.texts("words"),
            decided_by=row.choice("decided_by", DECIDERS) if row.has("decided_by") else "",
            cites=row.cites() if row.has("cite") else cites,
            provenance=row.provenance(f"目录条目 {name}"),
            where=row.where,
        )
        row.finish()
        return made

    def _question(self, row: Table, owner: str, name: str) -> tuple[str, Predicate]:
        """What the entry asks beyond the industry: nothing, yes or no, or a number and its bound."""
        bounds = [key for key in _BOUNDS if row.has(key)]
        asks, unit = row.text_or("asks", ""), row.text_or("unit", "")
        path = f"{ENTRIES}.{row.text_or('fact', '') or f'{owner}_{name}'}"
        if not asks:
            if bounds or unit or row.has("fact"):
                row.fault("id", "missing-key", "写了 unit、fact 或者界限，就要写 asks（问什么）")
            return "", ALWAYS
        if len(bounds) > 1 or bool(bounds) is not bool(unit):
            row.fault("asks", "wrong-type", "问数量要有 unit 和一个界限（below、at_most、at_least、over）")
        spec = FactSpec(path, "decimal" if bounds else "flag", asks, unit, where=row.where)
        if (known := self.specs.setdefault(path, spec)) != spec:
            row.fault("asks", "duplicate-id", f"{path} 已在 {known.where} 问过，问法不同")
        given = fact(path)
        return path, _bounded(given, bounds[0], row.decimal(bounds[0])) if bounds else given.is_true()


def _bounded(given: Fact, how: str, bound: Decimal) -> Predicate:
    return {"below": given.lt, "at_most": given.le, "at_least": given.ge, "over": given.gt}[how](bound)


def _says(table: Table) -> tuple[str | bool, ...]:
    """The answers of the declared fact that admit the entry: codes of choices, or nothing for a plain yes."""
    codes = table.texts("says")
    return codes or (True,)


def _codes(table: Table, key: str, codes: Iterable[str]) -> None:
    for code in codes:
        if code != EVERY and (fault := code_fault(code)):
            table.fault(key, "unknown-industry", fault)


def lowest_class(table: Table) -> LowestClass:
    path = table.choice("fact", CLASSES)
    industries = table.texts("industries")
    _codes(table, "industries", industries)
    name = table.text("id")
    return LowestClass(
        id=name,
        fact=path,
        industries=industries,
        lowest=table.choice("lowest", CLASSES.get(path, ())),
        name=table.text("name"),
        span=table.span(),
        cites=table.cites(),
        provenance=table.provenance(f"类别 {name}"),
        where=table.where,
    )


def check(table: Table) -> Check:
    name = table.text("id")
    return Check(
        id=name,
        when=table.predicate("when"),
        facts=table.texts("facts"),
        why=table.text("why"),
        span=table.span(),
        cites=table.cites(),
        provenance=table.provenance(f"核对 {name}"),
        where=table.where,
    )


def with_lists(facts: FactTable, specs: Mapping[str, FactSpec]) -> FactTable:
    """The pack's facts and those its lists bring."""
    if not specs:
        return facts
    used = {path.partition(".")[0] for path in specs}
    groups = {**{name: label for name, label in GROUPS.items() if name in used}, **facts.groups}
    return FactTable({**facts, **specs}, groups)

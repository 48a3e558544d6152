"""Everything that can be wrong with a pack, found in one go, each with file and line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from yinuo.core.pack.cases import case_faults, must_be_exercised
from yinuo.core.pack.coverage import boundary_days, coverage_faults, entry_point_faults
from yinuo.core.pack.faults import Fault, PackError, fault_at
from yinuo.core.pack.form_faults import form_faults
from yinuo.core.pack.load import Reading, read
from yinuo.core.pack.references import near, reference_faults
from yinuo.core.pack.released import released_faults
from yinuo.core.pack.tables import table_faults
from yinuo.core.pack.types import Pack

__all__ = ["Fault", "check", "errors"]


def check(path: Path) -> list[Fault]:
    """All faults and notices of the pack in a folder, in the order of file and line."""
    try:
        reading = read(path)
    except PackError as error:
        return [Fault("pack.toml", error.line, "missing-file", error.message)]
    faults = list(reading.book.faults)
    days = boundary_days(reading.pack)
    faults += reference_faults(reading)
    faults += form_faults(reading)
    faults += table_faults(reading.pack, days, reading.book.broken)
    faults += coverage_faults(reading, days)
    faults += _exercises(reading.pack)
    faults += released_faults(reading.pack)
    if not errors(faults):  # on a pack with faults the code's answers would only repeat them
        faults += entry_point_faults(reading.pack, days)
        faults += case_faults(reading.pack)
    faults += _unverified(reading)
    return sorted(dict.fromkeys(faults), key=lambda fault: (fault.file, fault.line, fault.code, fault.message))


def errors(faults: list[Fault]) -> list[Fault]:
    """Those that make the pack invalid."""
    return [fault for fault in faults if fault.severity == "error"]


def _exercises(pack: Pack) -> Iterator[Fault]:
    """A rule nobody shows at work is a rule nobody has read twice."""
    rules = must_be_exercised(pack)
    shown = {name for case in pack.cases for name in case.exercises}
    for name, (kind, where) in rules.items():
        if name not in shown:
            yield fault_at(where, "unexercised", f"{kind} {name} 没有案例演示（写入某个案例的 exercises）")
    known = {
        *rules,
        *pack.parameters,
        *pack.matters,
        *pack.predicates,
        *pack.reasons,
        *(pause.id for pause in pack.pauses),
    }
    for case in pack.cases:
        for name in case.exercises:
            if name not in known:
                yield fault_at(case.where, "unknown-rule", f"案例 {case.id} 演示的 {name} 不存在{near(name, known)}")


def _unverified(reading: Reading) -> Iterator[Fault]:
    for mention in reading.book.unverified:
        yield fault_at(mention.where, "unverified", f"{mention.name}未经核实", "notice")

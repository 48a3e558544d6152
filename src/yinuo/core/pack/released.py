"""What was released stays as it was: a pack changes by new dated values, and this compares with the last release."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yinuo.core.decision import jsonable
from yinuo.core.pack.faults import Fault, fault_at
from yinuo.core.pack.types import Pack

FILE = "released.json"
# Projects keep paths and codes: what was released under a name stays under it.
_KEPT = ("fact:", "choice:")


@dataclass(frozen=True, slots=True)
class Entry:
    """One value whose meaning must not change once released. Wording, labels and an end added later are free."""

    key: str
    label: str
    content: Any
    where: str
    remedy: str = "请增加一个新的生效日期"

    @property
    def digest(self) -> str:
        text = json.dumps(jsonable(self.content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def entries(pack: Pack) -> Iterator[Entry]:
    content: Any
    for parameter in pack.parameters.values():
        for value in parameter.values:
            yield Entry(
                f"parameter:{parameter.id}@{value.span.from_on}",
                f"参数 {parameter.id}",
                [parameter.unit, value.value],
                value.where,
            )
    for scale in pack.scales:
        for band in scale.bands:
            content = [band.class_, band.low, band.high, band.lowest]
            yield Entry(f"band:{band.grade}@{scale.span.from_on}", f"等级 {band.grade}", content, band.where)
    for measure in pack.measures:
        content = [measure.class_, measure.effect, measure.value]
        yield Entry(f"measure:{measure.id}@{measure.span.from_on}", f"措施 {measure.id}", content, measure.where)
    for point in pack.point_rules:
        content = [point.type, point.match, point.points, point.cap_per_project, point.needs_audit]
        yield Entry(f"points:{point.id}@{point.span.from_on}", f"加减分规则 {point.id}", content, point.where)
    for act in pack.acts.values():
        for listing in act.listings:
            content = [act.article, act.item]
            yield Entry(f"act:{act.id}@{listing.span.from_on}", f"扣分行为 {act.id}", content, listing.where)
    for rule in pack.hall_rules:
        content = [rule.type, rule.match, rule.points, rule.days_at_most, rule.approval_days_more_than]
        yield Entry(f"hall:{rule.id}@{rule.span.from_on}", f"大厅评分规则 {rule.id}", content, rule.where)
    for row in pack.negative:
        content = [row.part, row.row, row.matter, row.sub_matter, row.when, [(e.id, e.when) for e in row.exceptions]]
        yield Entry(f"row:{row.id}@{row.span.from_on}", f"负面清单 {row.id}", content, row.where)
    for benefit in pack.benefits:
        content = [benefit.when, benefit.classes]
        yield Entry(f"benefit:{benefit.id}@{benefit.span.from_on}", f"惠企事项 {benefit.id}", content, benefit.where)
    for one in pack.lists:
        for listed in one.entries:
            content = [listed.industries, listed.when, listed.fact, listed.test.text, listed.decided_by]
            key = f"list:{one.id}.{listed.id}@{one.span.from_on}"
            yield Entry(key, f"目录条目 {one.id}.{listed.id}", content, listed.where)
    for least in pack.lowest_classes:
        content = [least.fact, least.industries, least.lowest]
        yield Entry(f"class:{least.id}@{least.span.from_on}", f"类别 {least.id}", content, least.where)
    for check in pack.checks:
        content = [check.when, check.facts]
        yield Entry(f"check:{check.id}@{check.span.from_on}", f"核对 {check.id}", content, check.where)
    for pause in pack.pauses:
        content = [pause.longest, pause.longest_unit, pause.stops_statutory]
        yield Entry(f"pause:{pause.id}@{pause.span.from_on}", f"暂停原因 {pause.id}", content, pause.where)
    yield from _matter_entries(pack)
    yield from _fact_entries(pack)


def _matter_entries(pack: Pack) -> Iterator[Entry]:
    content: Any
    for matter in pack.matters.values():
        for kind, label, limits in (
            ("statutory", "法定时限", matter.statutory),
            ("promised", "承诺时限", matter.promised),
        ):
            for limit in limits:
                content = [limit.value, limit.unit, limit.extendable_by]
                yield Entry(f"{kind}:{matter.id}@{limit.span.from_on}", f"{matter.id} 的{label}", content, limit.where)
        for offer in matter.offers:
            yield Entry(f"offer:{matter.id}@{offer.span.from_on}", f"{matter.id} 的信用承诺决定", True, offer.where)
        for standard in matter.standards:
            content = [standard.requirements, standard.promises, standard.field]
            yield Entry(
                f"standard:{matter.id}@{standard.version}",
                f"{matter.id} 的承诺标准 {standard.version}",
                content,
                standard.where,
            )


def _fact_entries(pack: Pack) -> Iterator[Entry]:
    """Type and unit of each fact, and the codes of its choices; labels, help and order are free."""
    for spec in pack.facts.values():
        content = [spec.type, spec.unit]
        yield Entry(f"fact:{spec.path}", f"项目信息 {spec.path}", content, spec.where, "含义变了就换一个 path")
        for code in spec.choices if spec.type == "choice" else ():
            yield Entry(f"choice:{spec.path}.{code}", f"{spec.path} 的选项 {code}", True, spec.where)


def snapshot(pack: Pack) -> str:
    """The text of `released.json` for the pack as it is now."""
    values = {entry.key: entry.digest for entry in entries(pack)}
    return json.dumps({"version": pack.version, "values": values}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def released_version(folder: Path) -> str | None:
    """The version released last; None before the first release."""
    file = folder / FILE
    return str(json.loads(file.read_text(encoding="utf-8"))["version"]) if file.is_file() else None


def released_faults(pack: Pack) -> Iterator[Fault]:
    file = Path(pack.path) / FILE
    if not file.is_file():
        return
    try:
        kept: Mapping[str, str] = json.loads(file.read_text(encoding="utf-8"))["values"]
    except (ValueError, KeyError, TypeError) as error:
        yield Fault(FILE, 1, "syntax", f"无法读取上次发布的记录：{error}")
        return
    now = {entry.key: entry for entry in entries(pack)}
    for key, digest in sorted(kept.items()):
        entry = now.get(key)
        if entry is None:
            yield Fault(
                FILE,
                _line(file, key),
                "released-changed",
                f"已发布的 {key} 不见了："
                + (
                    "已有的项目保存着它，不能改名或者删除"
                    if key.startswith(_KEPT)
                    else "应写 to 使其到期，而不是删除或改动日期"
                ),
            )
        elif entry.digest != digest:
            yield fault_at(entry.where, "released-changed", f"{entry.label}（{key}）已经发布，不得改动：{entry.remedy}")


def _line(file: Path, key: str) -> int:
    needle = json.dumps(key, ensure_ascii=False)
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if needle in line:
            return number
    return 1

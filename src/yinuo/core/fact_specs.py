"""What a project's facts are made of. Which facts there are, the pack says (`facts.toml`); here is what Python reads.

One table drives the filing form, the validator, the JSON Schema and the check that no predicate reads an unknown fact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

FactType = Literal["text", "decimal", "quantity", "integer", "flag", "choice", "date"]


@dataclass(frozen=True, slots=True)
class FactSpec:
    """One fact. `quantity` = an amount, or yes/no where the amount is not known; `choices` of a text are suggestions.

    **Units**: `unit` is the Chinese name of the unit, empty where the fact has none; `greatest` bounds a decimal.
    """

    path: str
    type: FactType
    label: str
    unit: str = ""
    help: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    pattern: str = ""
    greatest: str = ""
    example: str = ""
    where: str = field(default="", compare=False)


class FactTable(Mapping[str, FactSpec]):
    """The facts of one pack by path, in the order written, and the labels of their groups.

    A table equals only itself, so that it can be the key of a cache.
    """

    def __init__(self, specs: Mapping[str, FactSpec], groups: Mapping[str, str]) -> None:
        self._specs = specs
        self.groups = groups

    def __getitem__(self, path: str) -> FactSpec:
        return self._specs[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._specs)

    def __len__(self) -> int:
        return len(self._specs)

    def __contains__(self, path: object) -> bool:
        return path in self._specs

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def known(self, facts: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
        """Those of the facts given that this pack has."""
        return {
            key: self.known(value, f"{key}.") if key in self.groups and not prefix else value
            for key, value in facts.items()
            if f"{prefix}{key}" in self or (key in self.groups and not prefix)
        }

    def label(self, path: str) -> str:
        """The fact's label; a path the pack does not know stands for itself."""
        return self._specs[path].label if path in self._specs else path


@dataclass(frozen=True, slots=True)
class EngineFact:
    """A fact that Python reads by its path: of which types it may be, and which choices Python compares it with."""

    types: tuple[FactType, ...]
    why: str
    choices: tuple[str, ...] = ()


GRADES = {grade: grade for grade in ("A", "A-", "B", "B-", "C+", "C", "C-", "D", "D-")} | {"unrated": "未评级"}
LEVELS = {"county": "县级", "prefecture": "州（市）级", "province": "省级", "state": "国家级"}

# What the program itself reads by path. Every pack has these; everything else is the pack's own.
ENGINE_FACTS: Mapping[str, EngineFact] = {
    "name": EngineFact(("text",), "项目的名称"),
    "kind": EngineFact(("choice",), "备案、核准还是审批", ("filing", "verification", "approval")),
    "project_class": EngineFact(
        ("choice",), "加分是否须参考审计结论", ("private", "state_owned", "government_funds", "public_works")
    ),
    "content": EngineFact(("text",), "备案证上的建设规模及内容"),
    "region": EngineFact(("text",), "由哪个大厅受理"),
    "industry": EngineFact(("text",), "按 GB/T 4754 行业代码查找"),
    "total_investment": EngineFact(("decimal",), "备案证、统计和变更幅度"),
    "land_area": EngineFact(("decimal",), "标准地和变更幅度"),
    "floor_area": EngineFact(("decimal",), "变更幅度和区域评估的适用条件"),
    "eia": EngineFact(("choice",), "区域评估的适用条件"),
    "planned_start_on": EngineFact(("date",), "预警和备案证"),
    "planned_finish_on": EngineFact(("date",), "预警和备案证"),
    "unit.type": EngineFact(("choice",), "哪些单位可以即时备案"),
    "unit.name": EngineFact(("text",), "模拟审批转换时核对主体"),
    "unit.credit_code": EngineFact(("text",), "模拟审批转换时核对主体"),
    "unit.score": EngineFact(("decimal",), "信用分值"),
    "unit.grade": EngineFact(("choice",), "信用等级", tuple(GRADES)),
    "site.address": EngineFact(("text",), "备案证上的建设地点"),
    "site.zone_id": EngineFact(("text",), "共享哪个园区的区域评估"),
    "declarations.secret": EngineFact(("flag",), "涉密项目不得在网上办理"),
    "declarations.catalogue_class": EngineFact(("choice",), "备案证和公示上的产业政策类别"),
    "mock.subject": EngineFact(("choice",), "模拟审批的项目主体", ("registered", "reserved")),
    "mock.contacts": EngineFact(("decimal", "integer"), "模拟审批的联系人数"),
}
# Without them there is no project to speak of: the form asks each.
BASICS = ("name", "kind", "project_class", "region", "industry", "total_investment")
# Who the project is: the self-check carries its answers in an address, and these never get into one.
NEVER_IN_AN_ADDRESS = frozenset(
    {"name", "content", "site.address", "unit.name", "unit.credit_code", "unit.score", "declarations.secret"}
)
# The groups of facts that the pack's lists bring: what an entry asks, and what a reviewer answers for a list.
ENTRIES, CONFIRMATIONS = "entries", "confirmations"
# Facts with these beginnings are never asked on the filing form: the unit is known, the window asks for the mock
# approval, a clerk confirms, and the declarations are made before the first page.
ASKED_ELSEWHERE = (
    "unit.",
    "mock.",
    "confirmations.",
    "declarations.secret",
    "declarations.truthful",
    "declarations.industrial_policy",
)

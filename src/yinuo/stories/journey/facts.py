"""What the journeys' companies fill in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yinuo.stories.journey.player import Player

FERTILISER: dict[str, Any] = {
    "name": "年产5万吨有机肥加工项目",
    "kind": "filing",
    "project_class": "private",
    "site": {
        "heritage": "none",
        "ecological_redline": False,
        "permanent_farmland": False,
        "inside_built_up_boundary": True,
    },
    "industry": "2625",
    "total_investment": "8600",
    "land_area": "26000",
    "floor_area": "20600",
    "annual_energy": "800",
    "annual_coal": "0",
    "annual_electricity": "300",
    "eia": "table",
    "construction": {},
    "declarations": {
        "secret": False,
        "national_security_or_major_layout": False,
        "catalogue_class": "encouraged",
        "foreign_restricted": False,
        "verification_catalogue": False,
        "two_high_or_overcapacity": False,
        "public_body_building": False,
    },
}


def facts(p: Player, **changes: Any) -> dict[str, Any]:
    """The fertiliser project in the player's county, filed today, with changes; groups are merged.

    What the county's pack does not ask is left out.
    """
    made: dict[str, Any] = {key: dict(value) if isinstance(value, dict) else value for key, value in FERTILISER.items()}
    made["region"] = str(p.rules.parameter("place.region", p.today).value)
    made["site"]["address"] = f"{p.county}工业集中区3号地块"
    made["planned_start_on"] = (p.today + timedelta(days=120)).isoformat()
    made["planned_finish_on"] = (p.today + timedelta(days=600)).isoformat()
    for key, value in changes.items():
        made[key] = {**made.get(key, {}), **value} if isinstance(value, dict) else value
    return p.rules.facts.known(made)

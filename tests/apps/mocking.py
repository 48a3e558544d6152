"""A project under 模拟审批, brought as far as a test needs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tests.apps.county import Company, County, at
from tests.apps.test_onemap import PDF, guided
from tests.beginnings import builder
from yinuo.engine.base import Actor
from yinuo.engine.documents.actions import store_upload
from yinuo.rooms.mock import actions as mock
from yinuo.rooms.mock.models import MockApplication, MockOpinion
from yinuo.rooms.onemap import actions as onemap
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Project

MATTERS = ("land_use_planning_permit", "engineering_planning_permit")
CONTACTS = [{"name": "马晓云", "phone": "13900000001"}, {"name": "韩志强", "phone": "13900000002"}]
ANSWERS: dict[str, Any] = {
    "mock": {
        "plan_conforms": True,
        "inside_construction_land": True,
        "stability_risk": "low",
        "land_formalities_done": False,
        "cost_acknowledged": True,
    },
    "site": {"permanent_farmland": False, "cultivated_share": "0.2"},
}
NO_CHANGE = {"scale": False, "plan": False, "standards": False, "other": False}
REGISTERED = at("2026-11-09 09:00")
SIGNED = at("2026-11-09 10:00")
AGREED = at("2026-11-10 10:00")
DISTRIBUTED = at("2026-11-10 15:00")
HANDED_IN = at("2026-11-11 09:00")
MOCKED = at("2026-11-13 10:00")
LANDED = at("2027-02-01 09:00")


@dataclass
class Track:
    """A county, a company's project with the permits of building, and its mock approval."""

    county: County
    company: Company
    project: Project
    application: MockApplication

    @property
    def window(self) -> Actor:
        return self.county.actor("window", "government_services")

    def item(self, matter: str) -> MapItem:
        return MapItem.objects.select_related("department", "project").get(project=self.project, matter_id=matter)

    def approver(self, matter: str) -> Actor:
        return self.county.actor("approver", self.item(matter).department.key)

    def fresh(self) -> MockApplication:
        self.application = MockApplication.objects.get(pk=self.application.pk)
        return self.application

    def scan(self, moment: datetime) -> int:
        return store_upload(
            actor=self.window, name="扫描件.pdf", content=PDF + str(moment).encode(), unit_id=None, at=moment
        ).pk

    # -- one step each

    def sign(self, moment: datetime = SIGNED) -> None:
        mock.keep_signed(
            actor=self.window,
            application_id=self.application.pk,
            form_id=self.scan(moment),
            commitment_id=self.scan(moment),
            committed_on=moment.date(),
            at=moment,
        )

    def opinion(self, department: str) -> MockOpinion:
        return MockOpinion.objects.get(application=self.application, department__key=department)

    def agree(self, department: str, moment: datetime = AGREED, *, agreed: bool = True) -> None:
        mock.give_opinion(
            actor=self.county.actor("approver", department),
            opinion_id=self.opinion(department).pk,
            agreed=agreed,
            text="符合条件",
            at=moment,
        )

    def distribute(self, moment: datetime = DISTRIBUTED) -> None:
        mock.distribute(actor=self.window, application_id=self.application.pk, at=moment)

    def hand_in(self, matter: str, moment: datetime = HANDED_IN) -> None:
        item = self.item(matter)
        file = mock.keep_file(
            actor=self.window,
            application_id=self.application.pk,
            name="材料.pdf",
            content=PDF + str(moment).encode(),
            at=moment,
        )
        rows = [{"id": material["id"], "file": file.pk} for material in item.materials]
        mock.hand_in(actor=self.window, application_id=self.application.pk, item_id=item.pk, materials=rows, at=moment)

    def accept(self, matter: str, moment: datetime = HANDED_IN) -> None:
        onemap.accept(actor=self.approver(matter), item_id=self.item(matter).pk, at=moment)

    def decide(self, matter: str, number: str, moment: datetime = MOCKED, *, granted: bool = True) -> None:
        onemap.decide(
            actor=self.approver(matter),
            item_id=self.item(matter).pk,
            granted=granted,
            document_number=number,
            text="" if granted else "设计方案超出限高",
            reason_code="" if granted else "refusal.planning_conflict",
            at=moment,
        )

    def mocked(self, matter: str, moment: datetime = MOCKED) -> None:
        """Handed in, accepted and given its mock document."""
        self.hand_in(matter, moment)
        self.accept(matter, moment)
        self.decide(matter, f"模{self.item(matter).pk}号", moment)

    def land(self, moment: datetime = LANDED, answers: dict[str, bool] | None = None) -> None:
        mock.register_land(
            actor=self.window,
            application_id=self.application.pk,
            kind="contract",
            number="出让〔2027〕3号",
            on=moment.date(),
            file_id=self.scan(moment),
            answers=NO_CHANGE if answers is None else answers,
            at=moment,
        )


def project_of(county: County, company: Company) -> Project:
    """A building project, whose permits wait for one another and for the land."""
    return guided(
        county,
        company,
        construction={"building": True, "contract_price": "6200"},
        site={"state_land_supply": True, "new_construction_land": True},
    )


def register(county: County, company: Company, project: Project, **changes: Any) -> MockApplication:
    items = MapItem.objects.filter(project=project, matter_id__in=MATTERS)
    given: dict[str, Any] = {
        "actor": county.actor("window", "government_services"),
        "project_id": project.pk,
        "contacts": CONTACTS,
        "progress": "已备案，正在勘察设计",
        "land": "拟用国有建设用地26000平方米，已列入年度供地计划",
        "land_expected_on": date(2027, 2, 1),
        "legal_representative": "马晓云",
        "matters": [item.pk for item in items],
        "answers": ANSWERS,
        "at": REGISTERED,
    }
    return mock.register(**{**given, **changes})


@builder
def begun(county: County, company: Company) -> Track:
    """Registered at the window."""
    project = project_of(county, company)
    return Track(county, company, project, register(county, company, project))


@builder
def running(county: County, company: Company) -> Track:
    """Signed, agreed to, distributed."""
    track = begun(county, company)
    track.sign()
    track.agree("natural_resources")
    track.agree("market_regulation")
    track.distribute()
    track.fresh()
    return track


@builder
def both_mocked(county: County, company: Company) -> Track:
    """Both matters have their mock document."""
    track = running(county, company)
    for matter in MATTERS:
        track.mocked(matter)
    return track


@builder
def converting(county: County, company: Company) -> Track:
    """The land contract is registered."""
    track = both_mocked(county, company)
    track.land()
    track.fresh()
    return track

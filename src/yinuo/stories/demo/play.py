"""One project on the stage: the verbs of its life, each an action of the rooms by the person whose business it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from yinuo.core.fact_specs import ENTRIES
from yinuo.core.lists import asked_by_lists
from yinuo.engine.base import Actor
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.documents.models import StoredFile
from yinuo.engine.people.models import ProjectUnit
from yinuo.engine.rules import pack, roles
from yinuo.rooms.commitments import actions as commitments
from yinuo.rooms.commitments.actions.promise import may_be_promised
from yinuo.rooms.commitments.inspection import Point, points_of
from yinuo.rooms.commitments.models import Commitment, CompletionVerification
from yinuo.rooms.commitments.papers import code_of
from yinuo.rooms.credit import actions as credit
from yinuo.rooms.credit.models import CreditEvent, CreditRelief, PointProposal
from yinuo.rooms.onemap import actions as onemap
from yinuo.rooms.onemap.models import GuidanceAnswer, MapItem
from yinuo.rooms.projects import actions as projects
from yinuo.rooms.projects.models import Project
from yinuo.rooms.projects.queries import registered
from yinuo.rooms.reviews.actions import give_review
from yinuo.rooms.reviews.models import ServiceReview
from yinuo.rooms.window.actions import take_promise
from yinuo.stories.demo.materials import material_pdf
from yinuo.stories.demo.projects import FORMS
from yinuo.stories.demo.world import Scene, World

OF_ENTRIES = f"{ENTRIES}."
PREFIXES = {
    "development_reform": "积发改审",
    "natural_resources": "积自然资规",
    "housing": "积住建许",
    "ecology": "积环审",
    "soil_conservation": "积水保许",
    "culture_tourism": "积文旅许",
    "drawing_review": "积图审",
    "power_supply": "积供电",
    "water_supply": "积供水",
}


class Play:
    """A project of one unit; every method is one act at one instant."""

    def __init__(self, world: World, company: str) -> None:
        self.world = world
        self.cast = world.cast
        self.company: Actor = world.cast.company(company)
        self.unit: ProjectUnit = world.cast.unit(company)
        self.id = 0

    @classmethod
    def known(cls, world: World, company: str, form: str) -> Play:
        """A project that another scene has filed."""
        play = cls(world, company)
        play.id = Project.objects.filter(unit=play.unit, name=FORMS[form]["name"]).latest("id").pk
        return play

    @property
    def project(self) -> Project:
        return Project.objects.get(pk=self.id)

    def item(self, matter: str) -> MapItem:
        found = MapItem.objects.select_related("department").filter(project_id=self.id, matter_id=matter).first()
        if found is None:
            raise LookupError(
                f"{matter} is not on the map of {self.project}: {[item.matter_id for item in self.items()]}"
            )
        return found

    def items(self) -> list[MapItem]:
        return list(MapItem.objects.filter(project_id=self.id).order_by("position"))

    def officer(self, item: MapItem) -> Actor:
        return self.cast.approver_of(item.department.key, item.handler_id)

    def file_of(self, name: str, at: datetime, officer: Actor | None = None) -> StoredFile:
        """A paper the company uploads, or an officer where one is named."""
        content = material_pdf(name, self.project.name, self.unit.name, at)
        unit_id = None if officer else self.unit.pk
        return store_upload(actor=officer or self.company, name=f"{name}.pdf", content=content, unit_id=unit_id, at=at)

    # -- filing and guidance

    def file(self, facts: dict[str, Any], at: datetime) -> None:
        if self.unit.state_owned and facts["project_class"] == "private":
            facts = {**facts, "project_class": "state_owned"}
        # None of the demonstration's projects is one of the entries its industry is asked about.
        turns = asked_by_lists({**facts, "unit": registered(self.unit)}, pack(), at.date())
        asked = {path.removeprefix(OF_ENTRIES): False for path in sorted(turns) if path.startswith(OF_ENTRIES)}
        if asked:
            facts = {**facts, ENTRIES: asked}
        filing = projects.file_project(actor=self.company, unit_id=self.unit.pk, facts=facts, pledged=True, at=at)
        self.id = filing.project.pk

    def review(self, at: datetime) -> None:
        onemap.confirm_review(actor=self.cast.approver_of(roles().filing_department), project_id=self.id, at=at)

    def advise(self, at: datetime, departments: Iterable[str] = (), notes: Mapping[str, str] | None = None) -> None:
        """The departments (all that still owe an answer, where none is named) say what their matters need; `notes` by
        matter.
        """
        answers = GuidanceAnswer.objects.filter(guidance__project_id=self.id, answered_at__isnull=True).select_related(
            "department"
        )
        for answer in answers.order_by("id"):
            if departments and answer.department.key not in departments:
                continue
            rows = [
                {
                    **row,
                    "needed": "no" if row["needed"] == "no" else "yes",
                    "note": (notes or {}).get(row["matter_id"], row["note"]),
                }
                for row in answer.matters
            ]
            onemap.answer_guidance(
                actor=self.cast.approver_of(answer.department.key), answer_id=answer.pk, matters=rows, at=at
            )

    # -- a matter on the regular way

    def hand_in(self, matter: str, at: datetime, note: str = "") -> None:
        item = self.item(matter)
        materials = []
        for row in item.materials:
            if row["main"]:
                materials.append({"id": row["id"], "file": self.file_of(row["name"], at).pk})
        onemap.submit_materials(actor=self.company, item_id=item.pk, materials=materials, note=note, at=at)

    def accept(self, matter: str, at: datetime) -> None:
        item = self.item(matter)
        onemap.accept(actor=self.officer(item), item_id=item.pk, at=at)

    def send_back(
        self, matter: str, kind: str, points: Iterable[tuple[str, str, str]], reason: str, at: datetime
    ) -> None:
        item = self.item(matter)
        listed = [
            {"code": f"{kind}.{code}", "subject": subject, "request": request} for code, subject, request in points
        ]
        onemap.send_back(actor=self.officer(item), item_id=item.pk, kind=kind, points=listed, reason=reason, at=at)

    def pause(self, matter: str, reason: str, note: str, at: datetime) -> None:
        item = self.item(matter)
        onemap.pause_item(actor=self.officer(item), item_id=item.pk, reason=reason, note=note, at=at)

    def resume(self, matter: str, note: str, at: datetime) -> None:
        item = self.item(matter)
        onemap.resume_item(actor=self.officer(item), item_id=item.pk, note=note, at=at)

    def grant(self, matter: str, at: datetime, text: str = "经审查，符合法定条件和标准。") -> None:
        item = self.item(matter)
        number = self.number_for(item, at)
        onemap.decide(actor=self.officer(item), item_id=item.pk, granted=True, document_number=number, text=text, at=at)

    def refuse(self, matter: str, code: str, text: str, at: datetime) -> None:
        item = self.item(matter)
        number = self.number_for(item, at)
        onemap.decide(
            actor=self.officer(item),
            item_id=item.pk,
            granted=False,
            document_number=number,
            text=text,
            reason_code=f"refusal.{code}",
            at=at,
        )

    def deliver(self, matter: str, at: datetime, how: str = "项目单位在“一张图”下载，电子送达") -> None:
        item = self.item(matter)
        onemap.deliver(actor=self.officer(item), item_id=item.pk, how=how, at=at)

    def number_for(self, item: MapItem, at: datetime) -> str:
        place = str(pack().parameter("place.name", at.date()).value)
        return self.world.number(PREFIXES.get(item.department.key, f"{place[0]}审"), at)

    def regular(self, matter: str, handed_in: int, accepted: int, decided: int, delivered: int | None = None) -> Scene:
        """The ordinary way of a matter, by working days ago."""
        ago = self.world.ago
        at = yield ago(handed_in, "09:40")
        self.hand_in(matter, at)
        at = yield ago(accepted, "15:20")
        self.accept(matter, at)
        if self.item(matter).limit_value != 0:  # what has no days to take is decided as it is accepted
            at = yield ago(decided, "16:10")
        self.grant(matter, at)
        at = yield ago(decided if delivered is None else delivered, "17:15")
        self.deliver(matter, at)

    def speak(self, matter: str, level: int, at: datetime, text: str = "") -> int:
        """The company's review of what was decided; returns its number."""
        return give_review(actor=self.company, item_id=self.item(matter).pk, level=level, text=text, at=at).pk

    def spoken(self, matter: str, days: int, level: int) -> Scene:
        """The same as a scene, by working days ago; one that has spoken already says nothing more."""
        at = yield self.world.ago(days, "20:10")
        if not ServiceReview.objects.filter(application__item=self.item(matter)).exists():
            self.speak(matter, level, at)

    # -- a matter on a promise

    def promise(self, matter: str, at: datetime) -> Commitment:
        item = self.item(matter)
        standard = pack().matters[matter].standard_at(self.project.rules_on)
        assert standard is not None
        return commitments.commit(actor=self.company, item_id=item.pk, standard_version=standard.version, at=at)

    def promise_on_paper(self, matter: str, visit_id: int, clerk: Actor, at: datetime) -> Commitment:
        """The letter the legal representative has signed and sealed the day before, brought to the window."""
        item = self.item(matter)
        _, standard = may_be_promised(item, at)
        signed_on = (at - timedelta(days=1)).date()
        return take_promise(
            actor=clerk,
            visit_id=visit_id,
            item_id=item.pk,
            code=code_of(item, standard, signed_on, 1),
            scan_id=self.file_of(f"信用承诺书（{item.name}）扫描件", at).pk,
            signer=self.unit.legal_representative,
            capacity="legal",
            signed_on=signed_on,
            agreed=True,
            at=at,
        )

    def commitment(self, matter: str) -> Commitment:
        return Commitment.objects.filter(item=self.item(matter)).latest("id")

    def decide_on_promise(self, matter: str, at: datetime) -> None:
        item = self.item(matter)
        number = self.number_for(item, at)
        commitments.decide_on_commitment(
            actor=self.officer(item),
            commitment_id=self.commitment(matter).pk,
            document_number=number,
            at=at,
            text="公示期满无异议，依承诺决定。",
        )

    def on_promise(self, matter: str, signed: int, decided: int) -> Scene:
        ago = self.world.ago
        at = yield ago(signed, "10:05")
        self.promise(matter, at)
        at = yield ago(decided, "09:20")
        self.decide_on_promise(matter, at)
        at = yield ago(decided, "11:00")
        self.deliver(matter, at)

    # -- building and completion

    def report(
        self, kind: str, at: datetime, *, percent: int | None = None, invested: str | None = None, text: str = ""
    ) -> None:
        amount = Decimal(invested) if invested is not None else None
        projects.report_progress(
            actor=self.company,
            project_id=self.id,
            kind=kind,
            on=at.date(),
            at=at,
            percent=percent,
            invested=amount,
            text=text,
        )

    def participant(self, role: str, name: str, credit_code: str, qualification: str, at: datetime) -> None:
        projects.report_participant(
            actor=self.company,
            project_id=self.id,
            role=role,
            name=name,
            credit_code=credit_code,
            qualification=qualification,
            at=at,
        )

    def kept(self, matter: str, text: str, at: datetime) -> None:
        commitments.report_fulfilment(actor=self.company, commitment_id=self.commitment(matter).pk, text=text, at=at)

    def apply_completion(self, at: datetime) -> None:
        commitments.apply_completion(actor=self.company, project_id=self.id, at=at)

    @property
    def completion(self) -> CompletionVerification:
        return CompletionVerification.objects.get(project_id=self.id)

    def points(self) -> list[Point]:
        return points_of(self.completion)

    def verify(
        self, at: datetime, matters: Iterable[str] = (), unmet: Mapping[tuple[str, int], str] | None = None
    ) -> None:
        """Looks at every open point (of `matters`, where some are named) in the map's order; the last one of the round
        delivers them all.

        `unmet`: (matter, number of the requirement) → what is wrong.
        """
        chosen = set(matters)
        for point in self.points():
            if point.pending(self.completion.round) and (not chosen or point.item.matter_id in chosen):
                fault = (unmet or {}).get((point.item.matter_id, point.requirement or 0))
                self._find(point, fault, at)

    def _find(self, point: Point, fault: str | None, at: datetime) -> None:
        number = "" if point.commitment or fault else self.number_for(point.item, at)
        commitments.record_finding(
            actor=self.cast.approver_of(point.department.key, point.item.handler_id),
            completion_id=self.completion.pk,
            met=fault is None,
            at=at,
            commitment_id=point.commitment.pk if point.commitment else None,
            requirement=point.requirement,
            item_id=None if point.commitment else point.item.pk,
            note=fault or "",
            document_number=number,
        )

    # -- credit

    def proposal(self) -> PointProposal:
        return PointProposal.objects.filter(unit=self.unit).latest("id")

    def propose_act(self, department: str, item: str, basis: str, evidence: str, at: datetime) -> None:
        """Points for one of the acts of article 46, with a scanned record as evidence."""
        officer = self.cast.approver_of(department)
        file = self.file_of(evidence, at, officer)
        credit.propose_points(
            actor=officer,
            unit_id=self.unit.pk,
            project_id=self.id,
            project_code="",
            type="act",
            on=at.date(),
            data={"article": "46", "item": item},
            basis=basis,
            evidence=[file.pk],
            at=at,
        )

    def ask_repair(self, event: CreditEvent, text: str, at: datetime) -> CreditRelief:
        evidence = [self.file_of("整改报告", at).pk]
        return credit.ask_relief(
            actor=self.company, event_id=event.pk, kind="repair", text=text, evidence=evidence, at=at
        )

    def consent(self, at: datetime, note: str = "事实清楚、依据充分，同意。") -> None:
        principal = self.cast.holder("principal", roles().filing_department)
        credit.consent(actor=principal, proposal_id=self.proposal().pk, note=note, at=at)

    def execute(self, at: datetime) -> CreditEvent:
        return credit.execute(actor=self.cast.holder("general_convener"), proposal_id=self.proposal().pk, at=at)

"""代办服务 on the pages: the company's, the agent's and the body's head's; and how far the agent's hat reaches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from tests.apps.agencies import Agency, materials, new_agency, open_now
from tests.apps.county import Company, County, at, graded, new_company, new_county
from tests.apps.test_onemap import PDF, guided, hand_in
from tests.web.staffdesk import whole
from yinuo.engine.documents import actions as documents
from yinuo.engine.people.actions import issue_key
from yinuo.engine.people.models import Membership, Person
from yinuo.engine.trail.models import Entry
from yinuo.rooms.agency import actions
from yinuo.rooms.agency.models import AgencyRequest, Agreement, Package, ServiceEntry
from yinuo.rooms.onemap.models import Application, MapItem, Submission
from yinuo.rooms.projects.models import Project
from yinuo.rooms.reviews.models import TrackService
from yinuo.site.urls import all_of
from yinuo.ui.acting import AGENT_PAGES
from yinuo.ui.api import AGENT_MAY

NOW = at("2026-11-06 12:00")
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class World:
    """A company with two projects, one of them served in one matter alone."""

    def __init__(self) -> None:
        self.county: County = new_county()
        self.company: Company = new_company()
        self.agency: Agency = new_agency(self.county)
        self.project: Project = guided(self.county, self.company)
        self.other: Project = guided(self.county, self.company, name="不归代办员管的项目")

    def client(self, person: Person, hat: str = "") -> Client:
        client = Client()
        client.force_login(person, backend=BACKEND)
        if hat:
            assert client.post("/act-as/", {"hat": hat}).status_code == 302
        return client

    @property
    def unit(self) -> Client:
        return self.client(self.company.person)

    @property
    def head(self) -> Client:
        return self.client(self.county.person("general_convener"))

    @property
    def agent(self) -> Client:
        return self.client(self.agency.agent.person)

    def hat(self, agreement: Agreement) -> Client:
        return self.client(self.agency.agent.person, f"agency.agreement:{agreement.pk}")


@pytest.fixture(scope="module")
def standing(test_database: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    name = test_database.clone()
    with django_db_blocker.unblock(), test_database.pointing_at(name):
        yield World()
    test_database.done_with(name)


@pytest.fixture
def world(standing: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    with transaction.atomic():
        yield standing
        transaction.set_rollback(True)


def text(answer: Any) -> str:
    return whole(answer.content.decode())


APPLICATION = {
    "services": ["consult", "guide", "coordinate", "act"],
    "lead_name": "马晓云",
    "lead_phone": "13900000001",
    "handler_name": "张丽",
    "handler_phone": "13900000002",
    "key": "k1",
}


# -- the whole way through the pages


def test_from_the_companys_form_to_the_review(world: World) -> None:
    unit, head, agent = world.unit, world.head, world.agent
    path = f"/projects/{world.project.pk}/agency/"
    assert "还没有申请代办服务" in text(unit.get(path))
    form = {**APPLICATION, "body": str(world.agency.body.pk)}
    assert unit.post(f"{path}apply/", form).status_code == 302
    assert unit.post(f"{path}apply/", form).status_code == 302
    application = AgencyRequest.objects.get()
    assert "等代办服务机构答复" in text(unit.get(path))
    assert world.project.name in text(head.get("/staff/agency/"))
    page = f"/staff/agency/applications/{application.pk}/"
    assert "是企业投资建设项目" in text(head.get(page))
    offer = {
        "do": "offer", "agent": world.agency.agent.pk, "from_on": "2026-11-06", "to_on": "2027-05-05",
        "services": APPLICATION["services"], "version": application.version,
    }  # fmt: skip
    assert head.post(page, {**offer, "agent": ""}).status_code == 422
    assert head.post(page, offer).status_code == 302
    agreement = Agreement.objects.get()
    assert "请签署委托代办协议" in text(unit.get(path))
    home = text(unit.get("/projects/"))
    assert "签署委托代办协议" in home
    assert f'href="{path}"' in home
    assert unit.post(path, {"do": "sign", "version": agreement.version}).status_code == 302
    desk = f"/staff/agency/{agreement.pk}/"
    assert "以企业名义代办" in text(agent.get(desk))
    load = text(head.get("/staff/hall/load/"))
    assert world.agency.agent.person.name in load and "已不在岗" not in load, "an agent who serves is at his desk"
    assert "有效期至 2027年5月5日" in text(agent.get("/staff/agency/")), "the last day, as the agreement says"
    assert agent.post(desk, {"do": "plan", "key": "p"}).status_code == 302
    log = {
        "do": "log",
        "kind": "consult",
        "matter_id": "",
        "on": "2026-11-06",
        "text": "到厂里讲解申报路径",
        "key": "l",
    }
    assert agent.post(desk, {**log, "text": ""}).status_code == 422
    assert agent.post(desk, log).status_code == 302
    matter = open_now(world.project)[0]
    assert agent.post(desk, {"do": "green", "matters": [matter.matter_id], "reason": "省列重点项目"}).status_code == 302
    shown = text(unit.get(path))
    assert "到厂里讲解申报路径" in shown
    assert "申报进度计划" in shown
    agreement.refresh_from_db()
    assert agent.post(desk, {"do": "finish", "text": "都办完了", "version": agreement.version}).status_code == 302
    agreement.refresh_from_db()
    assert "都办完了" in text(unit.get(path))
    assert unit.post(path, {"do": "reject", "why": "", "version": agreement.version}).status_code == 422
    assert unit.post(path, {"do": "confirm", "version": agreement.version}).status_code == 302
    agreement.refresh_from_db()
    assert (
        agent.post(
            desk, {"do": "archive", "returned": "授权委托书原件 1 份\n", "version": agreement.version}
        ).status_code
        == 302
    )
    agreement.refresh_from_db()
    assert unit.post(path, {"do": "receive", "version": agreement.version}).status_code == 302
    review = f"/services/{TrackService.objects.get().pk}/review/"
    assert review in text(unit.get(path)) and "评价这次服务" in text(unit.get(path))
    asked = text(unit.get(review))
    assert "<span>积石山县投资项目服务</span>" in asked
    assert re.search(r'<a href="/projects/"[^>]*aria-current="page"', asked)
    refused = unit.post(review, {"level": "1", "text": "", "indicators": [], "key": "a"})
    assert "请选择或者写明哪里不满意" in text(refused)
    assert unit.post(review, {"level": "5", "text": "很好", "key": "b"}).status_code == 302
    assert "很好" in text(unit.get(review))
    assert "看评价和答复" in text(unit.get(path))
    assert world.client(new_company("别家公司").person).get(review).status_code == 403
    assert "授权委托书原件" in text(unit.get(path))
    assert "非常满意" in text(agent.get(desk))
    assert world.company.person.name not in text(agent.get(desk)), "who gave the review is not the agent's to know"
    assert "已结束" in text(agent.get("/staff/agency/?over=1"))


def test_the_head_looks_after_bodies_and_people(world: World) -> None:
    head, page = world.head, "/staff/agency/bodies/"
    township = {
        "do": "body",
        "level": "township",
        "parent": world.agency.body.pk,
        "name": "大河家镇代办站",
        "place": "便民大厅",
        "phone": "1",
    }
    assert head.post(page, {**township, "parent": ""}).status_code == 422
    assert head.post(page, township).status_code == 302
    training = {
        "do": "training",
        "on": "2026-11-05",
        "topic": "一张图审批",
        "agents": [world.agency.agent.pk],
        "key": "t",
    }
    assert head.post(page, training).status_code == 302
    appraisal = {
        "do": "appraisal",
        "agent": world.agency.agent.pk,
        "year": "2026",
        "grade": "excellent",
        "text": "热心",
    }
    assert head.post(page, appraisal).status_code == 302
    assert head.post(page, appraisal).status_code == 422
    assert head.post(page, {"do": "end_agent", "id": world.agency.colleague.pk, "why": "轮岗"}).status_code == 302
    agent = {"do": "agent", "body": world.agency.body.pk, "person": world.agency.colleague.person_id, "phone": "1"}
    assert head.post(page, agent).status_code == 302
    shown = text(head.get(page))
    assert "大河家镇代办站" in shown
    assert "一张图审批" in shown
    assert "优秀" in shown
    assert world.agent.get(page).status_code == 403


def test_everybody_reads_who_serves_and_whom_to_call(world: World) -> None:
    shown = text(Client().get("/agency/"))
    assert "一律实行免费代办服务" in shown
    assert world.agency.agent.person.name in shown
    assert world.agency.body.phone in shown
    assert "不予提供代办服务" in shown


def test_a_fallen_company_reads_why_not_before_it_fills_anything_in(world: World) -> None:
    graded(world.company.unit, "D")
    shown = text(world.unit.get(f"/projects/{world.project.pk}/agency/apply/"))
    assert "按规定不能提供代办服务" in shown
    assert '<form method="post" novalidate>' not in shown


def test_what_the_province_says_is_entered_by_those_who_manage_credit(world: World) -> None:
    office, page = world.client(world.county.person("comprehensive")), "/staff/agency/province/"
    assert page in text(office.get("/staff/agency/"))
    form = {"credit_code": world.company.unit.credit_code, "listed": "yes", "source": "省平台通报", "on": "2026-11-05"}
    assert office.post(page, {**form, "credit_code": "91000000000000000X"}).status_code == 422
    assert office.post(page, {**form, "on": "2026-12-01"}).status_code == 422
    assert office.post(page, form).status_code == 302
    assert world.company.unit.name in text(office.get(page))
    assert "按规定不能提供代办服务" in text(world.unit.get(f"/projects/{world.project.pk}/agency/apply/"))
    assert world.head.get(page).status_code == 403


def test_a_package_is_handed_in_on_one_page(world: World) -> None:
    agreement = world.agency.serve(world.project, world.company)
    agent, page = world.agent, f"/staff/agency/{agreement.pk}/package/"
    items = open_now(world.project)[:2]
    assert all(item.name in text(agent.get(page)) for item in items)
    assert agent.post(page, {"key": "p", f"i{items[0].pk}": "on"}).status_code == 422
    data: dict[str, Any] = {"key": "p"}
    for item in items:
        data[f"i{item.pk}"] = "on"
        for number in range(len(item.materials)):
            data[f"i{item.pk}m{number}"] = SimpleUploadedFile(
                f"{item.pk}-{number}.pdf", PDF, content_type="application/pdf"
            )
    assert agent.post(page, data).status_code == 302
    assert len(Package.objects.get().submissions) == 2
    assert ServiceEntry.objects.filter(kind="act").count() == 2
    colleague = world.client(world.agency.colleague.person)
    assert colleague.get(page).status_code == 403


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("unit", "/staff/agency/", 403),
        ("agent", "/staff/agency/", 200),
        ("agent", "/staff/agency/999/", 404),
        ("agent", "/staff/agency/applications/999/", 404),
        ("head", "/staff/agency/bodies/", 200),
    ],
)
def test_each_page_is_for_those_it_is_for(world: World, who: str, path: str, status: int) -> None:
    assert getattr(world, who).get(path).status_code == status
    assert Client().get(path).status_code == 302


def test_the_desk_costs_the_same_however_many_services(world: World, django_assert_max_num_queries: Any) -> None:
    world.agency.serve(world.project, world.company)
    world.agency.serve(world.other, world.company)
    head = world.head
    head.get("/staff/agency/")
    with django_assert_max_num_queries(14):
        assert head.get("/staff/agency/").status_code == 200
    with django_assert_max_num_queries(8):
        assert Client().get("/agency/").status_code == 200


# -- how far the agent's hat reaches


@pytest.fixture
def served(world: World) -> tuple[World, Agreement, MapItem, MapItem]:
    """One matter of the first project is agreed on; the company has handed in another one and has files of its own."""
    inside, outside = open_now(world.project)[:2]
    hand_in(world.company, outside, NOW)
    hand_in(world.company, open_now(world.other)[0], NOW)
    return world, world.agency.serve(world.project, world.company, matters=[inside.matter_id]), inside, outside


def unit_paths(ids: dict[str, int]) -> list[tuple[str, str]]:
    """Every address of the unit's pages, filled with the ids."""
    made = []
    for pattern in all_of("UNIT"):
        route = str(pattern.pattern)
        for name, kind in re.findall(r"<(?:int|slug|str|path):(\w+)>", route) and [
            (match, kind) for kind, match in re.findall(r"<(int|slug|str|path):(\w+)>", route)
        ]:
            route = route.replace(f"<{kind}:{name}>", str(ids.get(name, "project" if kind == "slug" else 1)))
        made.append((f"unit:{pattern.name}", "/" + route))
    return made


def test_no_page_of_the_unit_shows_the_agent_anything_but_its_project(
    served: tuple[World, Agreement, MapItem, MapItem],
) -> None:
    """Walks every address with the ids of the other project, of the matter not agreed on,
    and of the unit's own things.
    """
    world, agreement, inside, outside = served
    client = world.hat(agreement)
    foreign = MapItem.objects.filter(project=world.other).first()
    assert foreign is not None
    own_file = documents.store_upload(
        actor=world.company.actor, name="机密.pdf", content=PDF + b"own", unit_id=world.company.unit.pk, at=NOW
    )
    ids = {
        "project_id": world.other.pk,
        "item_id": foreign.pk,
        "file_id": own_file.pk,
        "binding_id": world.company.binding.pk,
    }
    walked = 0
    for name, path in unit_paths(ids):
        for answer in (client.get(path), client.post(path, {})):
            if name == "unit:projects" and answer.status_code == 302:
                assert answer.headers["Location"] == f"/projects/{world.project.pk}/"
                continue
            assert answer.status_code in (403, 404, 405), f"{name} {path}: {answer.status_code}"
            assert world.other.name not in text(answer), path
            walked += 1
    assert walked > 60
    assert client.get(f"/items/{outside.pk}/").status_code == 403
    assert client.get(f"/files/{own_file.pk}/").status_code == 403
    shown = text(client.get(f"/projects/{world.project.pk}/"))
    assert world.other.name not in shown
    assert "终止项目" not in shown
    assert world.other.name not in text(client.get("/messages/"))
    assert client.get(f"/items/{inside.pk}/").status_code == 200
    chooser = text(client.get(f"/items/{inside.pk}/submit/"))
    assert "机密" not in chooser


def test_with_the_ids_of_its_own_project_only_the_named_pages_open(
    served: tuple[World, Agreement, MapItem, MapItem],
) -> None:
    world, agreement, inside, _ = served
    client = world.hat(agreement)
    ids = {"project_id": world.project.pk, "item_id": inside.pk, "file_id": 1, "binding_id": world.company.binding.pk}
    for name, path in unit_paths(ids):
        answer = client.get(path)
        if name not in AGENT_PAGES and name != "unit:projects":
            assert answer.status_code in (403, 404, 405), f"{name} is open to the agent"


def test_no_endpoint_answers_the_agent_but_those_named(served: tuple[World, Agreement, MapItem, MapItem]) -> None:
    """Walks the interface's whole schema with the agreement's header: another project's ids everywhere."""
    world, agreement, inside, outside = served
    member = Membership.objects.get(person=world.agency.agent.person, role="agent")
    from yinuo.engine.base import Actor

    _, secret = issue_key(
        actor=Actor.system(),
        person=member.person,
        name="代办",
        expires_at=at("2027-11-06 12:00"),
        at=NOW,
        membership=member,
    )
    headers = {"authorization": f"Bearer {secret}", "x-yinuo-via": f"agency.agreement:{agreement.pk}"}
    client = Client()
    foreign = MapItem.objects.filter(project=world.other).first()
    assert foreign is not None
    schema = client.get("/api/v1/openapi.json").json()
    asked = 0
    for route, verbs in schema["paths"].items():
        for method, spec in verbs.items():
            if spec.get("security") is None:
                continue
            path = fill(route, world.other.pk, foreign.pk)
            answer = client.generic(method.upper(), path, b"{}", content_type="application/json", headers=headers)
            may = any(method.upper() == verb and pattern.match(path) for verb, pattern in AGENT_MAY)
            assert answer.status_code in ((403, 404, 422) if may else (403,)), f"{method} {path}: {answer.status_code}"
            assert world.other.name not in text(answer), path
            asked += 1
    assert asked > 100
    mine = client.get(f"/api/v1/projects/{world.project.pk}", headers=headers)
    assert mine.status_code == 200
    hat = world.agency.hat(NOW)
    assert hat is not None
    parts = materials(hat, [inside, outside], NOW)
    sent = {"materials": parts[1]["materials"]}
    kept = {**headers, "idempotency-key": "a"}
    assert (
        client.post(
            f"/api/v1/items/{outside.pk}/submissions", sent, content_type="application/json", headers=kept
        ).status_code
        == 403
    )
    sent = {"materials": parts[0]["materials"]}
    answer = client.post(
        f"/api/v1/items/{inside.pk}/submissions",
        sent,
        content_type="application/json",
        headers={**kept, "idempotency-key": "b"},
    )
    assert answer.status_code == 201, answer.content
    assert Entry.objects.filter(verb="onemap.submit_materials", via=f"agency.agreement:{agreement.pk}").count() == 1


def fill(route: str, project_id: int, item_id: int) -> str:
    path = route.replace("{project_id}", str(project_id)).replace("{item_id}", str(item_id))
    return re.sub(r"\{\w+\}", "1", path)


def test_the_agent_uses_no_file_that_is_none_of_its_business(served: tuple[World, Agreement, MapItem, MapItem]) -> None:
    from yinuo.engine.base import Refused
    from yinuo.rooms.onemap import actions as onemap

    world, _, inside, _ = served
    own = documents.store_upload(
        actor=world.company.actor, name="别的.pdf", content=PDF + b"x", unit_id=world.company.unit.pk, at=NOW
    )
    hat = world.agency.hat(NOW)
    assert hat is not None
    rows = [{"id": row["id"], "file": own.pk} for row in inside.materials]
    with pytest.raises(Refused) as caught, transaction.atomic():
        onemap.submit_materials(actor=hat, item_id=inside.pk, materials=rows, at=NOW)
    assert caught.value.code == "onemap.file_out_of_reach"
    # Nor for a document needed later.
    inside.application = Application.objects.create(
        item=inside, department=inside.department, outcome="granted", ended_at=NOW
    )
    inside.state, inside.route = "granted", "commitment"
    inside.save()
    with pytest.raises(Refused) as caught, transaction.atomic():
        onemap.ask_document(actor=hat, item_id=inside.pk, materials=rows, purpose="贷款", at=NOW)
    assert caught.value.code == "onemap.file_out_of_reach"


def test_the_agent_opens_what_was_handed_in_for_the_matters_it_serves_and_nothing_else(
    served: tuple[World, Agreement, MapItem, MapItem],
) -> None:
    from yinuo.rooms.onemap.reach import files_in_reach

    world, _, inside, outside = served
    hat = world.agency.hat(NOW)
    assert hat is not None
    hand_in(world.company, inside, NOW)
    files = [
        {one.file for one in Submission.objects.get(application__item=item).materials} for item in (inside, outside)
    ]
    assert [files_in_reach(hat, list(some)) for some in files] == [True, False]
    assert all(files_in_reach(hat, [file]) for file in files[0])
    assert not any(files_in_reach(hat, [file]) for file in files[1] - files[0])


def test_every_page_named_for_the_agent_is_there() -> None:
    names = {f"unit:{pattern.name}" for pattern in all_of("UNIT")}
    assert names >= AGENT_PAGES
    assert get_resolver().reverse_dict is not None


def test_when_the_agreement_ends_the_hat_falls_off_the_open_session(
    served: tuple[World, Agreement, MapItem, MapItem],
) -> None:
    world, agreement, inside, _ = served
    client = world.hat(agreement)
    assert client.get(f"/items/{inside.pk}/").status_code == 200
    actions.end_by_wish(actor=world.company.actor, agreement_id=agreement.pk, why="", at=NOW)
    assert client.get(f"/items/{inside.pk}/").status_code == 403
    assert client.get("/staff/").status_code == 200

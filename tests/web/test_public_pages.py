"""What anybody may read without an account: nothing missing, nothing private, and few queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.apps.county import at, graded
from tests.web.populated import NOW, Populated, secrets_of
from yinuo.engine.catalogue.actions import offer_commitment
from yinuo.engine.people.models import Department
from yinuo.engine.rules import pack
from yinuo.engine.throttling import PER_HOUR
from yinuo.engine.trail.models import Entry
from yinuo.rooms.commitments import published as readings
from yinuo.rooms.commitments.models import Commitment, Objection
from yinuo.rooms.onemap.models import Submission
from yinuo.rooms.projects.models import Project

if TYPE_CHECKING:
    pass


@pytest.fixture(autouse=True)
def _no_figures_from_before() -> None:
    readings.forget()


class Login(NamedTuple):
    label: str
    username: str
    password: str


def text_of(url: str, status: int = 200) -> str:
    answer = Client().get(url)
    assert answer.status_code == status, url
    return answer.content.decode()


def queries_of(url: str) -> int:
    client = Client()
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def certificate_of(project: Project) -> str:
    return f"/verify/{project.code}/{project.unit.credit_code}/"


# -- privacy and cost


def test_no_public_page_shows_a_telephone_a_mail_a_legal_representative_or_an_objector(populated: Populated) -> None:
    secrets, leaks = secrets_of(populated), []
    assert len(secrets) > 20
    for url in populated.urls():
        page = text_of(url)
        leaks += [(url, secret) for secret in secrets if secret in page]
    assert not leaks


def test_the_scan_would_notice_a_leak(populated: Populated) -> None:
    Objection.objects.update(answer="请与赵志强联系")
    assert "赵志强" in secrets_of(populated)
    assert any("赵志强" in text_of(url) for url in populated.urls() if url.startswith("/objections/"))


@pytest.mark.parametrize(
    ("url", "most"),
    [
        ("/", 1),
        ("/guides/", 2),
        ("/guides/?stage=construction_permit", 1),
        ("/guides/eia_table/", 4),
        ("/zone/", 1),
        ("/zone/?view=decided", 1),
        ("/zone/?view=pledges", 1),
        ("/rules/", 0),
        ("/rules/negative-list/", 0),
        ("/rules/ask/?matter=eia_table", 1),
        ("/search/?q=许可", 4),
    ],
)
def test_a_page_reads_no_more_than_it_must(populated: Populated, url: str, most: int) -> None:
    assert queries_of(url) == most


def test_the_detail_pages_read_a_fixed_number_of_rows_whatever_they_hold(populated: Populated) -> None:
    for name in ("running", "completed", "unrated"):
        assert queries_of(certificate_of(populated.projects[name])) == 8
    for row in Commitment.objects.order_by("id"):
        assert queries_of(f"/zone/{row.pk}/") == 5
    assert queries_of(f"/receipts/{populated.receipt_no}/") == 1
    assert queries_of(f"/objections/{populated.objections[0].receipt_no}/") == 1


@pytest.mark.parametrize("url", ["/", "/guides/", "/guides/eia_table/", "/zone/", "/rules/", "/rules/credit/"])
def test_a_page_that_has_not_changed_is_not_sent_again(populated: Populated, url: str) -> None:
    client = Client()
    tag = client.get(url).headers["ETag"]
    again = client.get(url, headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.content == b""


@pytest.mark.parametrize("url", ["/", "/guides/", "/verify/", "/rules/ask/", "/zone/?view=pledges"])
def test_reading_pages_take_no_post(populated: Populated, url: str) -> None:
    assert Client().post(url, {}).status_code == 405


def test_reading_writes_nothing(populated: Populated) -> None:
    client = Client()
    with CaptureQueriesContext(connection) as captured:
        for url in populated.urls():
            client.get(url)
    assert {query["sql"].split()[0] for query in captured} == {"SELECT"}


# -- home


def test_the_home_page_counts_this_quarters_filings_and_what_runs_in_notice(populated: Populated) -> None:
    page = text_of("/")
    assert "2 件承诺公示中，最近一件还剩 4 个工作日" in page
    figures = readings.figures(NOW)
    # Withdrawn is filed as well; the held one has no code yet. The two of November belong to another quarter.
    assert (figures.filed, figures.instant) == (2, 2)
    assert page.index("建设工程规划许可证核发") < page.index("建设项目环境影响报告表审批")
    assert "有异议待答复" in page


def test_the_figures_of_the_year_before_show_the_landing_and_the_promises_of_that_year(populated: Populated) -> None:
    figures = readings.figures(at("2026-12-31 10:00"))
    assert (figures.landed, figures.landing_days) == (1, 17)
    assert figures.promises.promised == 2
    assert figures.promised_share == int(figures.promises.promised * 100 / figures.promises.off_list)


def test_on_a_demonstration_the_home_page_offers_its_logins(
    populated: Populated, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered = [Login("发改局　审批办理人员", "fgj", "shiyong-2026"), Login("绿源公司　经办人", "ly", "shiyong-2026")]
    monkeypatch.setattr("yinuo.site.demonstration.logins", lambda: offered)
    assert "shiyong-2026" not in text_of("/")
    settings.YINUO_DEMO = True
    page = text_of("/")
    assert page.count("shiyong-2026") == 1
    assert "<code>fgj</code>" in page
    assert "<code>ly</code>" in page


# -- search


def test_a_project_code_in_the_search_box_leads_to_its_page(populated: Populated) -> None:
    project = populated.projects["running"]
    answer = Client().get("/search/", {"q": f" {project.code} "})
    assert answer.status_code == 302
    assert answer.headers["Location"] == certificate_of(project)


def test_search_finds_notices_guides_and_companies(populated: Populated) -> None:
    page = text_of("/search/?q=绿源")
    assert "积石山绿源有机肥有限公司" in page
    assert "建设工程规划许可证核发" in page
    assert "环境影响报告" in text_of("/search/?q=环评")
    assert "没有找到" in text_of("/search/?q=没有这样的东西")


def test_a_company_with_nothing_published_is_not_found(populated: Populated) -> None:
    assert "红崖" in Project.objects.get(pk=populated.projects["held"].pk).unit.name
    assert "没有找到" in text_of("/search/?q=红崖建材")


@pytest.mark.parametrize("text", ["", "%00", "'; DROP TABLE", "%", "_" * 400, "<script>"])
def test_search_takes_anything(populated: Populated, text: str) -> None:
    answer = Client().get("/search/", {"q": text.replace("%00", "\x00")})
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode().replace("<script src=", "")


# -- guides


def test_a_guide_has_every_part_the_rules_ask_for(populated: Populated) -> None:
    page = text_of("/guides/eia_table/")
    for part in (
        "办什么",
        "条件",
        "材料",
        "流程",
        "时限",
        "办理人和联系方式",
        "监管要求",
        "办理结果",
        "能不能承诺",
        "承诺书示范文本",
        "法律依据",
    ):
        assert f"{part}</h2>" in page, part
    assert "0930-7721234" in page
    assert "10 个工作日" in page
    assert "30 天" in page
    assert "2023年7月1日起" in page


def test_unverified_text_is_marked_on_its_page_and_verified_text_is_not(populated: Populated) -> None:
    marked = {
        matter.id: "本页内容尚未核对原文" in text_of(f"/guides/{matter.id}/")
        for matter in list(pack().matters.values())[:12]
    }
    assert marked == {name: pack().matters[name].provenance == "unverified" for name in marked}
    verified = next(matter for matter in pack().matters.values() if matter.provenance != "unverified")
    assert "本页内容尚未核对原文" not in text_of(f"/guides/{verified.id}/")


def test_the_handler_named_in_the_catalogue_stands_in_the_guide_without_his_own_telephone(populated: Populated) -> None:
    handler = populated.county.people["approver", "development_reform"].person
    page = text_of("/guides/enterprise_filing/")
    assert handler.name in page
    assert handler.phone not in page


def test_filters_narrow_the_list_and_nonsense_filters_are_ignored(populated: Populated) -> None:
    assert "共 101 个事项" in text_of("/guides/")
    by_stage = text_of("/guides/?stage=initiation")
    assert 'id="initiation"' in by_stage
    assert 'id="completion"' not in by_stage
    assert "可以或视项目" in text_of("/guides/?promise=yes-depends")
    assert "/guides/eia_table/" not in text_of("/guides/?promise=no")
    assert "没有符合条件的事项" in text_of("/guides/?q=没有这样的事项")
    assert Client().get("/guides/?stage=nonsense").status_code == 200


def test_a_department_that_opts_out_changes_the_guide_and_its_history(populated: Populated) -> None:
    assert "视项目可承诺" in text_of("/guides/eia_table/")
    office = Department.objects.get(hall=populated.county.hall, key="ecology")
    offer_commitment(
        actor=populated.county.actor("approver", "ecology"),
        department=office,
        matter_id="eia_table",
        offered=False,
        from_on=NOW.date(),
        basis="生态环境局公告 2027 年第 3 号",
        at=NOW,
    )
    page = text_of("/guides/eia_table/")
    assert "尚未开办承诺" in page
    assert "生态环境局公告 2027 年第 3 号" in page


def test_an_unknown_guide_is_not_found(populated: Populated) -> None:
    text_of("/guides/no_such_matter/", 404)


# -- the zone


def test_the_zone_shows_notices_first_then_what_was_kept_and_the_pledges(populated: Populated) -> None:
    notice, decided, pledges = text_of("/zone/"), text_of("/zone/?view=decided"), text_of("/zone/?view=pledges")
    assert "年产5万吨有机肥加工项目" in notice
    assert "大河家镇" not in notice
    assert "大河家镇" in decided
    assert "已履行" in decided
    assert "冷链仓储项目" in pledges
    assert "机制砂石项目" not in pledges
    assert "年产5万吨有机肥加工项目" not in text_of("/zone/?view=pledges&q=冷链")


def test_a_notice_is_over_by_the_clock_even_where_no_worker_has_closed_it(
    populated: Populated, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = populated.commitments["notice"]
    monkeypatch.setattr(timezone, "now", lambda: row.notice_until)
    assert "现在没有正在公示的承诺" not in text_of("/zone/")
    assert f"/zone/{row.pk}/" not in text_of("/zone/")
    page = text_of(f"/zone/{row.pk}/")
    assert "公示期满" in page
    assert 'id="object"' not in page


def test_a_long_zone_is_paged_by_key(populated: Populated, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yinuo.faces.commitments.public.SIZE", 1)
    first = text_of("/zone/?view=decided")
    last, earlier = Commitment.objects.filter(project=populated.projects["completed"]).order_by("-id")
    assert f"/zone/{last.pk}/" in first
    assert f"after={last.pk}" in first
    second = text_of(f"/zone/?view=decided&after={last.pk}")
    assert f"/zone/{earlier.pk}/" in second
    assert 'rel="next"' not in second
    assert Client().get("/zone/?view=decided&after=x").status_code == 200


def test_a_commitment_shows_how_each_requirement_was_found(populated: Populated) -> None:
    row = Commitment.objects.filter(project=populated.projects["completed"]).first()
    assert row is not None
    page = text_of(f"/zone/{row.pk}/")
    assert page.count("核验符合") == len(row.requirements)
    assert row.letter_sha256 in page


# -- objections


def object_to(commitment: Commitment, client: Client | None = None, **fields: str) -> Any:
    return (client or Client()).post(
        f"/zone/{commitment.pk}/", {"text": "生产工艺与环评报告表不一致。", "key": "k1", **fields}
    )


def test_anybody_objects_without_an_account_and_gets_a_receipt_to_read_the_reply_by(populated: Populated) -> None:
    commitment = populated.commitments["objected"]
    before = Objection.objects.count()
    answer = object_to(commitment, name="王小二", contact="13911112222")
    assert answer.status_code == 302
    made = Objection.objects.latest("id")
    assert answer.headers["Location"] == f"/objections/{made.receipt_no}/"
    assert Objection.objects.count() == before + 1
    assert (made.name, made.contact) == ("王小二", "13911112222")
    receipt = text_of(f"/objections/{made.receipt_no}/")
    assert made.receipt_no in receipt
    assert "王小二" not in receipt + text_of(f"/zone/{commitment.pk}/")
    assert "异议不成立" in text_of(f"/objections/{populated.objections[1].receipt_no}/")


def test_an_objection_sent_twice_is_one_objection(populated: Populated) -> None:
    commitment = populated.commitments["notice"]
    first, second = object_to(commitment), object_to(commitment)
    assert first.headers["Location"] == second.headers["Location"]
    assert Objection.objects.filter(commitment=commitment).count() == 2


def test_an_empty_objection_is_asked_for_again_with_everything_typed(populated: Populated) -> None:
    answer = object_to(populated.commitments["notice"], text=" ", name="王小二")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "写下您的异议和理由" in page
    assert 'value="王小二"' in page


def test_an_objection_after_the_notice_is_refused_with_what_else_to_do(
    populated: Populated, monkeypatch: pytest.MonkeyPatch
) -> None:
    commitment = populated.commitments["notice"]
    monkeypatch.setattr(timezone, "now", lambda: commitment.notice_until)
    answer = object_to(commitment)
    assert answer.status_code == 422
    assert "公示期已满" in answer.content.decode()


def test_the_trail_of_an_objection_names_nobody_even_when_somebody_is_signed_in(populated: Populated) -> None:
    client = Client()
    client.force_login(
        populated.county.person("approver"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    assert object_to(populated.commitments["notice"], client).status_code == 302
    entry = Entry.objects.filter(verb="commitments.object").latest("id")
    assert (entry.role, entry.person_id, entry.department_id) == ("public", None, None)


def test_too_many_objections_from_one_address_are_held_back_and_another_address_is_not(
    populated: Populated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PER_HOUR, "objections", 2)
    commitment = populated.commitments["notice"]
    statuses = [object_to(commitment, Client(REMOTE_ADDR="10.1.1.1"), key=f"k{n}").status_code for n in range(3)]
    assert statuses == [302, 302, 422]
    assert object_to(commitment, Client(REMOTE_ADDR="10.1.1.2"), key="k9").status_code == 302


def test_an_unknown_receipt_is_not_found(populated: Populated) -> None:
    text_of("/objections/Y000000000000/", 404)
    assert "没有这个编号的回执" in text_of("/receipts/S000000000000/", 404)


# -- receipts


def test_a_submission_is_followed_by_its_receipt_number(populated: Populated) -> None:
    found = Submission.objects.get(receipt_no=populated.receipt_no)
    assert (
        Client().get("/receipts/", {"no": populated.receipt_no.lower()}).headers["Location"]
        == f"/receipts/{populated.receipt_no}/"
    )
    page = text_of(f"/receipts/{populated.receipt_no}/")
    assert found.item.name in page
    assert "已收件" in page
    objection = populated.objections[0].receipt_no
    assert Client().get("/receipts/", {"no": objection}).headers["Location"] == f"/objections/{objection}/"
    assert "没有这个编号的回执" in text_of("/receipts/?no=abc")


# -- the page behind the QR code


@pytest.mark.parametrize(
    ("grade", "ground", "word"),
    [("A", "g-green", "优"), ("B-", "g-blue", "良"), ("C+", "g-amber", "中"), ("D-", "g-red", "差")],
)
def test_the_certificate_stands_on_the_ground_of_the_grade_as_it_is_now(
    populated: Populated, grade: str, ground: str, word: str
) -> None:
    project = populated.projects["running"]
    graded(project.unit, grade)
    page = text_of(certificate_of(project))
    assert f'class="cert {ground}"' in page
    assert f"<b>{grade}</b>" in page
    assert f"信用等次 {word}" in page


def test_an_unrated_company_has_a_white_certificate_with_a_dash(populated: Populated) -> None:
    page = text_of(certificate_of(populated.projects["unrated"]))
    assert 'class="cert g-white"' in page
    assert "<b>—</b><span>未评级</span>" in page


def test_a_withdrawn_certificate_says_so_plainly_and_keeps_the_reason_to_itself(populated: Populated) -> None:
    page = text_of(certificate_of(populated.projects["withdrawn"]))
    assert "备案已撤回，本证无效" in page
    assert "真实有效" not in page
    assert "限制类" not in page


def test_a_recoded_project_leads_to_its_successor_and_back(populated: Populated) -> None:
    old, new = populated.projects["running"], populated.projects["unrated"]
    Project.objects.filter(pk=new.pk).update(replaces=old)
    page = text_of(certificate_of(old))
    assert certificate_of(new) in page
    assert "真实有效" not in page
    assert certificate_of(old) in text_of(certificate_of(new))


def test_the_page_shows_the_commitments_and_how_they_were_kept(populated: Populated) -> None:
    page = text_of(certificate_of(populated.projects["completed"]))
    assert page.count('t-green">已履行') == 2
    assert "2 件：已履行 2 件，未履行 0 件，履行中 0 件" in page
    assert "竣工验收" in page
    assert "35 %" in text_of(certificate_of(populated.projects["running"]))


def test_a_wrong_pair_of_codes_gets_a_clear_page_that_does_not_say_which_is_wrong(populated: Populated) -> None:
    running, other = populated.projects["running"], populated.projects["completed"]
    wrong = text_of(f"/verify/{running.code}/{other.unit.credit_code}/", 404)
    unknown = text_of(f"/verify/2611-622927-04-01-000000/{running.unit.credit_code}/", 404)
    for page in (wrong, unknown):
        assert "查无此证" in page
        assert running.name not in page


def test_a_project_not_yet_published_is_not_verified(populated: Populated) -> None:
    held = populated.projects["held"]
    assert held.code is None
    running = populated.projects["running"]
    Project.objects.filter(pk=running.pk).update(state="assigning")
    text_of(certificate_of(running), 404)


def test_the_form_takes_a_code_or_what_a_phone_read_from_the_certificate(populated: Populated) -> None:
    project = populated.projects["running"]
    for typed in (project.code, f"https://yinuo.example/verify/{project.code}/{project.unit.credit_code}/"):
        assert Client().get("/verify/", {"code": typed}).headers["Location"] == certificate_of(project)
    another = next(code for code in ("91110000710925462X", "914403001922038216") if code != project.unit.credit_code)
    forged = f"https://evil.example/verify/{project.code}/{another}/"
    assert Client().get("/verify/", {"code": forged}).status_code == 200
    for typed in ("", "2611-622927-04-01", "x" * 400):
        assert "errors-title" in text_of(f"/verify/?code={typed}")

"""Promise and completion pages for the company: read, sign, notice, report, back to the regular way, verified."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.apps.county import at
from tests.apps.test_commitments import answer, approve, item_of, object_to, promise
from tests.apps.test_completion import applied, built, inspect
from tests.apps.test_onemap import guided
from tests.beginnings import begins_with
from tests.web.unit_desk import Desk, new_desk, pdf, value_of
from yinuo.engine.documents.models import StoredFile
from yinuo.rooms.commitments.models import Commitment, CompletionVerification, FulfilmentReport
from yinuo.rooms.onemap.models import MapItem

pytestmark = begins_with(guided)


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return new_desk(monkeypatch)


@pytest.fixture
def item(desk: Desk) -> MapItem:
    return item_of(guided(desk.county, desk.company))


def sign_form(desk: Desk, item: MapItem) -> dict[str, str]:
    page = desk.get(f"/items/{item.pk}/commit/")
    return {name: value_of(page, name) for name in ("standard", "version", "key")} | {"read": "on"}


# -- signing


def test_standard_and_promises_are_read_before_signing(desk: Desk, item: MapItem) -> None:
    page = desk.get(f"/items/{item.pk}/commit/")
    from yinuo.engine.rules import pack

    standard = pack().matters[item.matter_id].standard_at(item.project.rules_on)
    assert standard is not None
    for text in (*standard.requirements, *standard.promises):
        assert text in page
    assert "公示 5 个工作日" in page
    letter = desk.client.get(f"/items/{item.pk}/commit/letter/")
    assert letter.content.startswith(b"%PDF")
    assert not Commitment.objects.exists()


def test_a_signed_promise_stands_in_notice_and_twice_sent_it_is_one(desk: Desk, item: MapItem) -> None:
    sent = sign_form(desk, item)
    desk.post(f"/items/{item.pk}/commit/", sent)
    page = desk.get(f"/items/{item.pk}/commit/")
    assert "正在公示" in page
    assert "还有 6 个工作日（含今天）" in page
    desk.moment("2026-11-07 09:00")
    weekend = desk.get(f"/items/{item.pk}/commit/")
    assert "还有 5 个工作日。期满" in weekend
    given = Commitment.objects.get()
    assert given.letter_sha256 in page
    desk.post(f"/items/{item.pk}/commit/", sent, status=200)
    assert Commitment.objects.count() == 1


def test_signing_wants_the_word_that_it_was_read(desk: Desk, item: MapItem) -> None:
    sent = sign_form(desk, item)
    del sent["read"]
    page = desk.post(f"/items/{item.pk}/commit/", sent, status=200).content.decode()
    assert "确认以后才能签署" in page
    assert not Commitment.objects.exists()


def test_who_may_not_sign_is_told_who_may(desk: Desk, item: MapItem) -> None:
    sent = sign_form(desk, item)
    desk.company.binding.may_sign = False
    desk.company.binding.save(update_fields=["may_sign"])
    page = desk.get(f"/items/{item.pk}/commit/")
    assert "您不能代表单位签署" in page
    assert "签署并公示" not in page
    desk.post(f"/items/{item.pk}/commit/", sent, status=403)
    assert not Commitment.objects.exists()


def test_an_older_standard_or_a_stale_page_is_not_signed(desk: Desk, item: MapItem) -> None:
    sent = sign_form(desk, item)
    page = desk.post(f"/items/{item.pk}/commit/", {**sent, "standard": "2020.1"}, status=200).content.decode()
    assert "承诺标准已经更新" in page
    page = desk.post(
        f"/items/{item.pk}/commit/", {**sent, "key": "other", "version": "99"}, status=200
    ).content.decode()
    assert "刚刚被别人改动过" in page
    assert not Commitment.objects.exists()


def test_a_matter_on_the_list_says_why_it_may_not_be_promised(desk: Desk, item: MapItem) -> None:
    refused = MapItem.objects.filter(project_id=item.project_id, promisable=False, state="open").first()
    assert refused is not None
    page = desk.get(f"/items/{refused.pk}/commit/")
    assert "现在不能承诺" in page
    assert "签署并公示" not in page
    assert desk.client.get(f"/items/{refused.pk}/commit/letter/").status_code == 422


PAGES = ("commit/", "commit/letter/", "commit/fulfilment/", "commit/difficulty/", "commit/regular/")


@pytest.mark.parametrize("page", PAGES)
def test_promise_pages_are_for_the_own_company(desk: Desk, item: MapItem, page: str) -> None:
    promise(desk.company, item, at("2026-11-06 08:40"))
    path = f"/items/{item.pk}/{page}"
    assert Client().get(path).headers["Location"].startswith("/accounts/login/")
    assert desk.official().get(path).status_code == 403
    assert desk.stranger().get(path).status_code == 403


@pytest.mark.parametrize("page", PAGES[2:])
def test_without_a_promise_its_pages_say_so(desk: Desk, item: MapItem, page: str) -> None:
    assert "没有有效的承诺" in desk.get(f"/items/{item.pk}/{page}", status=422)


# -- in notice and after


def test_objections_and_their_answers_are_shown_without_who_objected(desk: Desk, item: MapItem) -> None:
    given = promise(desk.company, item, at("2026-11-06 08:40"))
    objection = object_to(given)
    desk.moment("2026-11-10 10:00")
    page = desk.get(f"/items/{item.pk}/commit/")
    assert "公示收到异议" in page
    assert objection.text in page
    assert "马小林" not in page
    answer(desk.county, objection, at("2026-11-11 09:00"), upheld=False)
    assert "退界符合规划条件" in desk.get(f"/items/{item.pk}/commit/")


def test_a_promise_is_taken_back_with_a_reason(desk: Desk, item: MapItem) -> None:
    promise(desk.company, item, at("2026-11-06 08:40"))
    path = f"/items/{item.pk}/commit/regular/"
    page = desk.get(path)
    assert "写明原因" in desk.post(path, {"version": value_of(page, "version")}, status=200).content.decode()
    desk.post(path, {"version": value_of(page, "version"), "why": "设计要改"})
    item.refresh_from_db()
    assert (item.state, item.route) == ("open", "regular")
    assert "签署并公示" in desk.get(f"/items/{item.pk}/commit/")


@pytest.fixture
def decided(desk: Desk, item: MapItem) -> Commitment:
    approve(desk.county, promise(desk.company, item, at("2026-11-06 10:00")))
    desk.moment("2026-12-01 10:00")
    return Commitment.objects.get()


def test_fulfilment_is_reported_with_its_evidence(desk: Desk, decided: Commitment) -> None:
    path = f"/items/{decided.item_id}/commit/fulfilment/"
    page = desk.post(path, {"text": "", "files": pdf("照片.pdf", b"p")}, status=200).content.decode()
    assert "填写做到了哪些" in page or "必填" in page
    desk.post(path, {"text": "退界已放线核对", "files": pdf("照片.pdf", b"p")})
    made = FulfilmentReport.objects.get()
    assert [row.name for row in made.evidence] == ["照片.pdf"]
    page = desk.get(f"/items/{decided.item_id}/commit/")
    assert "退界已放线核对" in page
    assert "照片.pdf" in page


def test_bad_evidence_is_refused_and_the_good_file_stays_chosen(desk: Desk, decided: Commitment) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    path = f"/items/{decided.item_id}/commit/fulfilment/"
    bad = SimpleUploadedFile("坏.pdf", b"MZ", content_type="application/pdf")
    page = desk.post(path, {"text": "做到了", "files": [pdf("好.pdf", b"g"), bad]}, status=200).content.decode()
    assert "坏.pdf" in page
    kept = StoredFile.objects.get(name="好.pdf")
    assert f'value="{kept.pk}"' in page
    assert "做到了" in page
    desk.post(path, {"text": "做到了", "chosen": str(kept.pk)})
    assert FulfilmentReport.objects.get().evidence[0].file == kept.pk


def test_a_difficulty_is_reported_once_at_a_time(desk: Desk, decided: Commitment) -> None:
    path = f"/items/{decided.item_id}/commit/difficulty/"
    assert "写明遇到的困难" in desk.post(path, {"text": " "}, status=200).content.decode()
    desk.post(path, {"text": "邻地未腾退，退界要晚两个月"})
    assert "邻地未腾退" in desk.get(f"/items/{decided.item_id}/commit/")
    page = desk.post(path, {"text": "再报一次"}, status=200).content.decode()
    assert "已经报告过困难" in page
    assert "再报一次" in page


def test_the_promises_page_takes_a_fixed_number_of_queries(
    desk: Desk, decided: Commitment, django_assert_num_queries: Any
) -> None:
    path = f"/items/{decided.item_id}/commit/"
    desk.get(path)
    with django_assert_num_queries(18):
        desk.get(path)


# -- completion


def test_completion_is_applied_for_once_the_works_are_reported(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    path = f"/projects/{project.pk}/completion/"
    page = desk.post(path, {"why": "已建成"}, status=200).content.decode()
    assert "请先报送竣工信息" in page
    assert not CompletionVerification.objects.exists()


@begins_with(built)
def test_a_landed_and_finished_project_applies(desk: Desk) -> None:
    project = built(desk.county, desk.company)
    desk.moment("2027-07-05 09:00")
    path = f"/projects/{project.pk}/completion/"
    assert "申请竣工验收" in desk.get(path)
    desk.post(path, {"why": ""})
    page = desk.get(path)
    assert "二次辅导中" in page
    assert "各部门正在说明哪些要验收" in page


@begins_with(applied)
def test_findings_are_shown_point_by_point_and_rectification_is_followed_by_a_second_round(desk: Desk) -> None:
    completion = inspect(desk.county, applied(desk.county, desk.company), (("eia_table", 1),))
    assert completion.state == "rectifying"
    desk.moment("2027-07-13 10:00")
    path = f"/projects/{completion.project_id}/completion/"
    page = desk.get(path)
    assert page.count("没有达到</span>") == 1
    assert "现场与承诺不符" in page
    assert "前整改好并再次申请" in page
    assert "写明整改的情况" in desk.post(path, {"text": ""}, status=200).content.decode()
    desk.post(path, {"text": "排放口已改造，检测达标"})
    assert "第 2 轮" in desk.get(path)


@begins_with(applied)
def test_a_passed_completion_says_so_and_offers_nothing_more(desk: Desk) -> None:
    completion = inspect(desk.county, applied(desk.county, desk.company))
    desk.moment("2027-07-13 10:00")
    page = desk.get(f"/projects/{completion.project_id}/completion/")
    assert "验收通过" in page
    assert "<button" not in page.split("<main", 1)[1]


@begins_with(applied)
def test_the_completion_page_takes_a_fixed_number_of_queries(desk: Desk, django_assert_num_queries: Any) -> None:
    completion = applied(desk.county, desk.company)
    desk.moment("2027-07-13 10:00")
    path = f"/projects/{completion.project_id}/completion/"
    desk.get(path)
    with django_assert_num_queries(12):
        desk.get(path)

"""A matter's page for the company, handing in, and the library of files."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.apps.county import at
from tests.apps.test_onemap import guided, hand_in, ready
from tests.beginnings import begins_with
from tests.web.unit_desk import Desk, new_desk, pdf, value_of
from yinuo.engine.documents.models import StoredFile
from yinuo.rooms.onemap.actions import accept, decide, pause_item, send_back
from yinuo.rooms.onemap.models import MapItem, Submission

pytestmark = begins_with(guided)


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return new_desk(monkeypatch)


@pytest.fixture
def item(desk: Desk) -> MapItem:
    return ready(guided(desk.county, desk.company))


def form_of(desk: Desk, item: MapItem) -> dict[str, Any]:
    page = desk.get(f"/items/{item.pk}/submit/")
    return {"version": value_of(page, "version"), "key": value_of(page, "key")}


def whole(item: MapItem) -> dict[str, Any]:
    return {f"m{number}-new": pdf(f"{number}.pdf", str(number).encode()) for number, _ in enumerate(item.materials)}


# -- the page


def test_the_page_tells_what_the_matter_is_and_what_to_do(desk: Desk, item: MapItem) -> None:
    page = desk.get(f"/items/{item.pk}/")
    for words in (item.name, "办事指南", "承诺时限", "能不能承诺", "依据"):
        assert words in page
    assert f'href="/items/{item.pk}/submit/"' in page
    assert f"/map/?focus={item.pk}#card-{item.pk}" in page


def test_a_matter_that_must_wait_names_what_for_and_offers_nothing_to_send(desk: Desk, item: MapItem) -> None:
    permit = MapItem.objects.get(project_id=item.project_id, matter_id="construction_permit")
    page = desk.get(f"/items/{permit.pk}/")
    assert "还要等前置事项" in page
    assert f"/items/{permit.pk}/submit/" not in page


def test_why_a_matter_may_not_be_promised_is_said_with_its_clause(desk: Desk, item: MapItem) -> None:
    refused = MapItem.objects.filter(
        project_id=item.project_id, promisable=False, promisable_why__outcome__listed=True
    ).first()
    assert refused is not None
    page = desk.get(f"/items/{refused.pk}/")
    assert "列入负面清单" in page
    assert "附件1·二·" in page


def test_a_due_date_opens_its_proof_day_by_day(desk: Desk, item: MapItem) -> None:
    hand_in(desk.company, item, at("2026-11-05 15:00"))
    accept(actor=desk.county.actor("approver", item.department.key), item_id=item.pk, at=at("2026-11-05 16:00"))
    page = desk.get(f"/items/{item.pk}/")
    assert "这个日期怎么算的" in page
    assert "2026-11-06 周五" in page
    assert "受理通知书" in page


def test_an_open_pause_shows_the_date_as_if_resumed_today(desk: Desk, item: MapItem) -> None:
    hand_in(desk.company, item, at("2026-11-05 15:00"))
    handler = desk.county.actor("approver", item.department.key)
    accept(actor=handler, item_id=item.pk, at=at("2026-11-05 16:00"))
    pause_item(actor=handler, item_id=item.pk, reason="expert_review", note="专家评审", at=at("2026-11-06 08:40"))
    desk.moment("2026-11-10 10:00")
    page = desk.get(f"/items/{item.pk}/")
    assert "如果今天恢复，应于" in page
    assert "自动恢复" in page


def test_a_refusal_shows_its_reasons_and_the_remedies(desk: Desk, item: MapItem) -> None:
    hand_in(desk.company, item, at("2026-11-05 15:00"))
    handler = desk.county.actor("approver", item.department.key)
    accept(actor=handler, item_id=item.pk, at=at("2026-11-05 16:00"))
    from yinuo.engine.rules import pack

    code = next(name for name in pack().reasons if name.startswith("refusal."))
    decide(
        actor=handler,
        item_id=item.pk,
        granted=False,
        document_number="不许〔2026〕1号",
        text="选址不符",
        reason_code=code,
        at=at("2026-11-06 08:50"),
    )
    page = desk.get(f"/items/{item.pk}/")
    assert "选址不符" in page
    assert "行政复议" in page
    paper = re.search(r'href="(/documents/\d+/)">决定书', page)
    assert paper
    assert desk.client.get(paper.group(1)).content.startswith(b"%PDF")


@pytest.mark.parametrize("page", ["", "submit/", "withdraw/"])
def test_pages_of_a_matter_are_for_its_own_company(desk: Desk, item: MapItem, page: str) -> None:
    path = f"/items/{item.pk}/{page}"
    assert Client().get(path).headers["Location"].startswith("/accounts/login/")
    assert desk.official().get(path).status_code == 403
    assert desk.stranger().get(path).status_code == 403
    desk.get(path)
    assert desk.client.get(f"/items/999999/{page}").status_code == 404


def test_the_matters_page_takes_a_fixed_number_of_queries(
    desk: Desk, item: MapItem, django_assert_num_queries: Any
) -> None:
    hand_in(desk.company, item, at("2026-11-05 15:00"))
    desk.get(f"/items/{item.pk}/")
    with django_assert_num_queries(19):
        desk.get(f"/items/{item.pk}/")


# -- handing in


def test_the_whole_material_is_handed_in_with_a_receipt(desk: Desk, item: MapItem) -> None:
    answer = desk.post(f"/items/{item.pk}/submit/", {**form_of(desk, item), **whole(item), "note": "请尽快"})
    assert answer.headers["Location"] == f"/items/{item.pk}/"
    made = Submission.objects.get()
    assert {row.id for row in made.materials} == {material["id"] for material in item.materials}
    page = desk.get(f"/items/{item.pk}/")
    assert made.receipt_no in page
    assert "请尽快" in page
    assert StoredFile.objects.filter(unit=desk.company.unit).count() == len(item.materials)


def test_a_double_click_hands_in_once_and_stores_each_file_once(desk: Desk, item: MapItem) -> None:
    sent = form_of(desk, item)
    for _ in range(2):
        assert (
            desk.post(f"/items/{item.pk}/submit/", {**sent, **whole(item)}).headers["Location"] == f"/items/{item.pk}/"
        )
    assert Submission.objects.count() == 1
    assert StoredFile.objects.filter(unit=desk.company.unit).count() == len(item.materials)


def test_a_used_key_with_other_content_leads_back_to_the_matter(desk: Desk, item: MapItem) -> None:
    sent = form_of(desk, item)
    desk.post(f"/items/{item.pk}/submit/", {**sent, **whole(item)})
    answer = desk.post(f"/items/{item.pk}/submit/", {**sent, **whole(item), "note": "另一份"})
    assert "已经提交过" in desk.get(answer.headers["Location"])
    assert Submission.objects.count() == 1


def test_what_is_missing_is_named_and_what_was_uploaded_stays_chosen(desk: Desk, item: MapItem) -> None:
    main = [number for number, material in enumerate(item.materials) if material["main"]]
    assert len(main) > 1
    sent = {**form_of(desk, item), f"m{main[0]}-new": pdf("已交.pdf", b"only")}
    page = desk.post(f"/items/{item.pk}/submit/", sent, status=200).content.decode()
    assert f"还缺“{item.materials[main[1]]['name']}”" in page
    assert f'href="#id_m{main[1]}-new"' in page
    kept = StoredFile.objects.get()
    assert re.search(rf'name="m{main[0]}-have"[^>]*value="{kept.pk}"[^>]*checked', page)
    assert not Submission.objects.exists()
    more = {f"m{n}-new": pdf(f"{n}.pdf", str(n).encode()) for n in main[1:]}
    sent = {
        "version": value_of(page, "version"),
        "key": value_of(page, "key"),
        f"m{main[0]}-have": str(kept.pk),
        **more,
    }
    desk.post(f"/items/{item.pk}/submit/", sent)
    assert kept.pk in {row.file for row in Submission.objects.get().materials}


def test_a_file_that_is_not_what_it_says_is_refused_at_its_field(desk: Desk, item: MapItem) -> None:
    bad = SimpleUploadedFile("材料.pdf", b"MZ\x90\x00 not a pdf", content_type="application/pdf")
    page = desk.post(
        f"/items/{item.pk}/submit/", {**form_of(desk, item), **whole(item), "m0-new": bad}, status=200
    ).content.decode()
    assert "“材料.pdf”" in page
    assert 'href="#id_m0-new"' in page
    assert not Submission.objects.exists()


def test_a_file_too_large_is_refused_before_it_is_read(desk: Desk, item: MapItem, settings: Any) -> None:
    settings.YINUO_UPLOAD_LIMIT = 1024 * 1024
    large = pdf("大图.pdf", b"0" * (1024 * 1024))
    page = desk.post(
        f"/items/{item.pk}/submit/", {**form_of(desk, item), **whole(item), "m0-new": large}, status=200
    ).content.decode()
    assert "不能超过 1 MB" in page


def test_a_file_called_like_the_material_is_offered_first_for_it_alone(desk: Desk, item: MapItem) -> None:
    name = item.materials[0]["name"]
    desk.post("/library/", {"files": [pdf(f"{name}（盖章）.pdf", b"1"), pdf("营业执照副本.pdf", b"2")]})
    page = desk.get(f"/items/{item.pk}/submit/")
    lists = re.findall(r'<select name="m\d+-library".*?</select>', page, re.S)
    alike = [material["name"] in name for material in item.materials]
    assert alike[0] and not all(alike)
    assert [re.findall(r'label="([^"]*)"', one) for one in lists] == [
        ["名称相同的", "其他"] if same else [] for same in alike
    ]
    assert lists[0].index(name) < lists[0].index("其他") < lists[0].index("营业执照副本")


def test_another_companys_file_is_no_choice(desk: Desk, item: MapItem) -> None:
    from tests.apps.county import new_company
    from yinuo.engine.documents.actions import store_upload

    other = new_company("积石山新禾农业有限公司")
    file = store_upload(
        actor=other.actor,
        name="别人.pdf",
        content=pdf(note=b"x").read(),
        unit_id=other.unit.pk,
        at=at("2026-11-05 09:00"),
    )
    sent = {**form_of(desk, item), **whole(item)}
    del sent["m0-new"]
    desk.post(f"/items/{item.pk}/submit/", {**sent, "m0-library": str(file.pk)}, status=200)
    page = desk.post(f"/items/{item.pk}/submit/", {**sent, "m0-have": str(file.pk)}, status=200).content.decode()
    assert "别人.pdf" not in page
    assert not Submission.objects.exists()


def test_a_send_back_lists_every_point_and_the_next_version_starts_from_the_last(desk: Desk, item: MapItem) -> None:
    desk.post(f"/items/{item.pk}/submit/", {**form_of(desk, item), **whole(item)})
    from yinuo.engine.rules import pack

    code = next(name for name in pack().reasons if name.startswith("incomplete."))
    points = [
        {"code": code, "subject": "总平面图", "request": "补交电子件"},
        {"code": code, "subject": "权属证明", "request": "换原件扫描"},
    ]
    handler = desk.county.actor("approver", item.department.key)
    send_back(
        actor=handler, item_id=item.pk, kind="incomplete", points=points, reason="材料不全", at=at("2026-11-06 10:00")
    )
    page = desk.get(f"/items/{item.pk}/")
    for words in ("总平面图", "补交电子件", "权属证明", "换原件扫描", "等您补正"):
        assert words in page
    page = desk.get(f"/items/{item.pk}/submit/")
    first = Submission.objects.get()
    assert re.search(rf'name="m0-have"[^>]*value="{first.materials[0].file}"[^>]*checked', page)
    have = {f"m{number}-have": str(row.file) for number, row in enumerate(first.materials)}
    same = {"version": value_of(page, "version"), "key": value_of(page, "key"), **have}
    refused = desk.post(f"/items/{item.pk}/submit/", same, status=200).content.decode()
    assert "和上次交的完全一样" in refused
    assert refused.count("checked") == len(have)
    assert Submission.objects.count() == 1
    desk.post(f"/items/{item.pk}/submit/", {**form_of(desk, item), **have, "note": "两份材料核对过，没有问题"})
    assert "第 2 次" in desk.get(f"/items/{item.pk}/")
    assert "已更换" not in desk.get(f"/items/{item.pk}/")
    assert "补正" in desk.get(f"/projects/{item.project_id}/")


def test_the_file_that_was_sent_back_is_told_at_its_material_and_goes_again_only_when_ticked(
    desk: Desk, item: MapItem
) -> None:
    hand_in(desk.company, item, at("2026-11-05 15:00"))
    from yinuo.engine.rules import pack

    code = next(name for name in pack().reasons if name.startswith("incomplete."))
    named, other = item.materials[0], item.materials[1]
    assert other["name"] in named["name"]
    points = [
        {"code": code, "subject": f"{named['name']}第 3 页", "request": "加盖公章"},
        {"code": code, "subject": "日照分析", "request": "重新出具"},
    ]
    handler = desk.county.actor("approver", item.department.key)
    send_back(
        actor=handler, item_id=item.pk, kind="incomplete", points=points, reason="材料不全", at=at("2026-11-06 10:00")
    )
    page = desk.get(f"/items/{item.pk}/submit/")
    first, second = (
        re.search(rf"<legend><b>{re.escape(row['name'])}</b>.*?</fieldset>\s*<div", page, re.S)
        for row in (named, other)
    )
    assert first and second
    assert "加盖公章" in first.group() and "重新出具" not in first.group()
    assert "还要用的请勾上" in first.group() and "checked" not in first.group()
    assert "加盖公章" not in second.group() and "checked" in second.group()
    kept = {f"m{number}-have": str(row.file) for number, row in enumerate(Submission.objects.get().materials)}
    del kept["m0-have"]
    missing = desk.post(f"/items/{item.pk}/submit/", {**form_of(desk, item), **kept}, status=200).content.decode()
    assert f"还缺“{named['name']}”" in missing
    answer = desk.post(f"/items/{item.pk}/submit/", {**form_of(desk, item), **kept, "m0-new": pdf("盖章.pdf", b"v2")})
    assert answer.headers["Location"] == f"/items/{item.pk}/"


def test_a_material_chosen_by_the_clerk_is_told_at_its_place_whatever_it_is_called(desk: Desk, item: MapItem) -> None:
    hand_in(desk.company, item, at("2026-11-05 15:00"))
    named, other = item.materials[0], item.materials[1]
    assert other["name"] in named["name"], "by name the longer would be meant"
    code = "incomplete.material_missing"
    points = [{"code": code, "material": other["id"], "subject": f"{named['name']}所附", "request": "加盖公章"}]
    handler = desk.county.actor("approver", item.department.key)
    send_back(
        actor=handler, item_id=item.pk, kind="incomplete", points=points, reason="材料不全", at=at("2026-11-06 10:00")
    )
    page = desk.get(f"/items/{item.pk}/submit/")
    first, second = (
        re.search(rf"<legend><b>{re.escape(row['name'])}</b>.*?</fieldset>\s*<div", page, re.S)
        for row in (named, other)
    )
    assert first and second
    assert "加盖公章" not in first.group() and "checked" in first.group()
    assert "加盖公章" in second.group() and "checked" not in second.group()


def test_a_second_version_marks_the_files_that_changed(desk: Desk, item: MapItem) -> None:
    desk.post(f"/items/{item.pk}/submit/", {**form_of(desk, item), **whole(item)})
    from yinuo.engine.rules import pack

    code = next(name for name in pack().reasons if name.startswith("incomplete."))
    points = [{"code": code, "subject": "总平面图", "request": "换新版"}]
    handler = desk.county.actor("approver", item.department.key)
    send_back(
        actor=handler, item_id=item.pk, kind="incomplete", points=points, reason="材料不全", at=at("2026-11-06 10:00")
    )
    first = Submission.objects.get()
    have = {f"m{number}-have": str(row.file) for number, row in enumerate(first.materials)}
    del have["m0-have"]
    desk.post(f"/items/{item.pk}/submit/", {**form_of(desk, item), **have, "m0-new": pdf("新版.pdf", b"v2")})
    page = desk.get(f"/items/{item.pk}/")
    assert "与第 1 次提交比较" in page
    assert page.count("已更换") == 1
    assert re.search(r"新版\.pdf</a></td><td[^>]*><span[^>]*>已更换", page)
    assert page.count("未变") == len(item.materials) - 1


def test_a_form_gone_stale_says_so_and_keeps_the_files(desk: Desk, item: MapItem) -> None:
    sent = {**form_of(desk, item), **whole(item)}
    MapItem.objects.filter(pk=item.pk).update(version=item.version + 1)
    page = desk.post(f"/items/{item.pk}/submit/", sent, status=200).content.decode()
    assert "刚刚被别人改动过" in page
    assert page.count("checked") == len(item.materials)


def test_an_application_is_withdrawn_with_its_reason(desk: Desk, item: MapItem) -> None:
    hand_in(desk.company, item, at("2026-11-05 15:00"))
    path = f"/items/{item.pk}/withdraw/"
    page = desk.get(path)
    assert "写明撤回的原因" in desk.post(path, {"version": value_of(page, "version")}, status=200).content.decode()
    desk.post(path, {"version": value_of(page, "version"), "why": "图纸要改"})
    item.refresh_from_db()
    assert item.state == "open"


# -- the library


def test_files_are_uploaded_to_the_library_several_at_once(desk: Desk) -> None:
    assert "还没有文件" in desk.get("/library/")
    desk.post("/library/", {"files": [pdf("甲.pdf", b"1"), pdf("乙.pdf", b"2")]})
    page = desk.get("/library/")
    assert "甲.pdf" in page
    assert "乙.pdf" in page
    assert "甲.pdf" not in desk.stranger().get("/library/").content.decode()


def test_the_library_refuses_nothing_and_nonsense(desk: Desk) -> None:
    assert "请选择文件" in desk.post("/library/", {}, status=200).content.decode()
    bad = SimpleUploadedFile("病毒.pdf", b"MZ\x90", content_type="application/pdf")
    assert "病毒.pdf" in desk.post("/library/", {"files": bad}, status=200).content.decode()
    assert not StoredFile.objects.exists()
    assert Client().get("/library/").headers["Location"].startswith("/accounts/login/")
    assert desk.official().get("/library/").status_code == 403


def test_one_good_and_one_bad_file_keeps_the_good_one(desk: Desk) -> None:
    bad = SimpleUploadedFile("病毒.pdf", b"MZ\x90", content_type="application/pdf")
    page = desk.post("/library/", {"files": [pdf("好.pdf"), bad]}, status=200).content.decode()
    assert "病毒.pdf" in page
    assert StoredFile.objects.get().name == "好.pdf"
    assert "好.pdf" in page

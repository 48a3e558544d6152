"""The material library: uploaded once, newer versions, where used, retired and taken back;
errors stay with the form.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.apps.county import at
from tests.apps.test_onemap import PDF, guided, ready
from tests.beginnings import begins_with
from tests.web.unit_desk import Desk, new_desk, pdf
from yinuo.engine.documents.models import FileMark, StoredFile
from yinuo.rooms.onemap.actions import submit_materials

pytestmark = begins_with(guided)


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return new_desk(monkeypatch)


def upload(desk: Desk, name: str = "红线图.pdf", note: bytes = b"1") -> StoredFile:
    desk.post("/library/", {"files": pdf(name, note)})
    return StoredFile.objects.latest("id")


def use(desk: Desk, file: StoredFile) -> Any:
    """The file handed in for a matter that is not decided."""
    item = ready(guided(desk.county, desk.company))
    rows = [{"id": material["id"], "file": file.pk} for material in item.materials]
    submit_materials(actor=desk.company.actor, item_id=item.pk, materials=rows, at=at("2026-11-06 09:00"))
    return item


def test_what_is_uploaded_stands_in_the_list_with_where_it_is_used(desk: Desk) -> None:
    file = upload(desk)
    assert "还没有用过" in desk.get("/library/")
    item = use(desk, file)
    assert f"申报：{item.name}" in desk.get("/library/")
    page = desk.get(f"/library/{file.pk}/")
    assert f"/items/{item.pk}/" in page
    assert "办理中" in page


def test_a_right_file_is_kept_and_a_wrong_one_named_when_both_are_sent(desk: Desk, settings: Any) -> None:
    settings.YINUO_UPLOAD_LIMIT = len(PDF) + 100
    false = SimpleUploadedFile("图.pdf", b"MZ not a pdf", content_type="application/pdf")
    large = SimpleUploadedFile("大.pdf", PDF + b"x" * 200, content_type="application/pdf")
    page = desk.post("/library/", {"files": [pdf("对的.pdf", b"1"), false, large]}, status=200).content.decode()
    assert "“图.pdf”" in page
    assert "“大.pdf”太大" in page
    assert "已上传 1 个文件" in page
    assert "对的.pdf" in page
    assert list(StoredFile.objects.values_list("name", flat=True)) == ["对的.pdf"]


def test_nothing_chosen_is_said_at_the_field(desk: Desk) -> None:
    page = desk.post("/library/", {}, status=200).content.decode()
    assert "请选择文件" in page
    assert 'href="#id_files"' in page


def test_a_new_version_is_offered_instead_and_the_old_one_stays_where_it_was_used(desk: Desk) -> None:
    old = upload(desk)
    use(desk, old)
    answer = desk.post(f"/library/{old.pk}/", {"newer": pdf("红线图（新）.pdf", b"2")})
    new = StoredFile.objects.latest("id")
    assert answer.headers["Location"] == f"/library/{new.pk}/"
    page = desk.get(f"/library/{new.pk}/")
    assert "第 2 版" in page
    assert f"/library/{old.pk}/" in page
    assert "红线图.pdf" not in desk.get("/library/")
    listed = desk.get("/library/?view=old")
    assert "有新版" in listed
    assert "有事项还在用这个旧版" in listed
    offered = desk.get("/persons/authorise/")
    assert "红线图（新）.pdf" in offered
    assert "红线图.pdf（" not in offered


def test_the_same_file_is_no_new_version(desk: Desk) -> None:
    old = upload(desk)
    page = desk.post(f"/library/{old.pk}/", {"newer": pdf("红线图.pdf", b"1")}, status=200).content.decode()
    assert "内容没有变化" in page
    assert 'href="#id_newer"' in page
    assert not FileMark.objects.exists()
    page = desk.post(
        f"/library/{old.pk}/", {"newer": [pdf("1.pdf", b"3"), pdf("2.pdf", b"4")]}, status=200
    ).content.decode()
    assert "新版只能是一个文件" in page
    assert "选择一个文件" in desk.post(f"/library/{old.pk}/", {}, status=200).content.decode()


def test_a_file_is_retired_and_taken_back_never_removed(desk: Desk) -> None:
    file = upload(desk)
    desk.post(f"/library/{file.pk}/retire/")
    assert "红线图.pdf" not in desk.get("/library/")
    page = desk.get(f"/library/{file.pk}/")
    assert "停用" in page
    assert "恢复使用" in page
    assert "换新版" not in page
    desk.post(f"/library/{file.pk}/restore/")
    assert "红线图.pdf" in desk.get("/library/")
    assert StoredFile.objects.filter(pk=file.pk).exists()


def test_uploading_a_retired_file_again_takes_it_back(desk: Desk) -> None:
    file = upload(desk)
    desk.post(f"/library/{file.pk}/retire/")
    desk.post("/library/", {"files": pdf("红线图.pdf", b"1")})
    assert StoredFile.objects.count() == 1
    assert "红线图.pdf" in desk.get("/library/")


def test_names_are_searched(desk: Desk) -> None:
    upload(desk)
    upload(desk, "营业执照.pdf", b"2")
    page = desk.get("/library/?q=执照")
    assert "营业执照.pdf" in page
    assert "红线图.pdf" not in page
    assert "没有找到" in desk.get("/library/?q=不存在")
    desk.get("/library/?q=%00")


def test_library_pages_are_for_the_own_company(desk: Desk) -> None:
    file = upload(desk)
    for path in ("/library/", f"/library/{file.pk}/"):
        assert Client().get(path).headers["Location"].startswith("/accounts/login/")
        assert desk.official().get(path).status_code == 403
    stranger = desk.stranger()
    assert "红线图.pdf" not in stranger.get("/library/").content.decode()
    assert stranger.get(f"/library/{file.pk}/").status_code == 403
    for verb in ("retire", "restore"):
        assert stranger.post(f"/library/{file.pk}/{verb}/").status_code == 403
        assert desk.client.get(f"/library/{file.pk}/{verb}/").status_code == 405
    assert desk.client.get("/library/999999/").status_code == 404
    assert not FileMark.objects.exists()


def test_the_library_takes_the_same_queries_however_many_files(desk: Desk, django_assert_num_queries: Any) -> None:
    upload(desk)
    desk.get("/library/")
    with django_assert_num_queries(6):
        desk.get("/library/")
    for number in range(5):
        upload(desk, f"{number}.pdf", str(number).encode() + b"n")
    with django_assert_num_queries(6):
        desk.get("/library/")


def test_the_uses_of_a_whole_page_cost_one_query_and_one_more_for_each_kind(
    desk: Desk, django_assert_num_queries: Any
) -> None:
    files = [upload(desk, f"{number}.pdf", str(number).encode()) for number in range(4)]
    item = ready(guided(desk.county, desk.company))
    rows = [{"id": material["id"], "file": files[number % 4].pk} for number, material in enumerate(item.materials)]
    submit_materials(actor=desk.company.actor, item_id=item.pk, materials=rows, at=at("2026-11-06 09:00"))
    used = min(4, len(rows))
    assert used > 1
    with django_assert_num_queries(8):
        page = desk.get("/library/")
    assert page.count(f"申报：{item.name}") == used
    with django_assert_num_queries(9):
        desk.get(f"/library/{files[0].pk}/")

"""The department's list of promises to review, the review itself, and who reads what of it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from tests.apps.county import Company, County, at
from tests.apps.mapped import mapped
from tests.apps.test_commitments import DEPARTMENT, approve, item_of, promise
from tests.apps.test_onemap import PDF, guided
from tests.beginnings import begins_with
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, signed_in, text_of
from yinuo.engine.documents.qr import qr_svg, verification_url
from yinuo.rooms.commitments.actions import open_reviews
from yinuo.rooms.commitments.models import CommitmentReview, Difficulty
from yinuo.rooms.projects.models import Project

__all__ = ["company", "county", "mapped", "set_clock"]
pytestmark = begins_with(guided)


def test_a_department_reviews_what_is_due_and_unit_and_public_read_what_is_theirs(
    county: County, company: Company, mapped: Project, set_clock: SetClock, django_assert_max_num_queries: Any
) -> None:
    commitment = promise(company, item_of(mapped))
    approve(county, commitment)
    listed, url = "/staff/commitments/reviews/", f"/staff/commitments/{commitment.pk}/review/"
    set_clock("2027-02-10 09:00")
    client, other = desk(county, "approver", DEPARTMENT), desk(county, "approver", "ecology")
    assert "没有到期等着复核的承诺" in text_of(client.get(listed))
    assert url in text_of(client.get(f"{listed}?view=coming"))
    assert url not in text_of(other.get(f"{listed}?view=coming"))

    open_reviews(at("2027-02-16 00:07"))
    set_clock("2027-02-18 10:00")
    client, watcher, other = (
        desk(county, "approver", DEPARTMENT),
        desk(county, "supervisor"),
        desk(county, "approver", "ecology"),
    )
    client.get("/health")  # signed in, which is not what is counted
    with django_assert_max_num_queries(14):
        page = text_of(client.get(listed))
    assert url in page
    assert url in text_of(watcher.get(listed))
    assert url not in text_of(other.get(listed))
    assert "承诺复核" in text_of(client.get("/staff/"))
    assert other.post(url, {}).status_code == 403
    assert "记录复核" not in text_of(watcher.get(url))
    assert signed_in(company.person).get(url).status_code == 403
    with django_assert_max_num_queries(22):
        page = text_of(client.get(url))
    assert all(text in page for text in commitment.requirements)

    # All that is missing is told at once, and what was uploaded is kept.
    sent: dict[str, Any] = {"version": commitment.version + 2, "on": "2027-02-18", "note": "现场查看，另附照片"}
    sent |= {f"point-{number}-outcome": "kept" for number in range(len(commitment.requirements) - 1)}
    last = len(commitment.requirements) - 1
    bad = client.post(url, {**sent, f"point-{last}-outcome": "broken", "files": SimpleUploadedFile("现场.pdf", PDF)})
    assert bad.status_code == 422
    assert "写明情况和要怎样改" in text_of(bad)
    assert "已上传" in text_of(bad)
    assert not CommitmentReview.objects.exists()
    kept = bad.context["form"].file_ids
    sent |= {
        f"point-{last}-outcome": "broken",
        f"point-{last}-note": "出入口雨棚超出退界线，三十日内拆除",
        "kept": kept,
    }
    commitment.refresh_from_db()
    done = client.post(url, {**sent, "version": commitment.version})
    assert done.status_code == 302
    made = CommitmentReview.objects.get()
    assert (made.outcome, [row.file for row in made.evidence]) == ("broken", kept)

    # The handling of a difficulty has it; the list of what is done too, as page and as file.
    page = text_of(client.get(f"/staff/difficulties/{Difficulty.objects.get().pk}/"))
    assert "定期复核发现的问题" in page
    assert "雨棚" in page
    assert "未按承诺履行" in text_of(client.get(f"{listed}?view=done"))
    assert client.get("/staff/export/promise-reviews/?view=done&as=csv").status_code == 200
    # As a workbook too, with the day of the visit as a day.
    book = client.get("/staff/export/promise-reviews/?view=done")
    assert book.status_code == 200
    sheet = load_workbook(io.BytesIO(b"".join(book.streaming_content))).active
    assert (sheet["G1"].value, sheet["G2"].value.date()) == ("查看日期", made.on)
    assert "雨棚" in text_of(client.get(f"/staff/commitments/{commitment.pk}/"))
    # The unit reads the remarks and no official's name, the public the outcome alone.
    own = text_of(signed_in(company.person).get(f"/items/{commitment.item_id}/commit/"))
    assert "雨棚" in own
    assert "部门附有 1 份照片或材料" in own
    assert made.by.name not in own
    public = text_of(client.get(f"/zone/{commitment.pk}/"))
    assert "部门定期复核" in public
    assert "未按承诺履行" in public
    assert "雨棚" not in public


@pytest.mark.parametrize("after", ["x", "2027_1", "1_x"])
def test_a_strange_key_of_the_list_shows_its_beginning(county: County, after: str) -> None:
    assert desk(county, "supervisor").get(f"/staff/commitments/reviews/?after={after}").status_code == 200


def test_the_public_promise_carries_the_code_of_its_certificate(
    county: County, company: Company, mapped: Project
) -> None:
    """附件2·第十三条: 承诺和二维码一并公示; the code is that of the certificate's live page."""
    commitment = promise(company, item_of(mapped))
    url = verification_url(settings.YINUO_ORIGIN, mapped.code, company.unit.credit_code)
    assert qr_svg(url) in Client().get(f"/zone/{commitment.pk}/").content.decode()

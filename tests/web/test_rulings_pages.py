"""处理决定 on its pages: proposed, made, delivered, read by the company and by everybody, and the stop lifted."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.apps.county import Company, County, at
from tests.apps.test_commitments import DEPARTMENT, PDF
from tests.apps.test_onemap import guided
from tests.apps.test_rulings import tried
from tests.beginnings import begins_with
from tests.web.staffdesk import SetClock, company, county, desk, set_clock, signed_in, text_of
from yinuo.rooms.commitments.models import Ruling
from yinuo.rooms.projects.models import Project

__all__ = ["company", "county", "set_clock"]


@begins_with(guided)
def test_a_stop_from_its_proposal_to_its_end(county: County, company: Company, set_clock: SetClock) -> None:
    county.person("principal", DEPARTMENT)
    commitment = tried(county, company)
    set_clock("2027-01-15 09:00")
    office, place = desk(county, "approver", DEPARTMENT), f"/staff/commitments/{commitment.pk}/"
    assert f"{place}ruling/" in text_of(office.get(place))
    assert desk(county, "approver", "health").get(f"{place}ruling/").status_code == 403
    page = text_of(office.get(f"{place}ruling/"))
    assert "责令停止建设" in page and "终止项目建设" not in page and "附件2·第十四条" in page
    bad = office.post(f"{place}ruling/", {"facts": "退界不足"})
    assert bad.status_code == 422 and "选择处理的措施" in text_of(bad)
    file = SimpleUploadedFile("笔录.pdf", PDF, content_type="application/pdf")
    form: dict[str, Any] = {"measures": ["stop", "recover"], "facts": "退界仍少 1.2 米，13600009999", "files": file}
    path = office.post(f"{place}ruling/", form)["Location"]
    assert "待主要负责同志审签" in text_of(office.get(path)) and 'value="consent"' not in text_of(office.get(path))
    assert office.post(path, {"do": "consent", "consent-number": "1", "consent-version": 1}).status_code == 403
    head = desk(county, "principal", DEPARTMENT)
    assert 'value="consent"' in text_of(head.get(path))
    assert "填写处理决定的文号" in text_of(head.post(path, {"do": "consent", "consent-version": 1}))
    done = {"do": "consent", "consent-version": 1, "consent-number": "建处〔2027〕1号", "consent-note": "同意"}
    assert head.post(path, done).status_code == 302
    made = Ruling.objects.get()
    assert "违诺处理决定书" in text_of(office.get(path))
    assert (
        office.post(path, {"do": "deliver", "deliver-version": made.version, "deliver-how": "直接送达"}).status_code
        == 302
    )
    for page in (f"/staff/projects/{commitment.project_id}/", f"/staff/projects/{commitment.project_id}/map/"):
        assert "已责令停止建设" in text_of(office.get(page)), page
    assert "等：解除停止建设" in text_of(office.get(f"/staff/projects/{commitment.project_id}/map/"))
    # the company and everybody
    unit, own = signed_in(company.person), f"/rulings/{made.pk}/"
    page = text_of(unit.get(f"/projects/{commitment.project_id}/"))
    assert "已责令停止建设" in page and own in page
    lists = (
        (unit, "/projects/"),
        (office, "/staff/projects/"),
        (office, f"/staff/units/{company.unit.pk}/credit/"),
        (Client(), f"/companies/{company.unit.credit_code}/"),
        (Client(), f"/search/?q={commitment.project.name}"),
        (Client(), "/zone/?view=pledges"),
    )
    for reader, where in lists:
        assert "停止建设</span>" in text_of(reader.get(where)), where
    page = text_of(unit.get(own))
    assert "60 日内" in page and "申请解除" in page
    public = text_of(unit.get(f"/zone/{commitment.pk}/"))
    assert "建处〔2027〕1号" in public and "136****9999" in public and "13600009999" not in public
    assert (
        "须附整改到位的证明" in text_of(unit.post(own, {"text": "已拆除"}))
        or unit.post(own, {"text": "x"}).status_code == 422
    )
    proof = SimpleUploadedFile("整改.pdf", PDF + b"r", content_type="application/pdf")
    assert unit.post(own, {"text": "超出部分已拆除", "files": proof}).status_code == 302
    assert "部门正在核查" in text_of(unit.get(own))
    # lifted
    assert "超出部分已拆除" in text_of(office.get(path))
    assert office.post(path, {"do": "lift", "lift-facts": "复测达到承诺标准"}).status_code == 302
    lifting = Ruling.objects.latest("id")
    assert lifting.lifts_id == made.pk
    head.post(f"/staff/rulings/{lifting.pk}/", {**done, "consent-version": 1, "consent-number": "建处〔2027〕2号"})
    assert Project.objects.get().stopped_at is None
    assert "停止建设已解除" in text_of(unit.get(own))
    for reader, where in lists:
        assert "停止建设</span>" not in text_of(reader.get(where)), where
    assert "已解除" in text_of(unit.get(f"/zone/{commitment.pk}/"))
    assert "已责令停止建设" not in text_of(unit.get(f"/projects/{commitment.project_id}/"))
    assert desk(county, "supervisor").get(path).status_code == 200
    assert at("2027-01-15 09:00").year == 2027

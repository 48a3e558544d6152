"""The credit page: the score as a line with its table, evidence of each point, bands above and below, requests with
their terms.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from tests.apps.county import at
from tests.apps.points import carry_out, propose, take
from tests.web.unit_desk import Desk, new_desk, pdf
from yinuo.engine.documents.actions import store_upload
from yinuo.engine.documents.attachments import AttachedFile
from yinuo.faces.credit.bands import lower_band, next_band
from yinuo.faces.credit.scoreline import score_line
from yinuo.rooms.credit.actions import decide_relief
from yinuo.rooms.credit.models import CreditRelief
from yinuo.rooms.credit.queries import Point

TODAY = date(2026, 11, 12)


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return new_desk(monkeypatch, "2026-11-12 09:00")


def point(moment: str, score: str, points: str, name: str = "违规扣分") -> Point:
    return Point(at(moment), Decimal(score), Decimal(points), "A", 1, name)


# -- the line


def test_without_a_score_there_is_no_line() -> None:
    assert score_line([], TODAY) is None


def test_the_line_steps_at_each_event_and_runs_to_today() -> None:
    drawn = score_line([point("2026-11-02 09:00", "90", "15"), point("2026-11-07 09:00", "80", "-10")], TODAY)
    assert drawn is not None
    first, drop, last = drawn.segments
    # 十天的一半：在图宽的正中。
    assert (first.x1, first.x2) == ("9.00%", "53.00%")
    assert drop.x1 == drop.x2 == "53.00%"
    assert float(drop.y2[:-1]) > float(drop.y1[:-1])
    assert last.x2 == "97.00%"
    assert [dot.label for dot in drawn.dots] == ["+15", "−10"]


def test_events_before_the_last_three_years_give_only_the_level_the_line_begins_at() -> None:
    old = [point("2019-01-02 09:00", "95", "20"), point("2020-01-02 09:00", "85", "-10")]
    drawn = score_line([*old, point("2026-11-07 09:00", "83", "-2")], TODAY)
    assert drawn is not None
    assert len(drawn.dots) == 2
    assert drawn.segments[0].x1 == "9.00%"
    assert drawn.first == "2023年11月13日"


def test_the_stripes_cover_the_picture_without_gap_and_stand_for_the_grades() -> None:
    drawn = score_line([point("2026-11-02 09:00", "72", "0")], TODAY)
    assert drawn is not None
    # 72 − 3 = 69，取整到 65：画到 C+ 为止。
    assert [stripe.grade for stripe in drawn.stripes] == ["A", "A-", "B", "B-", "C+"]
    for upper, lower in zip(drawn.stripes, drawn.stripes[1:], strict=False):
        assert float(upper.y[:-1]) + float(upper.height[:-1]) == pytest.approx(float(lower.y[:-1]), abs=0.02)


def test_everything_on_one_day_is_drawn_without_dividing_by_nothing() -> None:
    drawn = score_line([point("2026-11-12 09:00", "0", "-75"), point("2026-11-12 10:00", "100", "100")], TODAY)
    assert drawn is not None
    assert drawn.stripes[-1].grade == "D-"


# -- the bands above and below


@pytest.mark.parametrize(
    ("score", "above", "below"),
    [
        ("86", "超过 90 分升为 A，还差 4 分以上", "再扣 6 分降为 B"),
        ("80", "超过 80 分升为 A-，只差一点", "再扣 5 分降为 B-"),
        ("80.5", "超过 90 分升为 A，还差 9.5 分以上", "再扣 0.5 分降为 B"),
        ("100", None, "再扣 10 分降为 A-"),
        ("40", "超过 40 分升为 D，只差一点", None),
        ("0", "超过 40 分升为 D，还差 40 分以上", None),
    ],
)
def test_the_way_to_the_next_band_up_and_down(score: str, above: str | None, below: str | None) -> None:
    up, down = next_band(Decimal(score), TODAY), lower_band(Decimal(score), TODAY)
    assert (up.words if up else None) == above
    assert (down.words if down else None) == below


def test_a_company_without_a_score_has_no_bands() -> None:
    assert (next_band(None, TODAY), lower_band(None, TODAY)) == (None, None)


# -- the page


def test_the_line_has_words_and_a_table_with_the_same_figures(desk: Desk) -> None:
    take(desk.county, desk.company)
    page = desk.get("/credit/")
    assert re.search(r'<svg role="img" aria-label="信用分的变化：[^"]*84 分（A-）', page)
    assert "信用分的每次变化" in page
    assert "−2" in page
    assert "style=" not in page.split("<main")[1]


def test_each_point_names_basis_office_and_evidence_and_links_only_the_own_file(desk: Desk) -> None:
    own = store_upload(
        actor=desk.company.actor,
        name="整改前.pdf",
        content=pdf(note=b"o").read(),
        unit_id=desk.company.unit.pk,
        at=at("2026-11-09 09:00"),
    )
    officer = desk.county.actor("approver", "natural_resources")
    foreign = store_upload(
        actor=officer, name="现场笔录.pdf", content=pdf(note=b"f").read(), unit_id=None, at=at("2026-11-09 09:00")
    )
    proposal = propose(
        desk.county, desk.company, evidence=[foreign.pk], shown=[AttachedFile.of(own)], basis="现场检查笔录〔2026〕7号"
    )
    carry_out(desk.county, proposal)
    page = desk.get("/credit/")
    assert "现场检查笔录〔2026〕7号" in page
    assert f'href="/files/{own.pk}/"' in page
    assert "现场笔录.pdf" in page
    assert f"/files/{foreign.pk}/" not in page


def test_measures_are_parted_into_what_one_gets_and_what_one_does_not(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = new_desk(monkeypatch, "2026-11-12 09:00", score="35").get("/credit/")
    assert "不能用的" in page
    assert "能用的" in new_desk(monkeypatch, "2026-11-12 09:00", score="95").get("/credit/")


def test_a_request_shows_its_term_while_open_and_its_answer_afterwards(desk: Desk) -> None:
    event = take(desk.county, desk.company)
    desk.post(f"/credit/{event.pk}/relief/", {"kind": "objection", "text": "当日已取得许可"})
    page = desk.get("/credit/")
    assert "等部门答复" in page
    assert re.search(r"应于 \d+月\d+日 18:00 前答复", page)
    desk.moment("2026-12-08 09:00")
    assert "前答复，已超期" in desk.get("/credit/")
    decide_relief(
        actor=desk.county.actor("approver", "natural_resources"),
        relief_id=CreditRelief.objects.get().pk,
        accept=False,
        answer="许可日期晚于开工日期。",
        at=at("2026-12-08 10:00"),
    )
    page = desk.get("/credit/")
    assert "不同意" in page
    assert "许可日期晚于开工日期。" in page
    assert "申请恢复分值" in page


def test_asking_for_points_says_who_decides_and_within_which_term(desk: Desk) -> None:
    event = take(desk.county, desk.company)
    page = desk.get(f"/credit/{event.pk}/relief/")
    for words in ("修复 10 个工作日、异议 10 个工作日内答复", "主要负责同志审签", "附件2·第二十四条"):
        assert words in page

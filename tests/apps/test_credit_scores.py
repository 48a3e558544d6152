"""附件2·第十二条、第十六条: evaluations are events, never overwrites; the head is a cache that can be made anew."""

from __future__ import annotations

import io
import random
from contextlib import suppress
from datetime import datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from openpyxl import Workbook

from tests.apps.county import Company, County, at, free_code, new_company
from tests.apps.points import CYCLE, NOON, day, differing, head, take
from yinuo.core.codes import make_credit_code
from yinuo.core.credit import CreditFact, fold
from yinuo.engine.base import Actor, Refused
from yinuo.engine.people.models import ProjectUnit
from yinuo.engine.rules import pack
from yinuo.engine.trail.models import Entry
from yinuo.rooms.credit import queries
from yinuo.rooms.credit.actions import check_evaluations, import_score, import_scores, take_evaluations
from yinuo.rooms.credit.models import CreditEvent, CreditHead, EvaluationBatch

SOURCE = "2026年度企业公共信用综合评价"


def evaluate(county: County, company: Company, score: str, on: str = "2026-11-01", **more) -> tuple[CreditEvent, bool]:
    return import_score(
        actor=county.actor("administrator"),
        unit_id=company.unit.pk,
        score=score,
        source=more.get("source", SOURCE),
        on=day(on),
        at=more.get("at", NOON),
    )


def test_the_first_evaluation_rates_a_company_and_makes_its_head(county: County) -> None:
    unit = ProjectUnit.objects.create(credit_code=free_code(), name="新公司", type="enterprise")
    assert queries.head(unit.pk).grade == "unrated"
    event, new = import_score(
        actor=Actor.system(), unit_id=unit.pk, score=Decimal("90.01"), source=SOURCE, on=day("2026-11-01"), at=NOON
    )
    assert (new, event.seq, event.grade_before, event.grade_after) == (True, 1, "unrated", "A")
    assert CreditHead.objects.get(pk=unit.pk).score == Decimal("90.01")
    assert set(Entry.objects.values_list("verb", flat=True)) == {"credit.import_score", "credit.grade_changed"}


def test_a_later_evaluation_is_an_event_and_overwrites_nothing(county: County, company: Company) -> None:
    take(county, company, at=at("2026-10-20 10:00"))
    event, _ = evaluate(county, company, "65")
    assert (event.seq, event.points, head(company).score, head(company).grade) == (3, -19, 65, "C")
    assert [row.score_after for row in CreditEvent.objects.filter(unit=company.unit).order_by("seq")] == [86, 84, 65]


def test_the_same_evaluation_taken_in_twice_changes_nothing_a_corrected_one_is_another_event(
    county: County, company: Company
) -> None:
    first, new = evaluate(county, company, "65")
    again, repeated = evaluate(county, company, "65.00")
    assert (new, repeated, again.pk) == (True, False, first.pk)
    corrected, new = evaluate(county, company, "66")
    assert (new, corrected.seq, head(company).score) == (True, 3, 66)


def test_an_evaluation_that_arrives_late_stands_before_what_happened_after_it(county: County, company: Company) -> None:
    take(county, company, at=at("2026-11-05 10:00"))
    evaluate(county, company, "70", on="2026-11-01")
    assert head(company).score == 68


@pytest.mark.parametrize(
    ("score", "on", "source", "field"),
    [
        ("100.01", "2026-11-01", SOURCE, "score"),
        ("-0.01", "2026-11-01", SOURCE, "score"),
        ("优", "2026-11-01", SOURCE, "score"),
        ("", "2026-11-01", SOURCE, "score"),
        ("NaN", "2026-11-01", SOURCE, "score"),
        ("80.001", "2026-11-01", SOURCE, "score"),
        ("80", "2026-11-11", SOURCE, "on"),
        ("80", "2026-11-01", " ", "source"),
    ],
)
def test_an_evaluation_with_bad_input_is_refused_at_its_field(
    county: County, company: Company, score: str, on: str, source: str, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        evaluate(county, company, score, on, source=source)
    assert refusal.value.field == field
    assert (head(company).score, head(company).seq) == (86, 1)


@pytest.mark.parametrize("score", ["0", "100"])
def test_the_ends_of_the_range_are_scores(county: County, company: Company, score: str) -> None:
    evaluate(county, company, score)
    assert head(company).grade == {"0": "D-", "100": "A"}[score]


def test_a_list_of_evaluations_reports_row_by_row_and_can_be_sent_again(county: County, company: Company) -> None:
    school = new_company("积石山中学", None, type="institution")
    fresh = free_code()
    rows = [
        {"credit_code": company.unit.credit_code, "score": "75", "on": "2026-11-01"},
        {"credit_code": fresh, "name": "甘肃新来建材有限公司", "score": "88.5", "on": day("2026-11-01")},
        {"credit_code": "91620000710375650T", "name": "写错代码公司", "score": "80", "on": "2026-11-01"},
        {"credit_code": school.unit.credit_code, "score": "80", "on": "2026-11-01"},
        {"credit_code": company.unit.credit_code, "score": "101", "on": "2026-11-02"},
        {"credit_code": company.unit.credit_code, "score": "80", "on": "去年"},
        {"credit_code": "", "score": "80", "on": "2026-11-01"},
    ]
    report = import_scores(actor=county.actor("comprehensive"), rows=rows, source=SOURCE, at=NOON)
    assert [(row.line, row.outcome) for row in report] == [
        (1, "imported"),
        (2, "imported"),
        (3, "refused"),
        (4, "refused"),
        (5, "refused"),
        (6, "refused"),
        (7, "refused"),
    ]
    for row, words in zip(report[2:], ("代码第 17 位", "不是企业", "0 至 100", "2026-10-01", "没有这个"), strict=True):
        assert words in row.message
    assert (head(company).score, head(company).grade) == (75, "B-")
    assert ProjectUnit.objects.get(credit_code=fresh).credit.score == Decimal("88.5")
    assert not ProjectUnit.objects.filter(name="写错代码公司").exists()
    assert not CreditEvent.objects.filter(unit=school.unit).exists()
    again = import_scores(actor=county.actor("comprehensive"), rows=rows[:2], source=SOURCE, at=NOON)
    assert [row.outcome for row in again] == ["unchanged", "unchanged"]


def test_heads_are_the_fold_of_their_events_after_any_history(county: County) -> None:
    """Random histories, late events and evaluations among them, against core's own fold and a rebuilt head."""
    chance = random.Random(20230616)
    events = [
        ("act", {"article": "46", "item": "unreported"}),
        ("act", {"article": "51"}),
        ("commitment_broken", {"field": "ecology"}),
        ("commitment_broken", {}),
        ("cycle_completed", CYCLE),
    ]
    for number in range(4):
        company = new_company(f"公司{number}", chance.choice([None, "3", "79", "99"]))
        for step in range(8):
            moment = at(f"2026-11-{10 + step:02d} 10:00")
            on = moment.date().replace(day=moment.day - chance.randint(0, 6))
            if chance.random() < 0.25:
                evaluate(county, company, str(chance.randint(0, 100)), on.isoformat(), source=f"第{step}次", at=moment)
                continue
            type_, data = chance.choice(events)
            with suppress(Refused):
                take(county, company, type_, data, at=moment, on=on)
        rows = list(CreditEvent.objects.filter(unit=company.unit).order_by("seq"))
        assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
        assert len(rows) > 4
        start = Decimal(75)
        for row in rows:
            start += row.points
            assert row.score_after == start
        expected = fold(None, [CreditFact(row.on, row.type, row.project_code, row.data) for row in rows], pack())
        assert rows[-1].score_after == expected.score
        assert head(company).score == (expected.score if expected.state.rated else None)
        assert head(company).grade == expected.grade
    assert differing(day("2026-11-20")) == []


def test_history_cannot_be_edited_or_removed(county: County, company: Company) -> None:
    event = take(county, company)
    for change in (
        lambda: CreditEvent.objects.filter(pk=event.pk).update(points=0),
        lambda: CreditEvent.objects.filter(pk=event.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert CreditEvent.objects.get(pk=event.pk).points == -2


HEAD = ["统一社会信用代码", "企业名称", "评价分值", "评价等级", "评价日期", "评价机构"]


def workbook(*rows: list[object]) -> bytes:
    book, kept = Workbook(), io.BytesIO()
    for row in (HEAD, *rows):
        book.active.append(row)
    book.save(kept)
    return kept.getvalue()


def test_a_file_is_judged_row_by_row_first_and_counts_once_when_it_is_confirmed(
    county: County, company: Company
) -> None:
    """Excel and CSV; every kind of fault; dry run, confirmation, the same file again."""
    mine, name = company.unit.credit_code, company.unit.name
    fresh, clerk = make_credit_code("622927", "00000091"), county.actor("comprehensive")
    rows: list[tuple[list[object], str, str]] = [
        ([mine, name, 90, "A-", datetime(2026, 10, 1), None], "imported", ""),
        ([fresh, "甘肃新来建材有限公司", "88.50", "", "2026/10/1", "临夏州平台"], "imported", ""),
        ([mine, name, 90.0, "", "2026-10-01", ""], "unchanged", "与第 1 行重复"),
        ([mine, name, 91, "", "2026-10-01", ""], "refused", "分值却不同"),
        ([mine[:-1] + "0", name, 80, "", "2026-10-01", ""], "refused", "校验码"),
        ([make_credit_code("622927", "00000092"), "", 80, "", "2026-10-01", ""], "refused", "补充单位名称"),
        ([mine, "别的公司", 80, "", "2026-10-02", ""], "refused", "与登记的"),
        ([fresh, "甘肃新来建材有限公司", 80, "A", "2026-10-02", ""], "refused", "按分值应为 B 级"),
        ([fresh, "甘肃新来建材有限公司", 120, "", "2026-10-02", ""], "refused", "0 至 100"),
        ([fresh, "甘肃新来建材有限公司", "优", "", "2026-10-02", ""], "refused", "分值有误"),
        ([fresh, "甘肃新来建材有限公司", 80, "", "2026-11-11", ""], "refused", "不能晚于今天"),
        ([fresh, "甘肃新来建材有限公司", 80, "", "2024-11-09", ""], "refused", "超过 730 日"),
        ([fresh, "甘肃新来建材有限公司", 80, "", "去年", ""], "refused", "2026-10-01"),
        (["", "没有代码公司", 80, "", "2026-10-02", ""], "refused", "请填写统一社会信用代码"),
    ]
    units, events = ProjectUnit.objects.count(), CreditEvent.objects.count()
    checked = check_evaluations(
        actor=clerk, name="评价.xlsx", content=workbook(*[row for row, _, _ in rows]), source="省平台", at=NOON
    )
    assert [row["outcome"] for row in checked.report] == [outcome for _, outcome, _ in rows]
    for told, (_, _, words) in zip(checked.report, rows, strict=True):
        assert words in told["message"], told
    assert (ProjectUnit.objects.count(), CreditEvent.objects.count(), head(company).score) == (units, events, 86)
    for _ in range(2):
        taken = take_evaluations(actor=clerk, batch_id=checked.pk, at=NOON)
    assert taken.counts() == checked.counts() == {"imported": 2, "unchanged": 1, "refused": 11}
    assert (head(company).score, head(company).grade, CreditEvent.objects.count()) == (90, "A-", events + 2)
    assert CreditEvent.objects.get(unit__credit_code=fresh).data == {"score": "88.5", "source": "临夏州平台"}
    text = "\n".join(",".join(str(cell or "") for cell in row) for row in (HEAD, *[row for row, _, _ in rows[1:3]]))
    again = check_evaluations(actor=clerk, name="评价.csv", content=text.encode("gb18030"), source="省平台", at=NOON)
    assert [(row["outcome"], row["message"]) for row in again.report] == [("unchanged", "以前已经导入")] * 2
    assert take_evaluations(actor=clerk, batch_id=again.pk, at=NOON).counts()["unchanged"] == 2
    early = f"统一社会信用代码,评价分值,评价日期\n{mine},70,2026-09-01\n".encode()
    late = check_evaluations(actor=clerk, name="早.csv", content=early, source="省平台", at=NOON)
    assert "已有 2026-11-" in late.report[0]["message"] or "已有 2026-10-01" in late.report[0]["message"]
    assert head(company).score == 90


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "读不出"),
        (b"PK\x03\x04 not a workbook", "读不出这个工作簿"),
        (b"\xff\xfe\x00", "读不出"),
        ("企业,分数\n甲,80".encode(), "表头缺少"),
        ("统一社会信用代码,评价分值,评价日期,电话\n1,2,3,4".encode(), "不认得的列：电话"),
        ("统一社会信用代码,评价分值,评价日期\n".encode(), "没有数据"),
        ("统一社会信用代码,评价分值,评价日期\n".encode() + b"1,2,3\n" * 2001, "最多导入 2000 行"),
    ],
)
def test_what_is_no_table_is_refused_whole(county: County, content: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words) as refusal:
        check_evaluations(actor=county.actor("administrator"), name="表.csv", content=content, source="省平台", at=NOON)
    assert refusal.value.field == "file"
    assert not EvaluationBatch.objects.exists()

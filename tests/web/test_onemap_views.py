"""The map's other views, the pages that prove it, what changed since the last visit, and how cheaply it refreshes
itself.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.apps.county import at
from tests.apps.granted import grant_all
from tests.apps.test_commitments import item_of, promise
from tests.apps.test_onemap import filed, guided, hand_in, ready
from tests.beginnings import begins_with
from tests.web.bigmap import grown
from tests.web.unit_desk import Desk, new_desk, signed_in
from yinuo.engine.people.models import Department
from yinuo.engine.work.clocks import calendar
from yinuo.engine.work.models import CalendarNotice
from yinuo.faces.onemap.map.paper import SIZES, layout
from yinuo.rooms.onemap import building, planning, queries
from yinuo.rooms.onemap.actions import (
    accept,
    decide,
    handle_problem,
    pause_item,
    report_problem,
    resume_item,
)
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.onemap.standing import standing_of
from yinuo.rooms.projects.models import Project

pytestmark = begins_with(guided)


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return new_desk(monkeypatch)


def path_of(project: Project, more: str = "") -> str:
    return f"/projects/{project.pk}/map/{more}"


def running(desk: Desk, project: Project) -> MapItem:
    """A matter handed in and accepted."""
    item = ready(project)
    hand_in(desk.company, item, at("2026-11-05 15:00"))
    accept(actor=desk.county.actor("approver", item.department.key), item_id=item.pk, at=at("2026-11-05 16:00"))
    return MapItem.objects.select_related("department").get(pk=item.pk)


def live(page: str) -> str:
    """The part of the page that a refresh brings anew, without the mark and the signed-in reader's form."""
    found = re.search(r'<div id="onemap".*?<p class="fresh waiting".*?</div>', page, re.S)
    assert found
    return found.group()


# -- the list


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("name", "name"),
        ("department", "department"),
        ("due", "due"),
        ("ends", "ends"),
        ("state", "state"),
        ("stage", "stage"),
    ],
)
def test_the_list_is_sorted_by_every_column_both_ways(desk: Desk, sort: str, key: str) -> None:
    project = guided(desk.county, desk.company)
    running(desk, project)
    there = names(desk.get(path_of(project, f"?view=list&sort={sort}")))
    back = names(desk.get(path_of(project, f"?view=list&sort={sort}&down=1")))
    assert there == back[::-1]
    assert sorted(there) == sorted(MapItem.objects.filter(project=project).values_list("name", flat=True))


def names(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/items/\d+/">([^<]+)</a>', page)


def test_the_list_sorted_by_due_begins_with_what_is_due_first_and_says_so_to_a_screen_reader(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    item = running(desk, project)
    page = desk.get(path_of(project, "?view=list&sort=due"))
    assert names(page)[0] == item.name
    assert page.count('aria-sort="ascending"') == 1
    assert f'href="{path_of(project, "?view=list&amp;sort=due&amp;down=1")}"' in page
    assert f'href="{path_of(project, f"due/{item.pk}/")}"' in page


def test_a_column_nobody_knows_leaves_the_list_in_the_maps_order(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    assert names(desk.get(path_of(project, "?view=list&sort=<script>"))) == names(
        desk.get(path_of(project, "?view=list"))
    )


# -- over time


def test_the_timeline_draws_the_law_the_time_used_the_pause_and_the_plan(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    item = running(desk, project)
    officer = desk.county.actor("approver", item.department.key)
    pause_item(actor=officer, item_id=item.pk, reason="expert_review", note="专家评审", at=at("2026-11-06 08:45"))
    desk.moment("2026-11-10 15:00")
    resume_item(actor=officer, item_id=item.pk, note="评审通过", at=at("2026-11-10 11:00"))
    page = desk.get(path_of(project, "?view=timeline"))
    lane = re.search(
        rf'<div class="lane[^"]*"><p>.{{0,400}}?{re.escape(item.name)}</a></p><svg>(.*?)</svg>', page, re.S
    )
    assert lane
    bars = [kind.split()[0] for kind in re.findall(r'class="(\w+)"', lane.group(1))]
    assert bars == ["law", "real", "rest", "stop"]
    assert "11月6日—11月10日 专家评审" in page
    assert "预计落地" in page
    assert "今天 11月10日" in page
    assert 'class="plan"' in page


def test_every_bar_lies_within_the_picture(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    grown(project, 60)
    running(desk, project)
    for moment in ("2026-11-06 09:00", "2027-03-01 09:00"):
        desk.moment(moment)
        page = desk.get(path_of(project, "?view=timeline"))
        bars = re.findall(r'x="([\d.]+)%" width="([\d.]+)%"', page)
        assert len(bars) >= 60
        assert all(float(x) >= 0 and float(x) + float(width) <= 100.01 for x, width in bars)


def test_the_timeline_tells_every_matter_as_a_list_and_as_a_table_too(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    page = desk.get(path_of(project, "?view=timeline"))
    for name in MapItem.objects.filter(project=project).values_list("name", flat=True):
        assert page.count(f">{name}</a>") >= 3, name
    assert page.index('class="mark-day today"') < page.index('class="mark-day landing"')


def test_a_matter_past_its_limit_is_drawn_late(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    running(desk, project)
    desk.moment("2027-01-20 10:00")
    assert 'class="late"' in desk.get(path_of(project, "?view=timeline"))


# -- on paper


@pytest.mark.parametrize(
    "totals", [[1, 1, 1, 1], [3, 8, 4, 2], [16, 20, 15, 9], [60], [30, 28, 1, 1], [0, 60, 0, 0], [25, 25, 25, 25]]
)
def test_every_map_up_to_a_hundred_matters_fits_one_sheet(totals: list[int]) -> None:
    size, columns = layout(totals)
    most, rows = next((most, rows) for name, most, rows in SIZES if name == size)
    assert sum(columns) <= most
    assert all(-(-total // column) <= rows for total, column in zip(totals, columns, strict=True))


def test_the_sheet_numbers_the_matters_and_names_by_number_what_they_wait_for(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    page = desk.get(path_of(project, "?view=print"))
    slips = re.findall(r'<li class="slip[^"]*">.*?<b>(\d+)</b>.*?<h3>([^<]+)</h3>', page, re.S)
    assert [int(number) for number, _ in slips] == list(range(1, MapItem.objects.filter(project=project).count() + 1))
    numbers = {name: number for number, name in slips}
    waiting = MapItem.objects.get(project=project, matter_id="construction_permit")
    slip = re.search(rf"<h3>{waiting.name}</h3>(.*?)</li>", page, re.S)
    assert slip
    for before in queries.waiting_for(waiting):
        assert re.search(rf"等 .*\b{numbers[before.name]}\b", slip.group(1))


# -- the landing


def test_the_landing_is_proved_step_by_step_and_every_step_says_who_set_its_days(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    view = queries.map_of(project.pk, at("2026-11-06 09:00"))
    assert view.plan is not None
    page = desk.get(path_of(project, "landing/"))
    steps = re.findall(r'<p class="span"><b>(.*?)</b>—<b>(.*?)</b><span>(\d+)', page)
    assert len(steps) == len(view.plan.critical)
    assert all(earlier[1] == later[0] for earlier, later in pairwise(steps)), "each begins when the one before ends"
    assert sum(int(days) for _, _, days in steps) == view.plan.working_days
    for name in view.critical_names:
        assert f">{name}</a></h2>" in page
    assert "时限" in page


def test_what_would_be_faster_is_what_the_planner_says(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    now = at("2026-11-06 09:00")
    view = queries.map_of(project.pk, now)
    assert view.plan is not None
    assert view.plan.faster
    standing = standing_of(project.pk, now)
    options = planning.route_options([card.item for card in view.cards], standing.clocks, project.rules_on, now)
    for faster in view.plan.faster:
        item = next(card.item for card in view.cards if card.item.matter_id == faster.id)
        option = next(option for option in options[item.pk] if option.route == faster.route)
        assert calendar().working_days_between(option.landing_on, view.plan.landing_on) == faster.saves_working_days
    best = view.plan.faster[0]
    assert f"提前 {best.saves_working_days} 个工作日" in desk.get(path_of(project))
    assert re.search(rf"<b>{best.saves_working_days} 个工作日</b>", desk.get(path_of(project, "landing/")))


def test_the_routes_stand_side_by_side_and_the_company_may_choose(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    item = item_of(project)
    page = desk.get(path_of(project, f"routes/{item.pk}/"))
    assert "常规办理" in page
    assert "信用承诺" in page
    assert "公示 5 个工作日" in page
    assert "未完成所承诺事项，一次扣 1 分" in page
    assert f'href="/items/{item.pk}/commit/"' in page
    assert f'href="/items/{item.pk}/submit/"' in page


def test_an_official_compares_the_routes_and_chooses_none(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    item = item_of(project)
    page = desk.official().get(f"/staff{path_of(project, f'routes/{item.pk}/')}").content.decode()
    assert "信用承诺" in page
    assert "/commit/" not in page
    assert "/submit/" not in page


def test_a_matter_that_has_begun_has_no_other_road(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    item = running(desk, project)
    assert "只有一条路" in desk.get(path_of(project, f"routes/{item.pk}/"))


@begins_with(None)
def test_where_nothing_is_planned_the_map_itself_answers(desk: Desk) -> None:
    project = filed(desk.county, desk.company)
    answer = desk.client.get(path_of(project, "landing/"))
    assert answer.status_code == 302
    assert answer.headers["Location"] == path_of(project)


# -- a due date day by day


@pytest.mark.parametrize("root", ["", "/staff"])
def test_every_due_date_is_proved_day_by_day_for_both_sides_of_the_counter(desk: Desk, root: str) -> None:
    project = guided(desk.county, desk.company)
    item = running(desk, project)
    client = desk.client if not root else desk.official()
    for view in ("", "?view=list", "?view=timeline"):
        board = client.get(f"{root}{path_of(project, view)}").content.decode()
        assert f'href="{root}{path_of(project, f"due/{item.pk}/")}"' in board, view
    page = client.get(f"{root}{path_of(project, f'due/{item.pk}/')}").content.decode()
    assert "2026-11-07 周六" in page
    assert "法定时限" in page
    assert "当天不计" in page


def test_a_matter_without_a_clock_says_so(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    assert "没有计时" in desk.get(path_of(project, f"due/{ready(project).pk}/"))


# -- who may


@pytest.mark.parametrize("more", ["", "landing/", "routes/{item}/", "due/{item}/", "fresh/"])
@pytest.mark.parametrize("root", ["", "/staff"])
def test_strangers_are_refused_and_the_signed_out_sent_to_the_login(desk: Desk, more: str, root: str) -> None:
    project = guided(desk.county, desk.company)
    path = root + path_of(project, more.format(item=item_of(project).pk))
    assert desk.stranger().get(path).status_code == 403
    assert Client().get(path).status_code == (286 if more == "fresh/" else 302)


@pytest.mark.parametrize("more", ["routes/{item}/", "due/{item}/"])
def test_a_matter_of_another_map_is_not_found(desk: Desk, more: str) -> None:
    project = guided(desk.county, desk.company)
    other = guided(desk.county, desk.company, name="另一个项目")
    assert desk.client.get(path_of(project, more.format(item=item_of(other).pk))).status_code == 404


# -- since the last visit


def test_what_others_did_since_the_last_visit_is_marked_and_listed_and_stays_until_the_visit_ends(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    item = running(desk, project)
    assert "自上次查看" not in desk.get(path_of(project))
    desk.moment("2026-11-10 09:00")
    officer = desk.county.actor("approver", item.department.key)
    decide(
        actor=officer,
        item_id=item.pk,
        granted=True,
        document_number="积批〔2026〕1号",
        text="同意。",
        at=at("2026-11-09 10:00"),
    )
    for _ in range(2):
        page = desk.get(path_of(project))
        assert "自上次查看（11月6日 09:00）后有 1 处变化" in page
        assert re.search(rf'class="card[^"]* changed[^"]*" id="card-{item.pk}"', page)
        assert "已办结<small>11月9日 10:00" in page
    desk.moment("2026-11-11 09:00")
    assert "自上次查看" not in desk.get(path_of(project))


def test_what_one_did_oneself_is_no_news(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    desk.get(path_of(project))
    promise(desk.company, item_of(project), at("2026-11-06 10:00"))
    desk.moment("2026-11-06 11:00")
    assert "自上次查看" not in desk.get(path_of(project))


def test_a_light_that_turned_by_itself_and_a_problem_are_news(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    item = running(desk, project)
    desk.get(path_of(project))
    noted = item_of(project)
    report_problem(
        actor=desk.county.actor("supervisor"), item_id=noted.pk, text="未按时到场", at=at("2026-11-09 10:00")
    )
    desk.moment("2026-12-30 10:00")
    page = desk.get(path_of(project))
    assert re.search(rf"{re.escape(item.name)}</a> 超期", page)
    assert re.search(rf"{re.escape(noted.name)}</a> 发现问题", page)


def test_having_read_it_clears_the_marks(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    item = running(desk, project)
    desk.get(path_of(project))
    desk.moment("2026-12-30 10:00")
    assert item.name in desk.get(path_of(project, "?view=list"))
    answer = desk.client.get(path_of(project, "?view=list&read=1"))
    assert answer.headers["Location"] == path_of(project, "?view=list")
    assert "自上次查看" not in desk.get(path_of(project))


def test_looking_writes_no_row(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    running(desk, project)
    desk.get(path_of(project))
    for more in ("", "?view=list", "?view=timeline", "?view=print", "?read=1", "landing/", "fresh/?mark=x"):
        with CaptureQueriesContext(connection) as asked:
            desk.client.get(path_of(project, more))
        assert not [row["sql"] for row in asked if re.match(r"(INSERT|UPDATE|DELETE)", row["sql"])], more


@pytest.mark.parametrize("value", ["x", "1.2.3", "-5.5", "99999999999.99999999999", "1e9.1e9", ""])
def test_a_visit_nobody_made_counts_as_none(desk: Desk, value: str) -> None:
    project = guided(desk.county, desk.company)
    desk.client.cookies[f"map_{desk.company.person.pk}"] = value
    assert "自上次查看" not in desk.get(path_of(project))


def test_the_visit_is_kept_for_this_person_and_this_map_alone(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    cookie = desk.client.get(path_of(project)).cookies[f"map_{desk.company.person.pk}"]
    assert cookie["path"] == path_of(project)
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


# -- the refresh


def test_what_is_swapped_in_is_what_a_full_load_shows(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    running(desk, project)
    desk.get(path_of(project))
    desk.moment("2026-11-10 11:00")
    for query in ("", "view=list&sort=due", "view=timeline", f"focus={item_of(project).pk}"):
        full = live(desk.get(path_of(project, f"?{query}")))
        swapped = live(desk.get(path_of(project, f"fresh/?{query}&mark=old")))
        assert swapped == full, query


@pytest.mark.parametrize("what", ["state", "problem", "name", "department", "notice"])
def test_whatever_the_map_shows_changes_its_standing(desk: Desk, what: str) -> None:
    project = guided(desk.county, desk.company)
    item, now = running(desk, project), at("2026-11-06 09:00")
    before = standing_of(project.pk, now).mark
    if what == "state":
        officer = desk.county.actor("approver", item.department.key)
        pause_item(actor=officer, item_id=item.pk, reason="expert_review", note="专家评审", at=at("2026-11-06 08:45"))
    elif what == "problem":
        report_problem(
            actor=desk.county.actor("supervisor"), item_id=item.pk, text="未按时到场", at=at("2026-11-06 08:45")
        )
    elif what == "name":
        Project.objects.filter(pk=project.pk).update(name="改名的项目")
    elif what == "department":
        Department.objects.filter(pk=item.department_id).update(short_name="新名字")
    else:
        CalendarNotice.objects.create(
            on=date(2026, 11, 9), working=False, name="地方假日", source="通知", imported_at=now
        )
    assert standing_of(project.pk, now).mark != before


def test_the_standing_moves_with_a_light_and_with_the_day_but_not_with_the_hours(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    item = running(desk, project)
    work = queries.clocks_of(item)[-1]
    assert work.yellow_from is not None
    morning = standing_of(project.pk, at("2026-11-06 09:00")).mark
    assert standing_of(project.pk, at("2026-11-06 17:00")).mark == morning
    assert standing_of(project.pk, at("2026-11-07 09:00")).mark != morning
    assert (
        standing_of(project.pk, work.yellow_from - timedelta(seconds=1)).mark
        != standing_of(project.pk, work.yellow_from + timedelta(seconds=1)).mark
    )


def test_a_refresh_asks_two_questions_of_the_map_and_sends_nothing_while_nothing_changed(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    grown(project, 60)
    mark = standing_of(project.pk, at("2026-11-06 09:00")).mark
    desk.client.get(path_of(project, f"fresh/?mark={mark}"))
    with CaptureQueriesContext(connection) as asked:
        answer = desk.client.get(path_of(project, f"fresh/?mark={mark}"))
    assert answer.status_code == 204
    assert not answer.content
    assert sum("onemap_mapitem" in row["sql"] or "work_workitem" in row["sql"] for row in asked) == 2


@pytest.mark.parametrize("root", ["", "/staff"])
@pytest.mark.parametrize("more", ["", "?view=list", "?view=timeline", "?view=print", "landing/", "fresh/?mark=x"])
def test_every_view_takes_the_same_queries_with_sixty_matters(desk: Desk, root: str, more: str) -> None:
    project = guided(desk.county, desk.company)
    running(desk, project)
    client = signed_in(desk.company.person) if not root else desk.official()
    path = root + path_of(project, more)
    few = [asked(client, path) for _ in range(2)][1]
    grown(project, 60)
    assert asked(client, path) == few
    assert few <= 14


def asked(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


# -- the board of a large map


def test_what_is_concluded_folds_on_a_large_map_and_stays_open_on_a_small_one(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    small = desk.get(path_of(project))
    assert 'class="folded"' not in small
    grown(project, 60)
    stage = building.scheme_of(project).stages[0].id
    rows = list(MapItem.objects.filter(project=project, position__gte=100, stage=stage).order_by("position")[:4])
    assert len(rows) == 4
    grant_all(rows, at("2026-11-05 11:00"))
    page = desk.get(path_of(project))
    folded = re.findall(r'<details class="folded">.*?</details>', page, re.S)
    assert folded
    for row in rows:
        assert any(f'id="card-{row.pk}"' in part for part in folded)
        assert page.count(f'id="card-{row.pk}"') == 1
        assert f'data-from="{row.pk}"' not in page


def test_each_card_says_in_words_what_it_waits_for_and_what_waits_for_it(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    item = item_of(project)
    card = re.search(rf'<li class="card[^"]*" id="card-{item.pk}".*?</li>', desk.get(path_of(project)), re.S)
    assert card
    for tie in MapItem.objects.filter(project=project, matter_id__in=item.after):
        assert f'<a href="#card-{tie.pk}">{tie.name}</a>' in card.group()
    for tie in queries.opens(item):
        assert f'<a href="#card-{tie.pk}">{tie.name}</a>' in card.group()


def test_a_problem_and_its_handling_both_show_on_the_card(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    item, supervisor = ready(project), desk.county.actor("supervisor")
    found = report_problem(actor=supervisor, item_id=item.pk, text="未按时上门", at=at("2026-11-06 08:45"))
    assert "发现问题：未按时上门" in desk.get(path_of(project))
    handle_problem(actor=supervisor, problem_id=found.pk, handling="已约定改日上门", at=at("2026-11-06 08:50"))
    page = desk.get(path_of(project))
    assert "问题已处理：已约定改日上门" in page
    assert "发现问题" not in page


@pytest.mark.parametrize(("role", "words"), [("approver", "办理"), ("supervisor", "查看")])
def test_each_role_has_its_own_next_action(desk: Desk, role: str, words: str) -> None:
    project = guided(desk.county, desk.company)
    item = running(desk, project)
    person = desk.county.person(role, item.department.key if role == "approver" else "development_reform")
    page = signed_in(person).get(f"/staff{path_of(project)}").content.decode()
    card: Any = re.search(rf'<li class="card[^"]*" id="card-{item.pk}".*?</li>', page, re.S)
    assert f'<a class="act" href="/staff/items/{item.pk}/">{words}<' in card.group()

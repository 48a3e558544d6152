"""一张图 as the company sees it: what the board shows, what its lines connect, and when it is sent again."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client

from tests.apps.county import at
from tests.apps.test_commitments import item_of, promise
from tests.apps.test_onemap import guided, hand_in, ready
from tests.beginnings import begins_with
from tests.web.unit_desk import Desk, new_desk, pdf
from yinuo.engine.rules import pack
from yinuo.faces.onemap.map.board import board
from yinuo.faces.onemap.map.faces import staff
from yinuo.faces.onemap.map.wires import COLUMN, HEIGHT, MIDDLE, ROW, TOP, WIDTH, line
from yinuo.rooms.onemap import building, queries
from yinuo.rooms.onemap.actions import accept, confirm_review, pause_item, report_problem
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Project

pytestmark = begins_with(guided)


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return new_desk(monkeypatch)


def grown(project: Project, total: int) -> None:
    """As many matters on the map as asked for, with the catalogue's own prerequisites."""
    have = set(MapItem.objects.filter(project=project).values_list("matter_id", flat=True))
    scheme = building.scheme_of(project)
    more = [matter for matter in pack().matters.values() if matter.id not in have and "filing" in matter.kinds][
        : total - len(have)
    ]
    on_map = have | {matter.id for matter in more}
    department = MapItem.objects.filter(project=project).first().department  # type: ignore[union-attr]
    MapItem.objects.bulk_create(
        MapItem(
            project=project,
            matter_id=matter.id,
            name=matter.full_name,
            department=department,
            stage=building.stage_of(matter, scheme),
            position=100 + number,
            pre_start=matter.pre_start,
            completion=matter.completion,
            after=building.prerequisites(matter.id, on_map),
            limit_value=7,
        )
        for number, matter in enumerate(more)
    )


# -- what it shows


def test_the_board_has_every_stage_and_matter_and_the_way_to_landing(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    page = desk.get(f"/projects/{project.pk}/map/")
    view = queries.map_of(project.pk, at("2026-11-06 09:00"))
    assert view.plan is not None
    for card in view.cards:
        assert f'id="card-{card.item.pk}"' in page
    for stage in view.stages:
        assert f">{stage.name}</h2>" in page
    landing = view.plan.landing_on
    assert f"{landing.year}年{landing.month}月{landing.day}日" in page
    assert f"还需 {view.plan.working_days} 个工作日" in page
    assert "提前" in page
    assert page.count('class="crit"') == sum(
        a in item_after(project, b) for a, b in zip(view.plan.critical, view.plan.critical[1:], strict=False)
    )


def item_after(project: Project, matter_id: str) -> list[str]:
    return list(MapItem.objects.get(project=project, matter_id=matter_id).after)


def test_each_card_says_what_to_do_next(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    open_item = ready(project)
    promised = item_of(project)
    promise(desk.company, promised, at("2026-11-06 08:40"))
    page = desk.get(f"/projects/{project.pk}/map/")
    assert "公示中" in card_of(page, promised)
    assert f'href="/items/{promised.pk}/commit/"' in card_of(page, promised)
    assert "可办" in card_of(page, open_item)
    waiting = MapItem.objects.get(project=project, matter_id="construction_permit")
    assert "等：" in card_of(page, waiting)
    assert "未到" in card_of(page, waiting)


def card_of(page: str, item: MapItem) -> str:
    found = re.search(rf'<li class="card[^"]*" id="card-{item.pk}".*?</li>', page, re.S)
    assert found
    return found.group()


def test_a_running_matter_shows_its_time_and_a_paused_one_its_pause(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    item = ready(project)
    hand_in(desk.company, item, at("2026-11-05 15:00"))
    handler = desk.county.actor("approver", item.department.key)
    accept(actor=handler, item_id=item.pk, at=at("2026-11-05 16:00"))
    card = card_of(desk.get(f"/projects/{project.pk}/map/"), item)
    assert "正常" in card
    assert "剩 " in card
    pause_item(actor=handler, item_id=item.pk, reason="expert_review", note="专家评审", at=at("2026-11-06 08:45"))
    card = card_of(desk.get(f"/projects/{project.pk}/map/"), item)
    assert "暂停" in card
    assert "11月6日 08:45 起暂停" in card


def test_a_problem_shows_on_its_card(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    item = ready(project)
    report_problem(
        actor=desk.county.actor("supervisor"), item_id=item.pk, text="未按时上门服务", at=at("2026-11-06 08:45")
    )
    assert "发现问题：未按时上门服务" in card_of(desk.get(f"/projects/{project.pk}/map/"), item)


def test_the_list_says_the_same_in_words(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    page = desk.get(f"/projects/{project.pk}/map/?view=list")
    assert '<svg class="wires"' not in page
    assert page.count('<th scope="row">') == MapItem.objects.filter(project=project).count()
    assert "关键链" in page


@begins_with(None)
def test_while_guidance_is_under_way_the_page_names_who_still_answers(desk: Desk) -> None:
    from tests.apps.test_onemap import filed

    project = filed(desk.county, desk.company)
    assert "还没有生成" in desk.get(f"/projects/{project.pk}/map/")
    confirm_review(actor=desk.county.actor("approver"), project_id=project.pk, at=at("2026-11-03 15:00"))
    page = desk.get(f"/projects/{project.pk}/map/")
    assert "各部门正在前期辅导" in page
    for name in queries.map_of(project.pk, at("2026-11-06 09:00")).waiting_departments:
        assert f"<li>{name}</li>" in page


def test_a_focused_card_has_its_ties_drawn_on_a_large_map(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    grown(project, 40)
    permit = MapItem.objects.get(project=project, matter_id="construction_permit")
    assert 'class="tie"' not in desk.get(f"/projects/{project.pk}/map/")
    assert 'class="tie"' in desk.get(f"/projects/{project.pk}/map/?focus={permit.pk}")


# -- the lines


@pytest.mark.parametrize("start", [(0, 0), (0, 3), (1, 2), (3, 0)])
@pytest.mark.parametrize("end", [(0, 1), (0, 3), (1, 0), (2, 2), (3, 4)])
def test_a_line_leaves_one_card_reaches_the_other_and_crosses_none(
    start: tuple[int, int], end: tuple[int, int]
) -> None:
    if start == end:
        return
    points = corners(line(start, end))
    assert on_edge(points[0], start) or on_edge(points[0], end)
    assert on_edge(points[-1], end) or on_edge(points[-1], start)
    for column in range(4):
        for row in range(6):
            left, top = column * COLUMN, TOP + row * ROW
            for (x1, y1), (x2, y2) in pairwise(points):
                inside_x = max(min(x1, x2), left) < min(max(x1, x2), left + WIDTH) or (
                    x1 == x2 and left < x1 < left + WIDTH
                )
                inside_y = max(min(y1, y2), top) < min(max(y1, y2), top + HEIGHT) or (
                    y1 == y2 and top < y1 < top + HEIGHT
                )
                assert not (inside_x and inside_y), (column, row, points)


def corners(path: str) -> list[tuple[int, int]]:
    x = y = 0
    points = []
    for letter, numbers in re.findall(r"([MHV])([-\d ]+)", path):
        values = [int(number) for number in numbers.split()]
        if letter == "M":
            x, y = values
        elif letter == "H":
            x = values[0]
        else:
            y = values[0]
        points.append((x, y))
    return points


def on_edge(point: tuple[int, int], place: tuple[int, int]) -> bool:
    left, top = place[0] * COLUMN, TOP + place[1] * ROW
    sides = point[0] in (left, left + WIDTH) and point[1] == top + MIDDLE
    return sides or (point[0] == left + WIDTH // 2 and point[1] in (top, top + HEIGHT))


# -- sent again only when it has changed


def test_an_unchanged_map_is_not_sent_again_and_a_changed_one_is(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    path = f"/projects/{project.pk}/map/"
    mark = desk.client.get(path).headers["ETag"]
    assert desk.client.get(path, headers={"If-None-Match": mark}).status_code == 304
    promise(desk.company, item_of(project), at("2026-11-06 08:40"))
    answer = desk.client.get(path, headers={"If-None-Match": mark})
    assert answer.status_code == 200
    assert answer.headers["ETag"] != mark


def test_time_alone_changes_a_map_with_a_running_clock(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    item = ready(project)
    hand_in(desk.company, item, at("2026-11-05 15:00"))
    path = f"/projects/{project.pk}/map/"
    mark = desk.client.get(path).headers["ETag"]
    desk.moment("2026-11-12 17:00")
    assert desk.client.get(path, headers={"If-None-Match": mark}).status_code == 200


def test_a_message_to_the_reader_is_never_lost_to_the_cache(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    path = f"/projects/{project.pk}/map/"
    mark = desk.client.get(path).headers["ETag"]
    desk.post("/library/", {"files": pdf()})
    answer = desk.client.get(path, headers={"If-None-Match": mark})
    assert answer.status_code == 200
    assert "已上传 1 个文件" in answer.content.decode()


def test_the_open_page_is_told_of_a_change_and_of_nothing_else(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    asked = re.search(r'hx-get="([^"]+)"', desk.get(f"/projects/{project.pk}/map/"))
    assert asked
    path = asked.group(1)
    desk.moment("2026-11-06 11:00")
    assert desk.client.get(path).status_code == 204
    promise(desk.company, item_of(project), at("2026-11-06 11:10"))
    assert f'id="card-{item_of(project).pk}"' in desk.get(path)


def test_an_open_page_stops_asking_when_its_reader_is_signed_out_and_strangers_are_refused(desk: Desk) -> None:
    path = f"/projects/{guided(desk.county, desk.company).pk}/map/fresh/"
    assert Client().get(path).status_code == 286
    assert desk.stranger().get(path).status_code == 403
    assert desk.official().get(path).status_code == 200


def test_asking_for_changes_does_not_keep_a_session_alive(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    desk.get(f"/projects/{project.pk}/map/")
    seen_at = desk.client.session["seen_at"]
    desk.patch.setattr("time.time", lambda: seen_at + 1000)
    desk.client.get(f"/projects/{project.pk}/map/fresh/")
    assert desk.client.session["seen_at"] == seen_at
    desk.get(f"/projects/{project.pk}/map/")
    assert desk.client.session["seen_at"] == seen_at + 1000


def test_the_map_takes_the_same_queries_with_sixty_matters(desk: Desk, django_assert_num_queries: Any) -> None:
    project = guided(desk.county, desk.company)
    path = f"/projects/{project.pk}/map/"
    desk.get(path)
    with django_assert_num_queries(10):
        desk.get(path)
    grown(project, 60)
    assert MapItem.objects.filter(project=project).count() == 60
    with django_assert_num_queries(10):
        desk.get(path)
    with django_assert_num_queries(10):
        desk.get(f"{path}?view=list")


def test_the_same_map_leads_an_official_to_the_staffs_pages(desk: Desk) -> None:
    project = guided(desk.county, desk.company)
    made = board(queries.map_of(project.pk, at("2026-11-06 09:00")), staff(desk.county.actor("approver")))
    urls = {card.url for stage in made.stages for card in stage.cards}
    assert urls
    assert all(url.startswith("/staff/items/") for url in urls)

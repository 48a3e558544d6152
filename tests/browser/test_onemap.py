"""一张图 of sixty matters before the eyes: every view at three widths, what lights up, what waits, and one sheet of
paper.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.apps.county import at
from tests.browser.live import DESKTOP, PHONE, AtTheBrowser, Live, closing_time, live
from tests.web.bigmap import MOMENT, big_map
from yinuo.engine.people.models import Person
from yinuo.rooms.onemap.actions import report_problem
from yinuo.rooms.onemap.models import MapItem
from yinuo.rooms.projects.models import Project

__all__ = ["closing_time", "live"]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDE = (1920, 1000)
LATER = "2026-11-12 14:20"
VIEWS = (
    "",
    "?view=list&sort=due",
    "?view=timeline",
    "?view=print",
    "landing/",
    "routes/{open}/",
    "due/{paused}/",
    "?focus={open}",
)


def beside(act: Callable[[], Any]) -> Any:
    """Done beside the browser's event loop: a promise is signed at once, and the signing has a loop of its own."""

    def run() -> Any:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result()


@pytest.fixture(scope="module")
def project(live: Live) -> Project:
    company = live.company("积石山绿源有机肥有限公司")
    made: Project = beside(lambda: big_map(live.county, company))
    return made


@pytest.fixture
def person(project: Project) -> Person:
    return Person.objects.get(bindings__unit=project.unit)


def visit(
    live: Live, person: Person, project: Project, size: tuple[int, int] = DESKTOP, **options: Any
) -> AtTheBrowser:
    """The board before the person's eyes, seen some hours before and now again."""
    desk = live.sits(person, MOMENT, f"map-{size[0]}", size, **options)
    desk.go(f"/projects/{project.pk}/map/")
    desk.travel(LATER)
    return desk


def named(project: Project, path: str) -> str:
    rows = MapItem.objects.filter(project=project)
    first = {state: rows.filter(state=state).order_by("position").first() for state in ("open", "paused")}
    promisable = rows.filter(state="open", promisable=True).first()
    assert promisable
    assert first["paused"]
    return f"/projects/{project.pk}/map/{path.format(open=promisable.pk, paused=first['paused'].pk)}"


@pytest.mark.parametrize("size", [DESKTOP, WIDE, PHONE], ids=lambda size: f"{size[0]}px")
def test_every_view_of_sixty_matters_stands_axe_and_the_width(
    live: Live, person: Person, project: Project, size: tuple[int, int]
) -> None:
    desk = visit(live, person, project, size)
    for path in VIEWS:
        desk.go(named(project, path))


def test_without_script_every_view_is_there_and_every_card_says_what_it_waits_for(
    live: Live, person: Person, project: Project
) -> None:
    desk = visit(live, person, project, script=False)
    for path in VIEWS:
        desk.go(named(project, path))
    desk.go(named(project, "?focus={open}"))
    card = desk.page.locator(".card.rel-self")
    expect(card.locator("details.ties dl")).to_be_visible()
    assert desk.page.locator(".wires .tie").count() >= 1
    assert desk.page.locator(".card.rel-before").count() >= 1


def test_twice_the_text_turns_the_board_into_one_column_and_cuts_nothing_off(
    live: Live, person: Person, project: Project
) -> None:
    desk = visit(live, person, project)
    desk.go(named(project, ""))
    desk.story = "map-200"
    for path in VIEWS[:6]:
        desk.page.goto(desk.live.origin + named(project, path))
        desk.page.evaluate("document.documentElement.style.fontSize = '200%'")
        desk.look()
        assert "/map/" in desk.path
    desk.page.goto(desk.live.origin + named(project, ""))
    desk.page.evaluate("document.documentElement.style.fontSize = '200%'")
    cut = (
        "[...document.querySelectorAll('.card h3, .card .when, .card .who')].filter(p => p.scrollWidth > "
        "p.clientWidth + 1).length"
    )
    assert desk.page.evaluate(cut) == 0


def test_more_contrast_is_honoured_on_every_view(live: Live, person: Person, project: Project) -> None:
    desk = visit(live, person, project)
    desk.page.emulate_media(contrast="more")
    desk.story = "map-contrast"
    for path in VIEWS:
        desk.go(named(project, path))


def test_pointer_keyboard_and_finger_light_up_what_a_matter_waits_for_and_what_waits_for_it(
    live: Live, person: Person, project: Project
) -> None:
    desk = visit(live, person, project)
    desk.go(named(project, ""))
    permit = MapItem.objects.get(project=project, matter_id="engineering_planning_permit")
    after = set(
        MapItem.objects.filter(project=project, after__contains=[permit.matter_id]).values_list("pk", flat=True)
    )
    card, page = desk.page.locator(f"#card-{permit.pk}"), desk.page
    for point in (card.hover, card.locator("h3 a").focus):
        page.mouse.move(2, 2)
        page.keyboard.press("Tab")
        point()
        expect(page.locator(".board")).to_have_class("board tracing")
        lit = {int(node.get_attribute("data-card") or 0) for node in page.locator(".card.rel-after").all()}
        assert lit == after
        assert page.locator(".wires path.lit").count() >= len(after)
    page.locator("h1").hover()
    page.evaluate("document.activeElement.blur()")
    expect(page.locator(".board")).to_have_class("board")
    card.locator("details.ties summary").click()
    expect(card.locator("details.ties dl")).to_be_visible()
    page.keyboard.press("Escape")
    expect(card.locator("details.ties dl")).to_be_hidden()


def test_a_refresh_never_comes_under_the_readers_finger_and_comes_when_it_is_away(
    live: Live, person: Person, project: Project
) -> None:
    desk = visit(live, person, project)
    desk.go(named(project, ""))
    page, item = desk.page, MapItem.objects.get(project=project, matter_id="engineering_planning_permit")
    page.locator(f"#card-{item.pk}").hover()
    supervisor = live.county.actor("supervisor")
    beside(lambda: report_problem(actor=supervisor, item_id=item.pk, text="踏勘迟到一小时", at=at(LATER)))
    page.evaluate("htmx.trigger('#onemap', 'refresh')")
    waiting = page.locator(".fresh.waiting")
    expect(waiting).to_be_visible()
    expect(page.locator(f"#card-{item.pk}")).not_to_contain_text("踏勘迟到一小时")
    page.locator("h1").hover()
    page.evaluate("htmx.trigger('#onemap', 'refresh')")
    expect(page.locator(f"#card-{item.pk}")).to_contain_text("踏勘迟到一小时")
    expect(page.locator(".fresh.waiting")).to_be_hidden()
    desk.look()


def test_a_hidden_tab_asks_nothing(live: Live, person: Person, project: Project) -> None:
    desk = visit(live, person, project)
    desk.go(named(project, ""))
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url))
    desk.page.evaluate("Object.defineProperty(document, 'hidden', {get: () => true, configurable: true})")
    desk.page.evaluate("htmx.trigger('#onemap', 'refresh')")
    desk.page.evaluate("Object.defineProperty(document, 'hidden', {get: () => false, configurable: true})")
    with desk.page.expect_response(lambda answer: "/fresh/" in answer.url) as told:
        desk.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert told.value.status == 204
    assert len([url for url in asked if "/fresh/" in url]) == 1


def test_sixty_matters_print_on_exactly_one_sheet_of_a3(live: Live, person: Person, project: Project) -> None:
    desk = visit(live, person, project)
    desk.go(named(project, "?view=print"))
    paper = PdfReader(io.BytesIO(desk.page.pdf(prefer_css_page_size=True, print_background=True)))
    assert len(paper.pages) == 1
    box = paper.pages[0].mediabox
    assert (round(box.width), round(box.height)) == (1191, 842), "A3 across"
    desk.page.emulate_media(media="print")
    over = desk.page.evaluate(
        "[...document.querySelectorAll('.slip')].filter(slip => slip.scrollHeight > slip.clientHeight + "
        "1).map(slip => slip.innerText)"
    )
    assert not over, "cards whose last line falls off"
    below = "document.querySelector('.sheet footer').getBoundingClientRect().top"
    lowest = "Math.max(...[...document.querySelectorAll('.slip')].map(slip => slip.getBoundingClientRect().bottom))"
    assert desk.page.evaluate(f"{lowest} <= {below}")

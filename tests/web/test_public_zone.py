"""The zone: filtered, turned page by page, with what verification found, the certificates,
and a feed of new notices.
"""

from __future__ import annotations

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.web.populated import NOW, Populated
from yinuo.faces.commitments import public as zone
from yinuo.rooms.commitments.models import Commitment, CompletionVerification, Finding
from yinuo.rooms.projects.models import Project

ATOM = "{http://www.w3.org/2005/Atom}"


def page(url: str) -> str:
    answer = Client().get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def rows(url: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="([^"]+)"', page(url))


def test_the_zone_is_narrowed_to_a_department(populated: Populated) -> None:
    assert len(rows("/zone/")) == 2
    assert rows("/zone/?department=ecology") == [f"/zone/{populated.commitments['objected'].pk}/"]
    assert "没有符合条件的" in page("/zone/?department=water")
    # What is no department is no condition.
    assert len(rows("/zone/?department=nonsense")) == 2


def test_what_came_after_is_narrowed_by_how_it_was_kept(populated: Populated) -> None:
    everything = rows("/zone/?view=decided")
    kept, broken = rows("/zone/?view=decided&fulfilment=kept"), rows("/zone/?view=decided&fulfilment=broken")
    assert set(kept).isdisjoint(broken)
    assert set(kept) | set(broken) | set(rows("/zone/?view=decided&fulfilment=rectifying")) == set(everything)


def test_notices_are_turned_by_their_end_and_none_is_seen_twice(
    populated: Populated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zone, "SIZE", 1)
    first = rows("/zone/")
    following = re.search(r'href="(/zone/[^"]+)" rel="next"', page("/zone/"))
    assert following
    second = rows(following[1].replace("&amp;", "&"))
    assert len(first) == len(second) == 1
    assert first != second
    running = Commitment.objects.filter(state__in=["notice", "objected"])
    running.update(notice_until=running.order_by("notice_until")[0].notice_until + timedelta(microseconds=7))
    again = re.search(r'href="(/zone/[^"]+)" rel="next"', page("/zone/"))
    assert again
    assert set(rows("/zone/")) | set(rows(again[1].replace("&amp;", "&"))) == set(first) | set(second)


@pytest.mark.parametrize("after", ["x", "1-", "-1", "99999999999999999-1", "1-99999999999999999", "-"])
def test_a_key_that_is_none_begins_at_the_first_page(populated: Populated, after: str) -> None:
    page(f"/zone/?after={after}")
    page(f"/zone/?view=decided&after={after}")


def test_what_verification_found_is_published_with_how_many_promises_were_kept(populated: Populated) -> None:
    CompletionVerification.objects.update(state="passed", concluded_at=NOW)
    shown = page("/zone/?view=results")
    assert populated.projects["completed"].name in shown
    found = CompletionVerification.objects.get().project.commitments.filter(state="decided")
    kept = found.filter(fulfilment="kept").count()
    assert f"{found.count()} 件，已履行 {kept} 件" in shown


def test_certificates_are_listed_with_their_pledge_and_what_is_void_says_so(populated: Populated) -> None:
    shown = page("/zone/?view=pledges")
    assert populated.projects["running"].certificate.number in shown
    assert "已撤回" in shown
    assert populated.projects["held"].name not in shown


def verified_on(project: Project) -> list[tuple[int, int]]:
    shown = page(f"/verify/{project.code}/{project.unit.credit_code}/")
    return [(int(checked), int(met)) for checked, met in re.findall(r"核验 (\d+) 条，符合 (\d+) 条", shown)]


def test_a_certificate_tells_how_many_requirements_verification_found_kept(populated: Populated) -> None:
    project = populated.projects["completed"]
    before = verified_on(project)
    assert len(before) == 2
    assert all(
        checked == len(row.requirements)
        for row, (checked, _met) in zip(project.commitments.order_by("id"), before, strict=True)
    )
    # The last word on a requirement counts.
    finding = Finding.objects.filter(commitment__project=project, requirement__isnull=False).order_by(
        "commitment_id", "id"
    )[0]
    finding.pk, finding.round, finding.met = None, finding.round + 1, not finding.met
    finding.save()
    after = verified_on(project)
    assert after[0] == (before[0][0], before[0][1] + (1 if finding.met else -1))
    assert after[1] == before[1]


@pytest.mark.parametrize("view", ["notice", "decided", "results", "pledges"])
def test_each_list_is_one_reading(populated: Populated, view: str) -> None:
    client = Client()
    client.get(f"/zone/?view={view}")
    with CaptureQueriesContext(connection) as captured:
        client.get(f"/zone/?view={view}&q=项目")
    assert len(captured) == 1
    assert '"facts"' not in captured[0]["sql"].split(" FROM ")[0]


def test_the_feed_tells_new_notices_and_no_person(populated: Populated) -> None:
    answer = Client().get("/zone/feed/")
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    tree = ElementTree.fromstring(answer.content)
    entries = tree.findall(f"{ATOM}entry")
    assert len(entries) == Commitment.objects.count()
    newest = entries[0]
    assert newest.findtext(f"{ATOM}title", "").startswith(Commitment.objects.order_by("-id")[0].item.name)
    link = newest.find(f"{ATOM}link")
    assert link is not None
    assert link.attrib["href"].startswith("http://testserver/zone/")
    assert "马晓云" not in answer.content.decode()
    again = Client().get("/zone/feed/", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert 'type="application/atom+xml"' in page("/zone/")

"""Pages named in the code and in rows: every name resolves with the arguments given beside it, and no row is given an
address.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

import yinuo
from yinuo.deploy.checks import page_fault
from yinuo.engine.base import PageRef

SOURCE = Path(yinuo.__file__).parent
# What a printed code or a text outside the platform says stays an address for ever; each of these is opened by a test
# of its paper.
PROMISED_ADDRESSES = {"/receipts/", "/regional/", "/verify/"}
# The pages that rows may name. A released version has stored these names: one is taken out only together with a
# migration that
# renames it in the rows.
STORED = """
account_reset_password_from_key(key,uidb36) common:start() entrance:invitation(secret) entrance:unit()
staff:change(request_id) staff:admission(admission_id) public:commitment(commitment_id) public:receipt(receipt_no)
public:regional_result(result_id) public:review(token) staff:agency_request(application_id)
staff:agency_service(agreement_id) staff:assessment(assessment_id) staff:completion(project_id)
staff:coordination_one(coordination_id) staff:deficient_one(deficient_id) staff:guidance(answer_id)
staff:inspection(inspection_id) staff:inspection_plan(plan_id) staff:item(item_id) staff:land_input(input_id)
staff:later(asked_id) staff:manual(project_id) staff:mock(application_id) staff:objection(objection_id)
staff:parcel(parcel_id) staff:project(project_id) staff:promise_closing(commitment_id)
staff:promise_review(commitment_id) staff:proposal(proposal_id) staff:question(question_id)
staff:record(record_id) staff:reform_report(report_id) staff:relief(relief_id) staff:review(project_id)
staff:ruling(ruling_id) staff:service_review(review_id) staff:unit_credit(unit_id) staff:warning(warning_id)
staff:window_close(visit_id) staff:window_visit(visit_id) staff:zone(zone_id) unit:agency(project_id)
unit:audit(project_id) unit:benefits(project_id) unit:commit(item_id) unit:completion(project_id) unit:credit()
unit:deficient(item_id) unit:grants() unit:inspection(inspection_id) unit:item(item_id) unit:land_parcel(parcel_id)
unit:later(item_id) unit:map(project_id) unit:mock(project_id) unit:project(project_id) unit:project_land(project_id)
unit:questions(project_id) unit:review(item_id) unit:ruling(ruling_id) unit:service_review(service_id)
unit:warning(warning_id)
"""


@cache
def named() -> dict[str, list[frozenset[str]]]:
    """Every page of the platform, with the arguments its patterns take."""
    found: dict[str, list[frozenset[str]]] = {}

    def walk(resolver: URLResolver, spaces: tuple[str, ...], taken: frozenset[str]) -> None:
        for part in resolver.url_patterns:
            here = taken | frozenset(part.pattern.regex.groupindex)
            if isinstance(part, URLResolver):
                walk(part, (*spaces, part.namespace) if part.namespace else spaces, here)
            elif isinstance(part, URLPattern) and part.name:
                found.setdefault(":".join((*spaces, part.name)), []).append(here)

    walk(get_resolver(), (), frozenset())
    return found


@cache
def trees() -> list[tuple[str, ast.Module]]:
    return [(str(path.relative_to(SOURCE)), ast.parse(path.read_text())) for path in sorted(SOURCE.rglob("*.py"))]


def calls(*names: str) -> Iterator[tuple[str, ast.Call]]:
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                yield f"{path}:{node.lineno}", node


def references() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Where a page is named for a row, its name and the names of its arguments; those read back from a row are left
    out.
    """
    for place, call in calls("PageRef"):
        if any(word.arg is None for word in call.keywords):
            assert place.startswith(("engine/base.py", "engine/work/models.py", "rooms/figures/queries.py")), (
                f"{place}: write the arguments out"
            )
            continue
        first = call.args[0] if len(call.args) == 1 else None
        assert isinstance(first, ast.Constant), f"{place}: write the name out"
        yield place, str(first.value), frozenset(str(word.arg) for word in call.keywords)


@pytest.mark.slow
def test_every_page_named_for_a_row_exists_and_takes_the_arguments_given() -> None:
    found = list(references())
    assert len(found) > 80
    wrong = [
        f"{place}: {name}({', '.join(sorted(given))})"
        for place, name, given in found
        if given not in named().get(name, [])
    ]
    assert wrong == []


def test_every_page_named_in_views_and_templates_exists() -> None:
    wrong = []
    for place, call in calls("reverse", "redirect"):
        first = call.args[0] if call.args else None
        if (
            isinstance(first, ast.Constant)
            and isinstance(first.value, str)
            and "/" not in first.value
            and first.value not in named()
        ):
            wrong.append(f"{place}: {first.value}")
    for path in SOURCE.rglob("*.html"):
        wrong += [
            f"{path.name}: {name}" for name in re.findall(r"\{% url '([^']+)'", path.read_text()) if name not in named()
        ]
    assert [line for line in wrong if ": admin:" not in line and ": account_" not in line] == []


def first_words(resolver: URLResolver) -> Iterator[str]:
    """What the addresses of the platform begin with."""
    for part in resolver.url_patterns:
        word = str(part.pattern).split("/")[0]
        if word and "<" not in word:
            yield word
        elif isinstance(part, URLResolver):
            yield from first_words(part)


def test_no_room_writes_an_address_of_a_page() -> None:
    address = re.compile(rf"/(?:{'|'.join(sorted(set(first_words(get_resolver()))))})/")
    wrong = [
        f"{path}:{node.lineno}: {node.value}"
        for path, tree in trees()
        if path.startswith(("engine/", "rooms/"))
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and address.match(node.value)
    ]
    assert [line for line in wrong if line.split(": ")[1] not in PROMISED_ADDRESSES] == []
    assert {line.split(": ")[1] for line in wrong} == PROMISED_ADDRESSES


def test_the_pages_that_rows_name_are_the_ones_kept_for_them() -> None:
    used = {f"{name}({','.join(sorted(given))})" for _, name, given in references()}
    assert used == set(STORED.split())


@pytest.mark.parametrize(
    ("page", "args", "fault"),
    [
        ("staff:item", {"item_id": 3}, False),
        ("staff:item", {"item": 3}, True),
        ("staff:gone", {}, True),
    ],
)
def test_a_row_that_names_a_page_no_longer_there_is_noticed(page: str, args: dict[str, int], fault: bool) -> None:
    assert bool(page_fault("work.WorkItem", page, args)) is fault


def test_an_address_is_made_when_it_is_read() -> None:
    assert PageRef("staff:item", item_id=3).url == "/staff/items/3/"
    assert PageRef("staff:item", item_id=3) == PageRef("staff:item", item_id=3) != PageRef("staff:item", item_id=4)

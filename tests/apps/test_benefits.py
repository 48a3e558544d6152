"""What a filed project is told it gets without applying."""

from __future__ import annotations

from datetime import date

from tests.apps.county import Company, County, facts, new_company
from tests.apps.test_onemap import FILED
from yinuo.rooms.projects.actions import file_project
from yinuo.rooms.projects.models import Project
from yinuo.rooms.projects.queries import benefits_for, one

DAY = date(2026, 11, 6)


def filed(company: Company, **changes: object) -> Project:
    made = file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(**changes), pledged=True, at=FILED)
    return one(made.project.pk)


def test_a_good_company_is_told_everything_it_gets_and_an_open_one_last(county: County, company: Company) -> None:
    lines = benefits_for(filed(company), DAY)
    ids = [line.id for line in lines if line.holds]
    assert ids == [
        "benefit.free_agency",
        "benefit.track_support",
        "benefit.priority_permit",
        "benefit.land_preference",
        "benefit.funds_preference",
        "benefit.western_income_tax",
        "benefit.organic_fertiliser_vat",
    ]
    assert [(line.id, line.missing) for line in lines if not line.holds] == [
        ("benefit.regional_results", ("site.zone_id",))
    ]
    assert lines[-1].id == "benefit.regional_results"


def test_each_line_names_who_grants_it_by_which_article_and_whether_that_was_seen(
    county: County, company: Company
) -> None:
    by_id = {line.id: line for line in benefits_for(filed(company), DAY)}
    free = by_id["benefit.free_agency"]
    assert (free.office, free.cites, free.verified) == (
        "积石山县政务服务中心",
        ("积县政办发〔2023〕16号·附件6·二(二)",),
        True,
    )
    tax = by_id["benefit.western_income_tax"]
    assert (tax.office, tax.verified) == ("税务机关", False)


def test_the_boundary_between_a_and_b_decides_on_land_and_funds(county: County) -> None:
    for score, preferred in (("80", False), ("80.01", True)):
        ids = {line.id for line in benefits_for(filed(new_company(f"公司{score}", score)), DAY)}
        assert ({"benefit.land_preference", "benefit.funds_preference"} <= ids) is preferred, score


def test_a_company_in_class_c_is_told_only_what_everybody_gets(county: County) -> None:
    project = filed(new_company("中等公司", "65"), industry="1371", declarations={"catalogue_class": "allowed"})
    assert {line.id for line in benefits_for(project, DAY) if line.holds} == {"benefit.free_agency"}

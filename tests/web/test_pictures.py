"""`make pictures` leaves no page out: every address of the faces is pictured or excused."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from scripts.picture_list import EXCUSED, PAGES

FACES = {"public", "entrance", "unit", "staff", "common", "styleguide"}


def names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern, pattern.namespace or space)
        elif isinstance(pattern, URLPattern) and space in FACES and pattern.name:
            yield f"{space}:{pattern.name}"


def test_every_page_of_the_faces_is_pictured_or_excused() -> None:
    every = set(names(get_resolver()))
    pictured = {page.name for page in PAGES}
    assert len(every) > 80
    assert every - pictured - set(EXCUSED) == set(), "neither pictured nor excused (scripts/picture_list.py)"
    assert set(EXCUSED) - every == set(), "excused, but there is no such address"
    assert {name for name in pictured if ":" in name} - every == set(), "pictured, but there is no such address"
    assert pictured & set(EXCUSED) == set(), "both pictured and excused"


def test_every_excuse_says_why() -> None:
    assert all(len(reason) > 8 for reason in EXCUSED.values())


def test_no_two_pictures_have_one_name() -> None:
    titles = [page.title for page in PAGES]
    assert len(titles) == len(set(titles))


def test_pages_outside_the_faces_have_an_address() -> None:
    for page in PAGES:
        if ":" not in page.name:
            try:
                assert reverse(page.name)
            except NoReverseMatch as error:
                raise AssertionError(page.name) from error

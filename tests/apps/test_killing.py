"""What `survives` finds: an action that commits twice, one that commits by itself, one that writes nothing."""

from __future__ import annotations

import pytest
from django.db import transaction

from tests.apps.killing import survives
from yinuo.apps.people.models import Region


def written(*codes: str) -> None:
    with transaction.atomic():
        for code in codes:
            Region.objects.create(code=code, name="某县")


def test_what_a_kill_leaves_behind_is_found(committed_db: str) -> None:
    assert survives(lambda: written("1", "2")) == 3
    assert Region.objects.count() == 2

    def twice() -> None:
        written("3")
        written("4", "5")

    with pytest.raises(AssertionError, match="killed before statement 5: something was left behind"):
        survives(twice)

    def by_itself() -> None:
        Region.objects.filter(code="1").update(name="某州")
        Region.objects.count()

    with pytest.raises(AssertionError, match="killed before statement 2: something was left behind"):
        survives(by_itself)
    with pytest.raises(AssertionError, match="the action wrote nothing"):
        survives(lambda: Region.objects.count())

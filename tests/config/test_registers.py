"""What the registers name is there, and what the source names is registered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db.models import TextChoices

from yinuo.deploy import registers
from yinuo.engine import register
from yinuo.engine.register import Effect, Leaf, Register, Text, UnitTerm, Words
from yinuo.rooms.deficient.room import ROOM

CACHED = [one for one in vars(register).values() if hasattr(one, "cache_clear")]


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Whatever is derived from the registers is derived anew, in the test and after it."""

    def forget() -> None:
        for one in CACHED:
            one.cache_clear()

    forget()
    yield monkeypatch
    monkeypatch.undo()
    forget()


def given(changed: pytest.MonkeyPatch, room: Register) -> None:
    changed.setattr("yinuo.rooms.deficient.room.ROOM", room)


def test_nothing_is_missing() -> None:
    assert registers.faults() == []


class Strange(TextChoices):
    LETTER = "strange_letter", "奇怪的信"


@pytest.mark.parametrize(
    ("room", "fault"),
    [
        (replace(ROOM, effects=(Effect("nobody.did", "effects.lapsed"),)), "没有登记的动作 nobody.did"),
        (replace(ROOM, effects=(Effect("work.lapsed", "effects.gone"),)), "找不到它"),
        (
            replace(ROOM, leaves=(Leaf("credit.event", frozenset({"x"}), (), "leaves.gone"),)),
            "登记了 yinuo.rooms.deficient.leaves.gone",
        ),
        (replace(ROOM, uses="uses.GONE"), "登记了 yinuo.rooms.deficient.uses.GONE"),
        (replace(ROOM, papers=Strange), "文书 strange_letter 没有登记数据的样子"),
        (replace(ROOM, shapes={"strange_letter": {1: dict}}), "文书 strange_letter 没有第 1 版模板"),
        (
            replace(ROOM, unit_terms={"deficient_opinion": UnitTerm("gap_soon", "never_said")}),
            "没有登记消息 never_said",
        ),
        (replace(ROOM, verbs={}), "没有登记动作 deficient.apply"),
        (replace(ROOM, notices={}), "没有登记消息 gap_asked"),
    ],
)
def test_what_is_missing_is_named(changed: pytest.MonkeyPatch, room: Register, fault: str) -> None:
    given(changed, room)
    found = registers.faults()
    assert any(fault in line for line in found), found


def test_a_word_that_no_call_gives_is_named_with_its_place(changed: pytest.MonkeyPatch) -> None:
    given(changed, replace(ROOM, notices={**ROOM.notices, "gap_asked": Text("x", "{matter}，{moon}")}))
    (line,) = registers.faults()
    assert line.startswith("yinuo/rooms/deficient/actions/acceptance.py:")
    assert line.endswith("：消息 gap_asked 缺少 moon")


def test_one_name_is_registered_once(changed: pytest.MonkeyPatch) -> None:
    given(changed, replace(ROOM, verbs={**ROOM.verbs, "work.lapsed": Words("再来一次")}))
    with pytest.raises(ValueError, match=r"registered twice: work\.lapsed"):
        register.verbs()


def test_a_providers_path_of_the_first_release_still_leads_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from yinuo.config.settings import _provider

    monkeypatch.setenv("YINUO_SIGNING_PROVIDER", "yinuo.apps.documents.development_ca.DevelopmentCA")
    assert _provider("YINUO_SIGNING_PROVIDER", "") == "yinuo.engine.documents.development_ca.DevelopmentCA"
    monkeypatch.setenv("YINUO_CODE_PROVIDER", "yinuo.apps.projects.codes.ProvincialProvider")
    assert _provider("YINUO_CODE_PROVIDER", "") == "yinuo.rooms.projects.codes.ProvincialProvider"
    monkeypatch.setenv("YINUO_CODE_PROVIDER", "county.codes.Own")
    assert _provider("YINUO_CODE_PROVIDER", "") == "county.codes.Own"

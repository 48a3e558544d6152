"""Names told to people have one source."""

from __future__ import annotations

from datetime import date

from yinuo.core.credit import COMMITMENT_FIELDS
from yinuo.engine.rules import pack
from yinuo.site import rule_words


def test_the_fields_of_promises_are_named_as_the_document_names_them() -> None:
    text = next(rule.text for rule in pack().point_rules if "民族团结" in rule.text)
    assert all(name in text for name in COMMITMENT_FIELDS.values())


def test_a_parameter_of_fields_is_told_by_these_names() -> None:
    parameter = pack().parameters["commitment.terminate_fields"]
    told = rule_words.value_text(parameter, parameter.at(date(2026, 11, 24)))
    assert told == "国家安全、民族团结、社会稳定、生态环境、节能减排"

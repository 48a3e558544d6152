"""The gate: what the published lists say of a project, and which of its answers cannot stand together.

The industry selects the entries; capacity, process and owner decide on each. What is known only in part is left to a
reviewer, with the name of the text that was not read: nothing is decided by silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from yinuo.core.dated import all_at
from yinuo.core.facts import ALWAYS, UNKNOWN, Facts, Verdict, all_of, look_up
from yinuo.core.findings import NONE, Finding, condition, labels, place_of
from yinuo.core.industries import CLASS_DIGITS, digits, name_of
from yinuo.core.pack.types import CLASSES, EVERY, LegalList, ListEntry, LowestClass, Pack

INDUSTRY = "industry"
TEXTS = ("name", "content")
LEVELS_ABOVE = ("prefecture", "province", "state")


def gate_findings(facts: Facts, pack: Pack, as_of: date) -> tuple[Finding, ...]:
    """All the lists and checks in force on `as_of`."""
    return (*list_findings(facts, pack, as_of), *check_findings(facts, pack, as_of))


def deciding_level(findings: Sequence[Finding]) -> str:
    """Who decides on the project: the highest level an entry names, else the county."""
    named = {finding.decided_by for finding in findings if finding.ok is False}
    return next((level for level in reversed(LEVELS_ABOVE) if level in named), "county")


def list_findings(facts: Facts, pack: Pack, as_of: date) -> tuple[Finding, ...]:
    """One finding for each entry that applies or that somebody has to look at, else one for each list."""
    lists = all_at(pack.lists, as_of)
    if not lists:
        return ()
    industry = look_up(facts, INDUSTRY)
    if industry is UNKNOWN:
        cites = tuple(dict.fromkeys(cite for one in lists for cite in one.cites))
        return (Finding("list", None, "尚不知国标行业，不能对照目录", cites, frozenset({INDUSTRY})),)
    project = _Project(facts, pack, as_of, digits(str(industry)))
    return tuple(finding for one in lists for finding in project.by_list(one))


def asked_by_lists(facts: Facts, pack: Pack, as_of: date) -> frozenset[str]:
    """The facts that the entries of the project's industry turn on."""
    code = digits(str(look_up(facts, INDUSTRY))) if look_up(facts, INDUSTRY) is not UNKNOWN else ""
    found = {INDUSTRY}
    for one in all_at(pack.lists, as_of):
        entries = _candidates(pack, code).get(one.id, ())
        if one.when and entries:
            concerns = condition(one.when, pack, as_of)(facts)
            found |= concerns.used | concerns.missing
            if concerns.value is not True:
                continue
        for entry in entries:
            bound = condition(entry.when, pack, as_of) if entry.when else ALWAYS
            found |= bound.facts
            if entry.fact and bound(facts).value is not False:
                found.add(entry.fact)
    return frozenset(found)


def _candidates(pack: Pack, code: str) -> dict[str, list[ListEntry]]:
    """The entries that reach the industry, by list."""
    found: dict[str, list[ListEntry]] = {}
    prefixes = (EVERY, *(code[:size] for size in range(2, len(code) + 1)))
    for prefix in prefixes:
        for owner, entry in pack.entries_by_industry.get(prefix, ()):
            found.setdefault(owner, []).append(entry)
    return found


class _Project:
    """One project's facts against the lists of one day."""

    def __init__(self, facts: Facts, pack: Pack, as_of: date, code: str) -> None:
        self.facts, self.pack, self.as_of, self.code = facts, pack, as_of, code
        self.entries = _candidates(pack, code)
        self.said = _said(facts, pack)
        # A code of two or three digits may still become one that an entry names.
        self.open = (
            {
                owner
                for prefix, named in pack.entries_by_industry.items()
                if len(prefix) > len(code) and prefix.startswith(code)
                for owner, _entry in named
            }
            if len(code) < CLASS_DIGITS
            else NONE
        )
        self.trade = f"{name_of(code)}（{code}）"

    def by_list(self, one: LegalList) -> Iterator[Finding]:
        concerns = condition(one.when, self.pack, self.as_of) if one.when else ALWAYS
        reach = concerns(self.facts)
        if reach.value is False:
            return
        missing, used, hit = set[str](), {INDUSTRY}, False
        for entry in self.entries.get(one.id, ()):
            verdict = self._applies(reach, entry)
            used |= verdict.used
            if verdict.value is True:
                hit = True
                yield self._listed(one, entry, verdict)
            elif verdict.value is None:
                missing |= verdict.missing
        confirmed = look_up(self.facts, one.confirm)
        if confirmed is True:
            hit = True
            yield self._confirmed(one)
        elif not hit and missing:
            yield self._open(one, frozenset(missing), frozenset(used))
        elif not hit and one.id in self.open:
            yield self._open(one, frozenset({INDUSTRY}), NONE)
        elif confirmed is UNKNOWN and not hit:
            looks = [*self._by_words(one, reach), *self._in_part(one)]
            hit = bool(looks)
            yield from looks
        if not hit and not missing and one.id not in self.open:
            yield Finding(one.rule, True, f"{self.trade}：没有列入{one.name}", one.cites, used=frozenset(used))

    def _applies(self, reach: Verdict, entry: ListEntry) -> Verdict:
        bound = condition(entry.when, self.pack, self.as_of) if entry.when else ALWAYS
        verdict = all_of(bound, entry.test)(self.facts)
        # Whom the list concerns comes first: nobody is asked about an entry that may not be theirs to answer.
        return verdict if reach.value is True or verdict.value is False else reach

    def _row(self, one: LegalList) -> tuple[str, tuple[str, ...]]:
        """The row of the negative list behind which the list stands, in words, and its basis."""
        row = next((row for row in all_at(self.pack.negative, self.as_of) if row.id == one.row), None)
        return ("", ()) if row is None else (f"，属于{place_of(row)}", row.cites)

    def _listed(self, one: LegalList, entry: ListEntry, verdict: Verdict) -> Finding:
        place, cites = self._row(one)
        why = f"列入{one.name}“{entry.name}”{place}"
        against: tuple[str, ...] = ()
        declared = look_up(self.facts, one.declared) if one.declared else UNKNOWN
        if declared is not UNKNOWN and declared not in one.says:
            against = (one.declared, entry.fact or INDUSTRY)
            label = self.pack.facts.label(one.declared)
            why = f"{why}；申报时“{label}”填的是{_word(self.pack, one.declared, declared)}，两者不符"
        return Finding(
            f"{one.rule}.{entry.id}",
            False,
            why,
            tuple(dict.fromkeys((*cites, *entry.cites))),
            used=verdict.used | {INDUSTRY},
            parameters=verdict.parameters,
            against=against,
            decided_by=entry.decided_by,
        )

    def _confirmed(self, one: LegalList) -> Finding:
        place, cites = self._row(one)
        cites = tuple(dict.fromkeys((*cites, *one.cites)))
        return Finding(
            one.rule, False, f"备案机关确认列入{one.name}{place}", cites, used=frozenset({one.confirm, INDUSTRY})
        )

    def _open(self, one: LegalList, missing: frozenset[str], used: frozenset[str]) -> Finding:
        if missing == {INDUSTRY}:
            why = f"{self.trade}下面的行业有的列入{one.name}：请把国标行业填到四位代码"
        else:
            why = f"是否列入{one.name}，取决于：{labels(missing, self.pack.facts)}"
        return Finding(one.rule, None, why, one.cites, missing, used)

    def _by_words(self, one: LegalList, reach: Verdict) -> Iterator[Finding]:
        """What the project is called and says of itself points to an entry that its industry or its answer does not."""
        if reach.value is not True:
            return
        for path, word, owner, entry in self.said:
            if owner == one.id:
                label = self.pack.facts.label(path)
                why = (
                    f"{label}写有“{word}”，国标行业填的是{self.trade}：是否列入{one.name}“{entry.name}”，"
                    "由备案机关对照原文确认"
                )
                yield Finding(
                    f"{one.rule}.{entry.id}",
                    None,
                    why,
                    entry.cites,
                    frozenset({one.confirm}),
                    frozenset({path, INDUSTRY}),
                    against=(path, INDUSTRY),
                    decided_by=entry.decided_by,
                )

    def _in_part(self, one: LegalList) -> Iterator[Finding]:
        if not one.complete and self.code.startswith(one.partial):
            why = f"{self.trade}在{one.name}中的条目没有收录齐全，缺{one.unread}：是否列入，由备案机关对照原文确认"
            yield Finding(one.rule, None, why, one.cites, frozenset({one.confirm}), frozenset({INDUSTRY}))


def _said(facts: Facts, pack: Pack) -> list[tuple[str, str, str, ListEntry]]:
    """Fact, word, list and entry for each word of a list that the project's own words contain."""
    pattern = _pattern(tuple(pack.entries_by_word))
    found = []
    for path in TEXTS:
        text = look_up(facts, path)
        if pattern is not None and isinstance(text, str):
            for word in dict.fromkeys(pattern.findall(text)):
                found += [(path, word, owner, entry) for owner, entry in pack.entries_by_word[word]]
    return found


@lru_cache(maxsize=8)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str] | None:
    # The longest first, so that a word within another does not hide it.
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True)))) if words else None


def check_findings(facts: Facts, pack: Pack, as_of: date) -> tuple[Finding, ...]:
    """Only what contradicts: answers that cannot stand together, and classes below the lowest there is."""
    found = []
    for check in all_at(pack.checks, as_of):
        verdict = condition(check.when, pack, as_of)(facts)
        if verdict.value is True:
            found.append(
                Finding(
                    f"check.{check.id}",
                    False,
                    check.why,
                    check.cites,
                    used=verdict.used,
                    parameters=verdict.parameters,
                    against=check.facts,
                )
            )
    industry = look_up(facts, INDUSTRY)
    if industry is not UNKNOWN:
        code = digits(str(industry))
        found += [
            _too_low(one, facts, pack, code)
            for size in range(2, len(code) + 1)
            for one in pack.lowest_by_industry.get(code[:size], ())
            if as_of in one.span and _below(one, look_up(facts, one.fact))
        ]
    return tuple(found)


def _below(one: LowestClass, answer: Any) -> bool:
    order = CLASSES[one.fact]
    return answer in order and order.index(answer) < order.index(one.lowest)


def _too_low(one: LowestClass, facts: Facts, pack: Pack, code: str) -> Finding:
    said, least = (_word(pack, one.fact, value) for value in (look_up(facts, one.fact), one.lowest))
    why = (
        f"{pack.facts.label(one.fact)}填的是“{said}”；{name_of(code)}（{code}）至少是“{least}”（{one.name}），两者不符"
    )
    return Finding(
        f"class.{one.id}",
        False,
        why,
        one.cites,
        used=frozenset({one.fact, INDUSTRY}),
        against=(one.fact, INDUSTRY),
    )


def _word(pack: Pack, path: str, value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return pack.facts[path].choices.get(str(value), str(value)) if path in pack.facts else str(value)

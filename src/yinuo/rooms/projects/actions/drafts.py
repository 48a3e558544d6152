from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yinuo.core.calendar import TZ
from yinuo.core.facts import UNKNOWN, look_up
from yinuo.engine.base import Actor, Refused, Stale, check_version, forbid
from yinuo.engine.rules import pack
from yinuo.engine.trail.actions import action, answered, claim, remember
from yinuo.rooms.projects import access
from yinuo.rooms.projects.models import Draft


def refuse_secret(facts: dict[str, Any], at: datetime) -> None:
    """A secret project must not enter: nothing of it is kept, not even a draft. Raises Refused."""
    declarations = facts.get("declarations")
    secret = declarations.get("secret") if isinstance(declarations, dict) else None
    if secret is not False:
        told = secret is True
        raise Refused(
            "projects.secret" if told else "projects.secrecy_undeclared",
            "涉密项目及信息不得通过平台办理和传递，您填写的内容没有保存" if told else "请先声明项目是否涉及国家秘密",
            field="declarations.secret",
            remedy="请直接到县发展和改革局按保密规定办理" if told else "声明不涉密后才能填写",
            cites=pack().cite_texts(pack().parameter("filing.secret_refused", at.astimezone(TZ).date()).cites),
        )


@action
def open_draft(*, actor: Actor, unit_id: int, facts: dict[str, Any], at: datetime, idempotency_key: str = "") -> Draft:
    """A filing begun, after the declaration that it holds no secret."""
    if not access.can_file(actor, unit_id):
        raise forbid("只能为您获授权的单位申报项目")
    refuse_secret(facts, at)
    claimed = claim(actor, idempotency_key, "projects.draft", [unit_id, facts], at=at)
    if (known := answered(claimed)) is not None:
        return Draft.objects.get(pk=known)
    draft = Draft.objects.create(
        unit_id=unit_id, person_id=actor.required_person_id, facts=facts, created_at=at, saved_at=at
    )
    remember(claimed, draft)
    return draft


@action
def save_draft(
    *,
    actor: Actor,
    draft_id: int,
    facts: dict[str, Any],
    step: str,
    version: int | None,
    at: datetime,
    seen: Mapping[str, Any] | None = None,
) -> Draft:
    """Saves one step over the draft; nothing somebody else saved meanwhile is lost.

    `seen` = what the form showed when it was opened, by path. With it a stale form is merged field by field: what it
    did not change stays as saved, what it alone changed is taken; where both changed a field differently it is refused,
    the fields named in `data`. Without it the same step from a stale form is refused as a whole.
    """
    draft = Draft.objects.select_for_update(no_key=True).get(pk=draft_id)
    if not access.can_file(actor, draft.unit_id):
        raise forbid("只能修改本单位的申报")
    if draft.filed_as_id is not None:
        raise Refused("projects.draft_filed", "这份申报已经提交，不能再修改", remedy="请到“我的项目”查看")
    if seen is not None and version is not None and version != draft.version:
        facts = _own_changes(draft, facts, seen)
    elif step == draft.step:
        check_version(draft, version)
    merged = merge(draft.facts, facts)
    refuse_secret(merged, at)
    draft.facts, draft.step, draft.saved_at, draft.version = merged, step, at, draft.version + 1
    draft.save(update_fields=["facts", "step", "saved_at", "version"])
    return draft


def _own_changes(draft: Draft, facts: dict[str, Any], seen: Mapping[str, Any]) -> dict[str, Any]:
    """Of a stale form's facts those it changed itself.

    Raises Stale where somebody else changed the same to something different.
    """
    own: dict[str, Any] = {}
    theirs: dict[str, Any] = {}
    for path, value in flat(facts).items():
        before, saved = seen.get(path), look_up(draft.facts, path)
        saved = None if saved is UNKNOWN else saved
        if value == before:
            continue
        if saved not in (before, value):
            theirs[path] = saved
        own = merge(own, nest(path, value))
    if theirs:
        raise Stale(
            "projects.draft_conflict",
            "您填写的时候，这几项在别处改成了不同的内容，还没有保存",
            remedy="请看一眼别处填的是什么，改好以后再继续",
            data={"theirs": theirs},
        )
    return own


def flat(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Groups to paths: {"site": {"address": …}} → {"site.address": …}."""
    made: dict[str, Any] = {}
    for key, value in facts.items():
        if isinstance(value, dict):
            made |= {f"{key}.{name}": inner for name, inner in value.items()}
        else:
            made[key] = value
    return made


def nest(path: str, value: Any) -> dict[str, Any]:
    group, _, name = path.rpartition(".")
    return {group: {name: value}} if group else {name: value}


def merge(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """`new` over `old`, group by group; an explicit None takes a fact back to unknown."""
    merged = dict(old)
    for key, value in new.items():
        before = old.get(key)
        merged[key] = merge(before if isinstance(before, dict) else {}, value) if isinstance(value, dict) else value
    return merged

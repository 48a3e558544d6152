"""What every room shares: who acts, how an action refuses, and tables that only grow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, models, transaction
from django.urls import reverse


class AppendOnly(models.Model):
    """A table that refuses UPDATE, DELETE and TRUNCATE by rights and by trigger (see config/database.py)."""

    append_only = True

    class Meta:
        abstract = True


class FixedWhenMade(models.Model):
    """A table whose `fixed` columns never change and whose rows never go; `set_once` columns change while the first of
    them is empty.

    By rights and by trigger, as append-only tables.
    """

    fixed: tuple[str, ...] = ()
    set_once: tuple[str, ...] = ()

    class Meta:
        abstract = True


class Versioned(models.Model):
    """A row a form may have gone stale on: every change raises `version`; the form sends back the one it saw."""

    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True


# No row has this number: looked up by where nobody, no hall or no department is meant, and nothing is found.
NO_ROW = 0


class PageRef:
    """A page: the name of its URL pattern and the pattern's arguments. The address is made when it is read.

    Rooms name pages so, and rows store names (`LeadsToPage`): a changed address breaks no row.
    `tests/web/test_page_names.py` checks that every name used in the code resolves with its arguments; name and
    arguments are therefore written out, never computed.

    Example: `PageRef("staff:item", item_id=3).url` is `/staff/items/3/`.
    """

    __slots__ = ("args", "name")

    def __init__(self, name: str, /, **args: int | str) -> None:
        self.name = name
        self.args = args

    def __repr__(self) -> str:
        return f"PageRef({self.name!r}, {self.args!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PageRef) and (self.name, self.args) == (other.name, other.args)

    def __hash__(self) -> int:
        return hash((self.name, tuple(sorted(self.args.items()))))

    @property
    def url(self) -> str:
        """Raises NoReverseMatch for a page that does not exist."""
        return reverse(self.name, kwargs=self.args)


class LeadsToPage(models.Model):
    """A row that leads to a page; `page` is empty where it leads nowhere.

    An upgrade says which names are no page any more.
    """

    page = models.CharField(max_length=40, default="", blank=True)
    page_args = models.JSONField(default=dict, blank=True)

    class Meta:
        abstract = True

    @property
    def page_ref(self) -> PageRef | None:
        return PageRef(self.page, **self.page_args) if self.page else None

    @property
    def url(self) -> str:
        """The page's address now, empty where the row leads nowhere."""
        return reverse(self.page, kwargs=self.page_args) if self.page else ""


@dataclass(frozen=True, slots=True)
class Scope:
    """As far as somebody may act for a unit that is not their own:
    one project, of it all matters (None) or these only.
    """

    project_id: int
    matter_ids: frozenset[str] | None = None

    def covers(self, project_id: int | None, matter_id: str | None) -> bool:
        return project_id == self.project_id and (self.matter_ids is None or matter_id in self.matter_ids)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which role, for which department or unit; ids only, so that names can be erased.

    `role` is one of ROLES; `entrance` says where the act came in: web, api, window, system, agent. Whoever acts for a
    unit without being its authorised person – a clerk at the window for a visitor, an agent under an agreement – has
    its role, and `via` names the row that lets them (“window.visit:12”), `scope` how far it reaches.
    """

    person_id: int | None
    role: str
    department_id: int | None = None
    hall_id: int | None = None
    unit_id: int | None = None
    stage: str = ""
    entrance: str = "web"
    via: str = ""
    scope: Scope | None = None

    @classmethod
    def system(cls) -> Actor:
        return cls(person_id=None, role="system", entrance="system")

    @classmethod
    def public(cls) -> Actor:
        return cls(person_id=None, role="public")

    def through(self, entrance: str) -> Actor:
        return replace(self, entrance=entrance)

    @property
    def required_person_id(self) -> int:
        """For a column that must name who acted. Raises ValueError for an actor who is no person."""
        return _required(self.person_id, "person")

    @property
    def required_department_id(self) -> int:
        """Raises ValueError for an actor of no department."""
        return _required(self.department_id, "department")

    @property
    def required_hall_id(self) -> int:
        """Raises ValueError for an actor of no hall."""
        return _required(self.hall_id, "hall")


def _required(id: int | None, what: str) -> int:
    if id is None:
        raise ValueError(f"the actor has no {what}")
    return id


@dataclass(frozen=True, slots=True)
class StandIn:
    """One way somebody with a role of their own may act for a unit now: an open visit at the window, an agreement in
    force.

    Rooms tell them (`YINUO_STAND_INS`); `actor.via` is the name a page or a machine chooses one by. `title` and `note`
    say what it is and for whom (“窗口代申报”, “来访人 马某”); `back` leads to where it is looked after, `end` is what a
    POST ends it at.
    """

    actor: Actor
    unit_name: str
    unit_code: str
    title: str
    note: str
    back: PageRef
    end: PageRef | None = None
    end_label: str = "结束"


ROLES = {
    "unit": "项目单位",
    "approver": "审批办理人员",
    "general_convener": "总召集人",
    "stage_convener": "阶段召集人",
    "supervisor": "监督员",
    "principal": "主要负责同志",
    "comprehensive": "综合管理部门",
    "administrator": "系统管理员",
    "window": "综合窗口",
    "agent": "代办员",
    "zone": "特殊功能区管委会",
    "utility": "市政公用服务单位",
    "node": "信息链节点",
    "person": "个人账号",
    "public": "公众",
    "system": "系统",
}


# Where somebody acts for a unit who is none of its people, in the words of trail, story and map.
STOOD_IN = {"window": "综合窗口代申报", "agent": "代办员代办"}


class Refused(Exception):
    """An action said no: `message` is for the user's eyes, `remedy` says what to do, `field` names the input at fault.

    `code` is stable and machine-readable: `<room>.<slug>`; `cites` are written citations; `errors` holds one message
    per field. `afterwards`: what is done once the refused action's transaction has been taken back, where others must
    hear of the refusal.
    """

    status = 422
    afterwards: Callable[[], object] | None = None

    def __init__(
        self,
        code: str,
        message: str,
        *,
        field: str = "",
        remedy: str = "",
        cites: Sequence[str] = (),
        errors: dict[str, str] | None = None,
        data: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.remedy = remedy
        self.cites = list(cites)
        self.errors = errors or {}
        self.data = data or {}

    def __str__(self) -> str:
        return f"{self.message}。{self.remedy}" if self.remedy else self.message


class Forbidden(Refused):
    """The actor may not do this to that thing."""

    status = 403


class Stale(Refused):
    """Somebody else changed the thing since the form was opened; nothing was written, nothing typed is lost."""

    status = 409


@contextmanager
def refuse_if_taken(code: str, message: str, *, field: str = "", remedy: str = "") -> Iterator[None]:
    """A write that a constraint of the database refuses becomes a refusal in plain words; the transaction around it
    goes on.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Refused(code, message, field=field, remedy=remedy) from error


def forbid(what: str = "您没有办理这件事的权限") -> Forbidden:
    return Forbidden("access.forbidden", what, remedy="如确需办理，请联系本单位系统管理员或总召集人")


def column_length(model: type[models.Model], name: str) -> int:
    """How many characters a column takes. Raises TypeError for one that says no number."""
    longest = getattr(model._meta.get_field(name), "max_length", None)
    if not isinstance(longest, int):
        raise TypeError(f"{model.__name__}.{name} has no greatest length")
    return longest


def check_version(row: Any, seen: int | None) -> None:
    """Raises Stale when the form was opened on another version; None = the caller did not look first (machines may)."""
    if seen is not None and row.version != seen:
        raise Stale(
            code="stale",
            message="这件事刚刚被别人改动过，您的内容没有提交",
            remedy="请核对最新情况后再提交，已填写的内容仍在页面上",
        )


def save(row: Versioned, *fields: str) -> None:
    """Saves what changed; every change raises the version, so that forms opened before are noticed."""
    row.version += 1
    row.save(update_fields=[*fields, "version"])

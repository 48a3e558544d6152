"""Who plays the journey: an HTTP client that walks step by step, tells each, and stops where something is not as it
should be.
"""

from __future__ import annotations

import http.client
import json
import re
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from yinuo.core.calendar import TZ, WorkCalendar
from yinuo.core.dated import RuleError
from yinuo.core.pack.types import Pack

API = "/api/v1"
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class WentWrong(Exception):
    """A step did not go as expected; the journey ends there."""


class NotTraining(Exception):
    """The instance does not play: it is no training instance, or its key is another."""


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody with a key; the public has none.

    `via`: the visit or the agreement through which a key acts for a unit.
    """

    label: str
    key: str = ""
    via: str = ""


PUBLIC = Who("公众")


@dataclass
class Step:
    """What happened in one step. `refused` is the refusal's code where one was expected."""

    number: int
    at: str
    who: str
    what: str
    request: str
    status: int
    ms: str
    outcome: list[str] = field(default_factory=list)
    refused: str = ""
    cites: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    trail: list[str] = field(default_factory=list)
    ok: bool = True

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Player:
    """One journey: its moment, its people, its steps so far. `project` = whose trail is followed, `owner` its unit."""

    def __init__(self, url: str, token: str, rules: Pack, begins: date, tell: Callable[[Step], None]) -> None:
        parts = urlsplit(url)
        connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self.connection = connect(parts.netloc, timeout=60)
        self.prefix = parts.path.rstrip("/") + API
        self.token = token
        self.rules = rules
        self.calendar = WorkCalendar.from_data(rules.calendar)
        self.tell = tell
        self.steps: list[Step] = []
        self.now = datetime(begins.year, begins.month, begins.day, 8, 40, tzinfo=TZ)
        self.project = 0
        self.owner = PUBLIC
        self.rules_on = self.now.date()
        self.seen = 0
        self.units: list[dict[str, str]] = []
        self.staff: dict[tuple[str, str], Who] = {}
        self.departments: dict[str, str] = {}

    # -- time

    def later(self, working_days: int, clock: str) -> None:
        """Travels so many working days on, to the time of day `clock`; 0 = later today."""
        day = self.now.astimezone(TZ).date()
        if working_days:
            day = self.calendar.add_working_days(day, working_days)
        hour, minute = clock.split(":")
        moment = datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=TZ)
        self.now = max(moment, self.now + timedelta(minutes=1))

    def after(self, instant: str, clock: str) -> None:
        """Travels to the first working day after `instant`, unless it is past already."""
        day = self.calendar.next_working(datetime.fromisoformat(instant).astimezone(TZ).date())
        hour, minute = clock.split(":")
        self.now = max(datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=TZ), self.now)

    @property
    def place(self) -> str:
        """The county as its companies are named after it: 积石山, not 积石山县."""
        return re.sub(r"(自治)?[县区市旗州]$", "", self.county)

    @property
    def county(self) -> str:
        return str(self.rules.parameter("place.name", max(self.today, self.rules.valid_from)).value)

    @property
    def today(self) -> date:
        return self.now.astimezone(TZ).date()

    # -- people

    def gather(self, *names: str) -> None:
        """Fresh companies and everybody who deals with them. Raises NotTraining."""
        status, answer, _ = self._send(
            "POST", "/training/cast", {"units": list(names)}, PUBLIC, {"X-Yinuo-Training": self.token}
        )
        if status != 201:
            raise NotTraining(str(answer.get("message", "")) if status == 403 else "")
        self.units = answer["units"]
        for row in answer["staff"]:
            self.staff[row["role"], row["department"]] = Who(row["name"], row["key"])
        status, guides, _ = self._send("GET", "/guides", None, PUBLIC)
        if status != 200:
            raise NotTraining("读不到办事指南")
        self.departments = {row["id"]: row["department"] for row in guides}

    def unit(self, number: int = 0) -> Who:
        return Who(self.units[number]["name"], self.units[number]["key"])

    def office(self, role: str) -> Who:
        """The one with the role at the filing unit."""
        return next(who for (held, _), who in self.staff.items() if held == role)

    def filing_unit(self) -> Who:
        """An approver where filings are reviewed: the department of the hall's roles."""
        return self.approver(next(department for role, department in self.staff if role == "principal"))

    def approver(self, department: str) -> Who:
        return self.staff["approver", department]

    def handler(self, matter_id: str) -> Who:
        return self.approver(self.departments[matter_id])

    # -- steps

    def post(self, who: Who, what: str, path: str, body: dict[str, Any] | None = None, **options: Any) -> Any:
        return self.step(who, what, "POST", path, body or {}, **options)

    def get(self, who: Who, what: str, path: str, **options: Any) -> Any:
        return self.step(who, what, "GET", path, None, **options)

    def step(
        self,
        who: Who,
        what: str,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        *,
        refused: str = "",
        law: Sequence[str] = (),
        row: str = "",
        key: str = "",
        follow: Callable[[Any], int] | None = None,
        shows: Callable[[Any], Iterable[str]] | None = None,
    ) -> Any:
        """One request as a step of the journey.

        `refused`: the code of the refusal that is right here. `law`: parameters or articles the step follows. `row`:
        what the answer's `id` names. `key`: a chosen idempotency key. `follow`: the project in the answer whose trail
        is followed from here. `shows`: what to tell of the answer. Raises WentWrong.
        """
        status, answer, took = self._send(method, path, body, who, {"Idempotency-Key": key or uuid.uuid4().hex})
        step = Step(
            number=len(self.steps) + 1,
            at=self.now.isoformat(timespec="minutes"),
            who=who.label,
            what=what,
            request=f"{method} {API}{path}",
            status=status,
            ms=f"{took * 1000:.1f}",
            cites=self._law(law),
        )
        self.steps.append(step)
        if status >= 400:
            self._refusal(step, answer)
        else:
            if follow:
                self.project, self.owner, self.seen, self.rules_on = follow(answer), who, 0, self.today
                step.rows.append(f"Project #{self.project}")
            if row:
                step.rows.append(f"{row} #{answer['id']}")
            step.outcome += list(shows(answer)) if shows else []
            step.cites += [cite for cite in _cites(answer) if cite not in step.cites]
        step.ok = step.refused == refused and (status < 400 or bool(refused))
        if method == "POST":
            self._follow(step)
        self.tell(step)
        if not step.ok:
            expected = f"应被拒绝（{refused}）" if refused else "应当办成"
            raise WentWrong(f"第 {step.number} 步“{what}”{expected}，实际 {status} {step.refused}")
        return answer

    def need(self, fact: bool, what: str) -> None:
        """Something that must be so by now. Raises WentWrong."""
        if not fact:
            raise WentWrong(f"第 {len(self.steps)} 步之后：{what}")

    def upload(self, who: Who, name: str, path: str = "/files") -> int:
        """A file handed in; returns its number. Not a step of its own."""
        boundary = uuid.uuid4().hex
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: '
            f"application/pdf\r\n\r\n"
        )
        # No two are the same: what answers a send-back is not what was sent back.
        content = head.encode() + PAPER + f"% {name} {self.now}\r\n--{boundary}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        status, answer, _ = self._send("POST", path, content, who, headers)
        if status != 201:
            raise WentWrong(f"上传“{name}”没有成功：{status} {answer}")
        return int(answer["id"])

    def tick(self) -> dict[str, Any]:
        """What the clock does by itself each minute, done at this moment."""
        return dict(self.post(Who("系统"), "到期处理：灯、暂停期限、公示期满", "/training/tick", shows=_ticked))

    def peek(self, who: Who, path: str) -> Any:
        """A look that is no step of its own. Raises WentWrong."""
        status, answer, _ = self._send("GET", path, None, who)
        if status != 200:
            raise WentWrong(f"GET {path} 没有成功：{status} {answer}")
        return answer

    def download(self, who: Who, path: str) -> bytes:
        status, content, _ = self._exchange("GET", path, None, who, {})
        if status != 200:
            raise WentWrong(f"GET {path} 没有成功：{status}")
        return content

    # -- the wire

    def _send(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | bytes | None,
        who: Who,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Any, float]:
        status, content, took = self._exchange(method, path, body, who, headers or {})
        try:
            return status, json.loads(content), took
        except ValueError:
            return status, {"code": f"http.{status}", "message": content[:200].decode(errors="replace")}, took

    def _exchange(
        self, method: str, path: str, body: dict[str, Any] | bytes | None, who: Who, headers: dict[str, str]
    ) -> tuple[int, bytes, float]:
        sent = {"X-Yinuo-Now": self.now.isoformat(), **headers}
        if who.key:
            sent["Authorization"] = f"Bearer {who.key}"
        if who.via:
            sent["X-Yinuo-Via"] = who.via
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if isinstance(body, dict):
            sent["Content-Type"] = "application/json"
        began = time.perf_counter()
        self.connection.request(method, self.prefix + path, content, sent)
        answer = self.connection.getresponse()
        data = answer.read()
        return answer.status, data, time.perf_counter() - began

    # -- telling

    def _law(self, names: Sequence[str]) -> list[str]:
        """Articles written out. A name without # is a parameter of the pack, and its articles are meant; one that
        begins with # is an article of the county's own document, left out where that document has no such article.
        """
        found: list[str] = []
        for name in names:
            try:
                found += [name] if "#" in name else list(self.rules.parameter(name, self.today).cites)
            except RuleError:
                continue
        whole = [
            f"{self.rules.roles.document}{cite}" if cite.startswith("#") else cite for cite in dict.fromkeys(found)
        ]
        return self.rules.cite_texts([cite for cite in whole if self._known(cite)])

    def _known(self, cite: str) -> bool:
        source, _, article = cite.partition("#")
        return source in self.rules.sources and article in self.rules.sources[source].articles

    def _refusal(self, step: Step, answer: dict[str, Any]) -> None:
        step.refused = str(answer.get("code", f"http.{step.status}"))
        step.outcome.append(f"拒绝：{answer.get('message', '')}")
        step.outcome += [f"　{field}：{message}" for field, message in (answer.get("errors") or {}).items()]
        if answer.get("remedy"):
            step.outcome.append(f"怎么办：{answer['remedy']}")
        step.cites += [cite for cite in answer.get("cites") or [] if cite not in step.cites]

    def _follow(self, step: Step) -> None:
        """The trail entries the step left on the project, and the decisions behind them."""
        if not self.project:
            return
        found = self.peek(self.office("comprehensive"), f"/projects/{self.project}/trail?after={self.seen}")
        for entry in found["items"]:
            self.seen = max(self.seen, entry["id"])
            step.trail.append(f"#{entry['id']} {entry['verb']} {entry['subject_kind']}#{entry['subject_id']}")
            decision = entry["decision"] or {}
            if decision:
                step.outcome.append(f"判定 {decision['question']}：{_said(decision['outcome'])}")
            step.cites += [cite for cite in decision.get("cites", []) if cite not in step.cites]


def _cites(answer: Any) -> list[str]:
    """Citations an answer brings itself, written out already."""
    return [cite for cite in answer.get("cites", []) if "#" not in cite] if isinstance(answer, dict) else []


def _said(outcome: Any) -> str:
    """A decision's outcome in a line; what is a list of its own is told by its length."""
    if not isinstance(outcome, dict):
        return str(outcome)
    words = {True: "是", False: "否", None: "未定"}
    values = {key: f"{len(value)} 项" if isinstance(value, (list, dict)) else value for key, value in outcome.items()}
    return "，".join(
        f"{key}={words.get(value, value) if isinstance(value, bool | None) else value}" for key, value in values.items()
    )


def _ticked(answer: dict[str, Any]) -> list[str]:
    return [f"变灯或恢复 {answer['turned']} 件，公示期满 {answer['notices']} 件"]


def moment(instant: str) -> str:
    """An instant as people of the county read it."""
    return f"{datetime.fromisoformat(instant).astimezone(TZ):%Y-%m-%d %H:%M}"

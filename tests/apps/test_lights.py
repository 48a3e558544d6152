"""Lights that turn and messages that leave: who is told, through which gateway, and what happens when it does not
answer.
"""

from __future__ import annotations

import json
import os
import signal
import socketserver
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core import mail
from django.db import connections

from tests.apps.county import BEGAN, Company, County, at, facts, new_company, new_county, new_person
from tests.apps.test_onemap import guided, hand_in, ready
from tests.beginnings import begins_with
from yinuo.engine.notices.actions import mark_read, tell
from yinuo.engine.notices.channels import SmsGateway
from yinuo.engine.notices.models import Channel, Message
from yinuo.engine.notices.tasks import MAX_ATTEMPTS, send_due
from yinuo.engine.people.models import Department, Hall, Membership, Person, Region
from yinuo.engine.trail.actions import unit_of_work
from yinuo.engine.work.actions import tick
from yinuo.engine.work.models import Reminder, WorkItem
from yinuo.rooms.onemap.actions import accept, pause_item
from yinuo.rooms.projects.actions import file_project

NOON = at("2026-11-06 12:00")
MOMENT = timedelta(microseconds=1)


# -- a gateway of our own


class Gateway:
    """An SMS gateway on this machine; `answer` decides what each request gets."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, Any], str]] = []
        self.answer: Callable[[BaseHTTPRequestHandler], None] = lambda request: reply(request, 200)
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                gateway.requests.append((self.headers["Idempotency-Key"], body, self.headers["Authorization"]))
                gateway.answer(self)

            def do_GET(self) -> None:
                gateway.requests.append(("GET", {}, ""))
                reply(self, 200)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/sms"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def reply(
    request: BaseHTTPRequestHandler, status: int, headers: dict[str, str] | None = None, body: bytes = b"{}"
) -> None:
    request.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    made = Gateway()
    settings.YINUO_SMS_URL, settings.YINUO_SMS_TOKEN = made.url, "令牌".encode().hex()
    yield made
    made.server.shutdown()
    made.server.server_close()


def text_to(person: Person, moment: datetime = NOON) -> Message:
    with unit_of_work():
        tell("urged", at=moment, persons=[person], title="用地预审", note="请加快")
    return Message.objects.get(channel=Channel.SMS, person=person)


def test_a_text_goes_to_the_gateway_with_the_messages_id_as_its_key(county: County, gateway: Gateway) -> None:
    person = new_person("马晓云")
    message = text_to(person)
    send_due(NOON)
    key, body, token = gateway.requests[0]
    assert key == body["id"] == str(message.pk)
    assert (body["phone"], body["text"]) == (person.phone, "【一诺】“用地预审”请加快办理：请加快")
    assert token == f"Bearer {'令牌'.encode().hex()}"
    message.refresh_from_db()
    assert (message.state, message.sent_at, message.attempts) == ("sent", NOON, 1)
    assert send_due(NOON + timedelta(days=1)) == 0
    assert len(gateway.requests) == 1


def cut_short(request: BaseHTTPRequestHandler) -> None:
    reply(request, 200, {"Content-Length": "900"})


def hang_up(request: BaseHTTPRequestHandler) -> None:
    request.connection.close()


def speak_another_language(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"220 mail ready\r\n")


def send_elsewhere(request: BaseHTTPRequestHandler) -> None:
    reply(request, 302, {"Location": "/elsewhere"})


@pytest.mark.parametrize(
    "trouble",
    [
        lambda request: reply(request, 500),
        lambda request: reply(request, 429),
        cut_short,
        hang_up,
        speak_another_language,
        send_elsewhere,
    ],
    ids=["500", "429", "cut short", "hung up", "not http", "redirected"],
)
def test_a_gateway_in_trouble_is_asked_again_later_and_later_with_the_same_key(
    county: County, gateway: Gateway, trouble: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    gateway.answer = trouble
    message = text_to(new_person("马晓云"))
    now, waits = NOON, []
    for number in range(1, 4):
        send_due(now)
        message.refresh_from_db()
        assert (message.state, message.attempts) == ("queued", number)
        assert message.error
        # Not a moment before its time.
        send_due(message.next_attempt_at - MOMENT)
        assert len(gateway.requests) == number
        waits.append(message.next_attempt_at - now)
        now = message.next_attempt_at
    assert waits == [timedelta(minutes=2), timedelta(minutes=4), timedelta(minutes=8)]
    gateway.answer = lambda request: reply(request, 200)
    send_due(now)
    message.refresh_from_db()
    assert (message.state, message.error) == ("sent", "")
    assert {key for key, _, _ in gateway.requests} == {str(message.pk)}


def test_after_the_last_attempt_a_message_has_failed_and_says_why(county: County, gateway: Gateway) -> None:
    gateway.answer = lambda request: reply(request, 503)
    message = text_to(new_person("马晓云"))
    now = NOON
    for _ in range(MAX_ATTEMPTS + 2):
        send_due(now)
        message.refresh_from_db()
        now = max(now, message.next_attempt_at)
    assert (message.state, message.attempts) == ("failed", MAX_ATTEMPTS)
    assert "503" in message.error
    assert len(gateway.requests) == MAX_ATTEMPTS


def test_one_message_that_does_not_leave_holds_up_no_other(county: County, gateway: Gateway) -> None:
    first, second = new_person("甲"), new_person("乙")
    bad = text_to(first, NOON - timedelta(minutes=5))
    good = text_to(second)
    gateway.answer = lambda request: reply(request, 500 if gateway.requests[-1][0] == str(bad.pk) else 200)
    send_due(NOON)
    good.refresh_from_db()
    assert good.state == "sent"


def test_without_a_gateway_there_is_a_line_that_does_not_show_the_whole_number(county: County, capsys: Any) -> None:
    person = new_person("马晓云")
    text_to(person)
    send_due(NOON)
    line = next(line for line in capsys.readouterr().out.splitlines() if "短信" in line)
    assert person.phone not in line
    assert "请加快" in line


@begins_with(guided)
def test_a_gateway_that_is_not_encrypted_is_not_used() -> None:
    with pytest.raises(ValueError, match="https"):
        SmsGateway("http://sms.example.org/send", "x")


def test_a_text_leaves_though_the_worker_is_killed_between_the_gateway_and_the_commit(
    committed_db: str, gateway: Gateway
) -> None:
    """The gateway has it, the database does not know: it leaves again, and its key tells the gateway that it is the
    same.
    """
    company = new_county() and new_company()
    file_project(actor=company.actor, unit_id=company.unit.pk, facts=facts(), pledged=True, at=NOON)
    waiting = Message.objects.filter(channel=Channel.SMS)
    assert waiting.count() >= 1
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            send_due(NOON)
        finally:
            os._exit(1)
    gateway.answer = lambda request: os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert len(gateway.requests) == 1
    assert not waiting.exclude(state="queued").exists()
    gateway.answer = lambda request: reply(request, 200)
    send_due(NOON)
    keys = [key for key, _, _ in gateway.requests]
    assert keys[0] in keys[1:]
    assert set(keys) == {str(pk) for pk in waiting.values_list("pk", flat=True)}
    assert not waiting.exclude(state="sent").exists()


# -- mail


class MailStub(socketserver.StreamRequestHandler):
    """As much SMTP as a letter needs."""

    letters: list[str]

    def handle(self) -> None:
        self.say("220 ready")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "DATA":
                self.say("354 go on")
                lines = iter(lambda: self.rfile.readline().decode(), ".\r\n")
                type(self).letters.append("".join(lines))
            self.say("221 bye" if verb == "QUIT" else "250 ok")
            if verb == "QUIT":
                return

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


def written_to(person: Person) -> Message:
    with unit_of_work():
        tell("filed", at=NOON, persons=[person], project="有机肥项目", code="2611-622927-04-01-123456")
    return Message.objects.get(channel=Channel.MAIL, person=person)


def test_a_mail_leaves_by_smtp_with_the_messages_id(county: County, settings: Any) -> None:
    handler = type("Handler", (MailStub,), {"letters": []})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.server_address[1]
        person = new_person("马晓云")
        message = written_to(person)
        send_due(NOON)
        server.shutdown()
    message.refresh_from_db()
    assert message.state == "sent", message.error
    [letter] = handler.letters
    assert f"Message-ID: <{message.pk}@yinuo>" in letter
    assert f"To: {person.email}" in letter


def test_a_mail_server_that_is_not_there_is_asked_again(county: County, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    message = written_to(new_person("马晓云"))
    send_due(NOON)
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("queued", 1)


def test_an_address_that_would_write_headers_of_its_own_is_not_written_to(county: County) -> None:
    person = new_person("马晓云")
    Person.objects.filter(pk=person.pk).update(email="a@example.org\nBcc: b@example.org")
    person.refresh_from_db()
    message = written_to(person)
    send_due(NOON)
    message.refresh_from_db()
    assert message.state == "queued"
    assert "newline" in message.error.lower()
    assert mail.outbox == []


def test_an_in_site_message_is_there_at_once_and_read_once(county: County) -> None:
    person = new_person("马晓云")
    text_to(person)
    message = Message.objects.get(channel=Channel.SITE, person=person)
    mark_read(message=message, at=NOON)
    mark_read(message=message, at=NOON + timedelta(days=1))
    message.refresh_from_db()
    assert message.read_at == NOON


def test_who_has_no_number_gets_no_text_but_reads_it_in_the_site(county: County) -> None:
    person = Person.objects.create(username="nophone", name="无手机")
    with unit_of_work():
        tell("urged", at=NOON, persons=[person], title="用地预审", note="快")
    assert list(Message.objects.filter(person=person).values_list("channel", flat=True)) == ["site"]


# -- lights


@pytest.fixture
def item(county: County, company: Company) -> WorkItem:
    """An accepted matter with a handler, in a hall with every role."""
    for role in ("supervisor", "general_convener", "comprehensive", "administrator"):
        county.actor(role)
    chosen = ready(guided(county, company))
    hand_in(company, chosen, at("2026-11-06 09:00"))
    accept(actor=county.actor("approver", chosen.department.key), item_id=chosen.pk, at=at("2026-11-06 10:00"))
    Message.objects.all().delete()
    return WorkItem.objects.get(kind="limit")


def told(template: str) -> set[str]:
    """Names of those who were told of a light."""
    return set(Message.objects.filter(template=template).values_list("person__name", flat=True))


def turns(item: WorkItem) -> tuple[datetime, datetime]:
    assert item.yellow_from is not None
    assert item.due_at is not None
    return item.yellow_from, item.due_at


@begins_with(guided)
def test_yellow_goes_to_handler_and_supervisor_and_red_to_the_general_convener_too(
    county: County, item: WorkItem
) -> None:
    yellow, due = turns(item)
    tick(yellow - MOMENT)
    assert told("yellow") == set()
    tick(yellow)
    handler = item.assignee.name if item.assignee else ""
    assert told("yellow") == {handler, county.person("supervisor").name}
    tick(due)
    assert told("red") == set()
    tick(due + MOMENT)
    assert told("red") == {handler, county.person("supervisor").name, county.person("general_convener").name}
    channels = set(
        Message.objects.filter(template="red", person=county.person("general_convener")).values_list(
            "channel", flat=True
        )
    )
    assert channels == {"site", "sms"}


@begins_with(guided)
def test_a_light_is_told_once_however_often_the_ticker_runs(item: WorkItem) -> None:
    yellow, due = turns(item)
    for moment in (yellow, yellow, yellow + timedelta(hours=1), due + MOMENT, due + MOMENT, due + timedelta(days=9)):
        tick(moment)
    assert sorted(Reminder.objects.filter(item=item).values_list("light", flat=True)) == ["red", "yellow"]
    for template in ("yellow", "red"):
        sent = list(Message.objects.filter(template=template, channel="site").values_list("person", flat=True))
        assert len(sent) == len(set(sent)) >= 2


@begins_with(guided)
def test_a_ticker_that_comes_late_tells_both_lights(item: WorkItem) -> None:
    _, due = turns(item)
    tick(due + timedelta(days=30))
    assert told("yellow")
    assert told("red") > told("yellow")


@begins_with(guided)
def test_nobody_outside_the_hall_and_nobody_whose_role_has_ended_is_told(county: County, item: WorkItem) -> None:
    abroad = Hall.objects.create(name="东乡县大厅", region=Region.objects.create(code="622926", name="东乡县"))
    office = Department.objects.create(hall=abroad, key="development_reform", name="发改局", short_name="发改局")
    for role in ("supervisor", "general_convener"):
        Membership.objects.create(person=new_person(f"东乡{role}"), department=office, role=role, from_on=BEGAN)
    left = county.add("general_convener", "water")
    Membership.objects.filter(pk=left.pk).update(to_on=at("2026-11-07 00:00").date())
    Person.objects.filter(pk=left.person_id).update(name="离任总召集人")
    off = county.add("supervisor", "water")
    Person.objects.filter(pk=off.person_id).update(name="停用监督员", is_active=False)
    tick(turns(item)[1] + timedelta(days=1))
    assert not told("red") & {"离任总召集人", "停用监督员", "东乡supervisor", "东乡general_convener"}
    assert county.person("general_convener").name in told("red")


@begins_with(guided)
def test_an_item_given_to_nobody_is_told_to_everybody_of_its_department(county: County, item: WorkItem) -> None:
    WorkItem.objects.filter(pk=item.pk).update(assignee=None)
    assert item.department is not None
    colleagues = set()
    for number in range(2):
        member = county.add("approver", item.department.key)
        Person.objects.filter(pk=member.person_id).update(name=f"同事{number}")
        colleagues.add(f"同事{number}")
    tick(turns(item)[0])
    assert colleagues < told("yellow")


@begins_with(guided)
def test_a_paused_clock_turns_no_light_until_its_pause_ends_itself(county: County, item: WorkItem) -> None:
    before = turns(item)
    assert item.department is not None
    approver = county.actor("approver", item.department.key)
    pause_item(
        actor=approver,
        item_id=item.subject_id,
        reason="consult_departments",
        note="征求意见",
        at=at("2026-11-09 08:30"),
    )
    item.refresh_from_db()
    ends = item.pause_ends_at
    assert ends is not None
    tick(ends - MOMENT)
    assert not Reminder.objects.exists()
    tick(ends)
    item.refresh_from_db()
    after = turns(item)
    assert item.state == "running"
    assert after[0] > before[0]
    tick(after[0])
    assert list(Reminder.objects.values_list("light", flat=True)) == ["yellow"]

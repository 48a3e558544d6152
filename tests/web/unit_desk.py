"""A company at its desk: signed in, at a set moment, with a county behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.apps.county import Company, County, at, new_company, new_county
from tests.apps.test_onemap import PDF
from tests.web.staffdesk import BACKEND, signed_in, whole
from yinuo.engine.work.clocks import forget_calendar


@dataclass
class Desk:
    county: County
    company: Company
    client: Client
    patch: pytest.MonkeyPatch

    def moment(self, text: str) -> None:
        """Another time; the session of before would have ended, so the company signs in again."""
        self.patch.setattr("django.utils.timezone.now", lambda: at(text))
        self.client.force_login(self.company.person, backend=BACKEND)

    def get(self, path: str, status: int = 200, **headers: Any) -> str:
        answer = self.client.get(path, **headers)
        assert answer.status_code == status, f"{path}: {answer.status_code}"
        return whole(answer.content.decode())

    def post(self, path: str, data: dict[str, Any] | None = None, status: int = 302) -> Any:
        answer = self.client.post(path, data or {})
        assert answer.status_code == status, f"{path}: {answer.status_code} {errors_in(answer)}"
        return answer

    def stranger(self) -> Client:
        """Somebody of another company."""
        return signed_in(new_company("积石山红崖建材有限公司").person)

    def official(self) -> Client:
        return signed_in(self.county.person("approver"))


def errors_in(answer: Any) -> str:
    text = answer.content.decode(errors="replace")
    return text[text.find('class="errors"') :][:600] if 'class="errors"' in text else ""


def new_desk(patch: pytest.MonkeyPatch, moment: str = "2026-11-06 09:00", score: str | None = "86") -> Desk:
    forget_calendar()
    county, company = new_county(), new_company(score=score)
    desk = Desk(county, company, signed_in(company.person), patch)
    desk.moment(moment)
    return desk


def pdf(name: str = "材料.pdf", note: bytes = b"") -> SimpleUploadedFile:
    """A file nobody else has uploaded, when `note` is given."""
    return SimpleUploadedFile(name, PDF + note, content_type="application/pdf")


def value_of(page: str, name: str) -> str:
    """The value of the hidden or text input called `name`."""
    import re

    found = re.search(rf'<input[^>]*name="{re.escape(name)}"[^>]*>', page)
    assert found, name
    value = re.search(r'value="([^"]*)"', found.group())
    return value.group(1) if value else ""

"""Who gives a project its code: the province's platform, or, standing in for it, the local provider (GB/T 40058)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from yinuo.core.calendar import TZ
from yinuo.core.codes import make_project_code

# GB/T 40058 types: 01 基本建设 … 05 其他. 平台暂按基本建设赋码，技术改造由事实 construction.renovation 区分。
BASIC_CONSTRUCTION = "01"


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """What a code is asked for with; `key` is the same for every asking about one project, so that no second code is given."""

    key: str
    region: str
    department: str
    kind: str
    at: datetime


class CodeProvider(Protocol):
    def assign(self, request: CodeRequest) -> str | None:
        """A code, or None while it is being assigned (赋码中); asking again with the same key never gives a second one."""


class LocalProvider:
    """Random codes, so that nobody can count or guess them; the database refuses a duplicate and the caller asks again."""

    def assign(self, request: CodeRequest) -> str:
        moment = request.at.astimezone(TZ)
        return make_project_code(f"{moment:%y%m}", request.region, request.department, request.kind, f"{secrets.randbelow(100_000):05d}")


@lru_cache(maxsize=1)
def provider() -> CodeProvider:
    made: CodeProvider = import_string(settings.YINUO_CODE_PROVIDER)()
    return made

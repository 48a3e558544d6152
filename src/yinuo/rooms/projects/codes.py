"""Who gives a project its code: the province's platform, or, standing in for it, the local provider (GB/T 40058)."""

from __future__ import annotations

import http.client
import json
import logging
import secrets
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.module_loading import import_string

from yinuo.core.calendar import TZ
from yinuo.core.codes import CodeError, make_project_code, parse_project_code

log = logging.getLogger(__name__)

# GB/T 40058 types: 01 基本建设 … 05 其他. 平台暂按基本建设赋码，技术改造由事实 construction.renovation 区分。
BASIC_CONSTRUCTION = "01"


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """What a code is asked for with; `key` is the same for every asking about one project, so that no second code is
    given.
    """

    key: str
    region: str
    department: str
    kind: str
    at: datetime


class CodeProvider(Protocol):
    def assign(self, request: CodeRequest) -> str | None:
        """A code, or None while it is being assigned (赋码中);
        asking again with the same key never gives a second one.
        """


class LocalProvider:
    """Random codes, so that nobody can count or guess them;
    the database refuses a duplicate and the caller asks again.
    """

    def assign(self, request: CodeRequest) -> str:
        moment = request.at.astimezone(TZ)
        return make_project_code(
            f"{moment:%y%m}", request.region, request.department, request.kind, f"{secrets.randbelow(100_000):05d}"
        )


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirected POST would arrive as an empty GET, and the token would go with it."""

    def redirect_request(self, *_: Any) -> None:
        return None


_direct = urllib.request.build_opener(_NoRedirects)
ANSWER_LIMIT = 16 * 1024


class ProvincialProvider:
    """The province's platform through HTTP: POST JSON {region, department, kind, at}; the answer is {"code": …} or
    {"pending": true}.

    `Idempotency-Key` is the request's key. Whatever is no valid code of the region means pending: the same key is asked
    with again.
    """

    def __init__(self, url: str = "", token: str = "", timeout: float = 2) -> None:
        self.url, self.token, self.timeout = url or settings.YINUO_CODE_URL, token or settings.YINUO_CODE_TOKEN, timeout
        parts = urlsplit(self.url)
        if parts.scheme != "https" and (parts.scheme, parts.hostname) not in (
            ("http", "127.0.0.1"),
            ("http", "localhost"),
        ):
            raise ValueError("请在 YINUO_CODE_URL 填写省级平台赋码接口的地址，须用 https")

    def assign(self, request: CodeRequest) -> str | None:
        try:
            answer = self._within_time(request)
        except urllib.error.HTTPError as error:
            # 4xx and redirects do not pass by themselves: somebody has to look at the settings.
            log.log(
                logging.WARNING if error.code >= 500 else logging.ERROR,
                "code platform answered %s for %s",
                error.code,
                request.key,
            )
            return None
        except (OSError, http.client.HTTPException) as error:
            log.warning("code platform not reached for %s: %s", request.key, error or type(error).__name__)
            return None
        try:
            return _code_of(answer, request)
        except (ValueError, RecursionError) as error:
            log.error("code platform gave a wrong answer for %s: %s", request.key, error)
            return None

    def _within_time(self, request: CodeRequest) -> bytes:
        """The answer's body.

        A socket's own time limit starts anew at every byte and leaves out the name's look-up; this one does not.
        """
        got: list[bytes | Exception] = []

        def ask() -> None:
            try:
                got.append(self._ask(request))
            except Exception as error:
                got.append(error)

        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        thread.join(self.timeout)
        if not got:
            raise TimeoutError("no answer in time")
        if isinstance(got[0], Exception):
            raise got[0]
        return got[0]

    def _ask(self, request: CodeRequest) -> bytes:
        asked = {
            "region": request.region,
            "department": request.department,
            "kind": request.kind,
            "at": request.at.isoformat(),
        }
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": request.key,
            "Authorization": f"Bearer {self.token}",
        }
        made = urllib.request.Request(self.url, data=json.dumps(asked).encode(), headers=headers)  # noqa: S310  the scheme is checked above
        try:
            with _direct.open(made, timeout=self.timeout) as response:
                body: bytes = response.read(ANSWER_LIMIT)
                return body
        except urllib.error.HTTPError as error:
            error.close()
            raise


def _code_of(answer: bytes, request: CodeRequest) -> str | None:
    """The code in an answer, or None for pending. Raises ValueError for anything else."""
    told = json.loads(answer)
    if not isinstance(told, dict):
        raise ValueError("not an object")
    if told.get("pending") is True:
        return None
    code = told.get("code")
    if not isinstance(code, str):
        raise CodeError("既没有代码，也没有说明正在赋码")
    parsed = parse_project_code(code)
    if parsed.style != "current" or parsed.region != request.region:
        raise CodeError(f"{code} 不是 {request.region} 的现行项目代码")
    return code


@lru_cache(maxsize=1)
def provider() -> CodeProvider:
    made: CodeProvider = import_string(settings.YINUO_CODE_PROVIDER)()
    return made

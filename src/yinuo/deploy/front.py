"""Between the web server and the pages: a request is taken in whole before a thread begins on it, and the answer is
handed over whole.

A browser on a slow line, or somebody who sends a byte a minute, then costs a little memory and none of the few threads:
the server's event loop waits for them. What comes too slowly or is too much is refused.
"""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from urllib.parse import unquote_to_bytes

from granian.rsgi import HTTPProtocol, ProtocolClosed, Scope

# In one process at a time: threads that make pages, and requests of one address that are being taken in or answered.
THREADS = 4
MOST_OF_ONE_ADDRESS = 40
# A body: at most so much (ten files of 20 MB and the form), a pause of so long, and so long altogether for each
# megabyte and the first.
LARGEST = 210 * 1024 * 1024
PAUSE_SECONDS = 15
SECONDS_A_MEGABYTE = 60
IN_MEMORY = 1024 * 1024

Answer = tuple[int, list[tuple[str, str]], bytes]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class TooSlow(Exception):
    """The body did not come in time."""


class TooLarge(Exception):
    """The body is more than anybody may send."""


class Front:
    """`application`: WSGI. `proxied`: a proxy tells the visitor's address in the last entry of X-Forwarded-For.

    `most`: requests of one address at a time; `pause`: seconds between two pieces of a body.
    """

    def __init__(
        self,
        application: Application,
        *,
        proxied: bool = False,
        most: int = MOST_OF_ONE_ADDRESS,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        self.application, self.proxied, self.most, self.pause = application, proxied, most, pause
        self.pool = ThreadPoolExecutor(THREADS, thread_name_prefix="pages")
        self.present: Counter[str] = Counter()

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        address = self._address(scope)
        if self.present[address] >= self.most:
            protocol.response_str(429, PLAIN, "同一地址同时打开的请求太多，请稍后再试")
            return
        self.present[address] += 1
        try:
            await self._serve(scope, protocol)
        finally:
            self.present[address] -= 1
            if not self.present[address]:
                del self.present[address]

    async def _serve(self, scope: Scope, protocol: HTTPProtocol) -> None:
        try:
            body, size = await taken_in(scope, protocol, self.pause)
        except TooLarge:
            protocol.response_str(413, PLAIN, "内容太大")
            return
        except TooSlow:
            protocol.response_str(408, PLAIN, "内容没有在时限内传完，请重试")
            return
        except ProtocolClosed:
            return
        with body:
            status, headers, content = await asyncio.get_running_loop().run_in_executor(
                self.pool, answer_of, self.application, environ_of(scope, body, size)
            )
        protocol.response_bytes(status, headers, content)

    def _address(self, scope: Scope) -> str:
        told = scope.headers.get("x-forwarded-for") if self.proxied else None
        return told.rsplit(",", 1)[-1].strip() if told else host_of(scope.client)


PLAIN = [("content-type", "text/plain; charset=utf-8"), ("connection", "close")]


def host_of(client: str) -> str:
    """The address of `host:port`."""
    return client.rpartition(":")[0].strip("[]")


async def taken_in(scope: Scope, protocol: HTTPProtocol, pause: float = PAUSE_SECONDS) -> tuple[IO[bytes], int]:
    """The body from its first byte, and its size. Raises: TooLarge, TooSlow, ProtocolClosed (the visitor has gone)."""
    length = scope.headers.get("content-length")
    if length is not None and length.isascii() and length.isdecimal() and int(length) > LARGEST:
        raise TooLarge
    if scope.method in ("GET", "HEAD") and length in (None, "0") and scope.headers.get("transfer-encoding") is None:
        return io.BytesIO(), 0
    body: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed by who answers
    size, began, chunks = 0, asyncio.get_running_loop().time(), protocol.__aiter__()
    try:
        while True:
            try:
                async with asyncio.timeout(pause):
                    chunk = await chunks.__anext__()
            except StopAsyncIteration:
                break
            except TimeoutError as error:
                raise TooSlow from error
            size += len(chunk)
            if size > LARGEST:
                raise TooLarge
            if asyncio.get_running_loop().time() - began > SECONDS_A_MEGABYTE * (1 + size // IN_MEMORY):
                raise TooSlow
            body.write(chunk)
    except BaseException:
        body.close()
        raise
    body.seek(0)
    return body, size


def environ_of(scope: Scope, body: IO[bytes], size: int) -> dict[str, Any]:
    """The request as WSGI has it (PEP 3333)."""
    name, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope.path).decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": name,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": host_of(scope.client),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for header, value in scope.headers.items():
        key = header.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            environ[key] = value
        elif key not in ("CONTENT_LENGTH", "TRANSFER_ENCODING"):
            known, joint = environ.get(f"HTTP_{key}"), "; " if key == "COOKIE" else ","
            environ[f"HTTP_{key}"] = value if known is None else f"{known}{joint}{value}"
    if scope.authority and "HTTP_HOST" not in environ:
        environ["HTTP_HOST"] = scope.authority
    if size or "CONTENT_TYPE" in environ:
        environ["CONTENT_LENGTH"] = str(size)
    return environ


def answer_of(application: Application, environ: dict[str, Any]) -> Answer:
    """What the application says, whole."""
    started: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
        started[:] = [int(status.split(" ", 1)[0]), headers]
        return written.append

    written: list[bytes] = []
    parts = application(environ, start)
    try:
        written.extend(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    status, headers = started
    return status, [(name.lower(), value) for name, value in headers], b"".join(written)


def _application() -> Front:
    from yinuo.deploy.wsgi import application

    return Front(application, proxied=os.environ.get("YINUO_BEHIND_PROXY") == "1")


def __getattr__(name: str) -> Any:
    """Made when the server asks for it: tests read this module without the whole house."""
    if name == "application":
        globals()[name] = made = _application()
        return made
    raise AttributeError(name)

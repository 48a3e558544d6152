"""`make pictures`: every page of every face on the demonstration's data, on a desk and on a phone, into
build/pictures/.

Run: python scripts/pictures.py [words of page names …]. build/pictures/index.html shows them side by side.
"""

from __future__ import annotations

import html
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
PICTURES = ROOT / "build" / "pictures"
# Root's database belongs to another account, which does not get into somebody's home.
HOME = Path("/var/lib/yinuo-pictures") if os.geteuid() == 0 else ROOT / "build" / "pictures-data"
WIDTHS = {1280: 900, 390: 844}
READY_WITHIN_SECONDS = 600


@contextmanager
def instance() -> Iterator[str]:
    """A demonstration of its own on a free port; its address. Gone afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.parent.mkdir(parents=True, exist_ok=True)
    log = HOME.with_suffix(".log")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("YINUO_", "DJANGO_"))}
    command = [
        sys.executable,
        "-c",
        "from yinuo.deploy.cli import main; main()",
        "up",
        "--demo",
        "--port",
        str(port),
        "--data",
        str(HOME),
    ]
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command, stdout=sink, stderr=sink, env={**environment, "PYTHONPATH": str(ROOT / "src")}
        )
    try:
        until = time.monotonic() + READY_WITHIN_SECONDS
        while "已就绪" not in log.read_text(encoding="utf-8"):
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"演示没有起来：\n{log.read_text(encoding='utf-8')[-2000:]}")
            time.sleep(0.5)
        yield f"http://localhost:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        shutil.rmtree(HOME, ignore_errors=True)
        log.unlink(missing_ok=True)


def set_up_django(home: Path) -> None:
    """This process looks into the instance's database to find rows for the pages."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "yinuo.config.settings",
        "YINUO_DATA": str(home),
        "YINUO_DEMO": "1",
        "YINUO_LOG_LEVEL": "ERROR",
    }
    import django

    django.setup()


class Visitors:
    """A browser window for each login, let in as the login page would."""

    def __init__(self, browser: Any, origin: str) -> None:
        self.browser, self.origin = browser, origin
        self.windows: dict[str, Any] = {}

    def window(self, username: str) -> Any:
        if username not in self.windows:
            context = self.browser.new_context(locale="zh-CN", reduced_motion="reduce", base_url=self.origin)
            if username:
                context.add_cookies([{**_session(username), "url": self.origin}])
            self.windows[username] = context.new_page()
        return self.windows[username]


def _session(username: str) -> dict[str, str]:
    from django.conf import settings
    from django.test import Client

    from yinuo.engine.people.models import Person

    client = Client()
    client.force_login(Person.objects.get(username=username), backend=settings.AUTHENTICATION_BACKENDS[0])
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value}


def take(page: Any, visitors: Visitors) -> str:
    """The page in both widths, of the first chance that opens; returns who was let in, or “” where nobody was."""
    from django.urls import reverse

    for username, arguments in page.chances():
        path = reverse(page.name, args=arguments) + page.query
        window = visitors.window(username)
        answer = window.request.get(path)
        # Sent on to the same page with the day in its address is fine; to the login or elsewhere is not.
        if answer.status != 200 or urlsplit(answer.url).path != urlsplit(path).path:
            continue
        for width, height in WIDTHS.items():
            window.set_viewport_size({"width": width, "height": height})
            window.goto(path)
            file = PICTURES / f"{page.title}-{width}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            window.screenshot(path=file, full_page=True)
        return username or "public"
    return ""


def contact_sheet(taken: list[tuple[Any, str]]) -> None:
    """All pictures on one page, the faces one after the other."""
    figures = []
    for page, who in taken:
        links = "".join(
            f'<a href="{page.title}-{width}.png"><img loading="lazy" src="{page.title}-{width}.png" alt=""></a>'
            for width in WIDTHS
        )
        figures.append(
            f"<figure>{links}<figcaption>{html.escape(page.title)} · {html.escape(who)}</figcaption></figure>"
        )
    style = (
        "body{font:14px sans-serif;margin:16px;display:flex;flex-wrap:wrap;gap:16px}figure{margin:0;border:1px "
        "solid #ccc;padding:8px}"
    )
    style += (
        "img{height:320px;max-width:420px;object-fit:cover;object-position:top;border:1px solid #eee;margin-right:8px}"
    )
    sheet = (
        f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>一诺：'
        f"全部页面</title><style>{style}</style>{''.join(figures)}</html>"
    )
    (PICTURES / "index.html").write_text(sheet, encoding="utf-8")


def main(words: list[str]) -> int:
    with instance() as origin:
        set_up_django(HOME)
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        return walk(origin, words)


def walk(origin: str, words: list[str]) -> int:
    from scripts.picture_list import PAGES, prepare
    from tests.browser.chromium import chromium

    prepare()
    chosen = [page for page in PAGES if not words or any(word in page.title for word in words)]
    if not words:
        shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True, exist_ok=True)
    taken, unopened = [], []
    with chromium() as browser:
        visitors = Visitors(browser, origin)
        for page in chosen:
            who = take(page, visitors)
            taken.append((page, who)) if who else unopened.append(page.title)
    contact_sheet(taken)
    print(f"{len(taken)} 页，每页 {len(WIDTHS)} 张：{PICTURES / 'index.html'}")
    if unopened:
        print("没有人能打开：" + "、".join(unopened), file=sys.stderr)
    return 1 if unopened else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

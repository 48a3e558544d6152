"""`python -m scripts.release_dump`: a small filled instance of this version, kept for the tests of every later upgrade.

1. Sets up an instance of its own, with the demonstration at a fixed moment. 2. Writes its log and some of its papers.
   3. Keeps it in
tests/upgrade/dumps/VERSION.tar.xz. 4. Notes the digests of all migrations in tests/upgrade/released.json. What stands
there is never changed.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yinuo import __version__
from yinuo.core.calendar import TZ

if TYPE_CHECKING:
    from yinuo.deploy.embedded import Server

REPOSITORY = Path(__file__).resolve().parents[1]
UPGRADE = REPOSITORY / "tests" / "upgrade"
LARGEST = 1 << 20
# Papers made before the instance is kept; the others wait for a worker, as they may when an instance is upgraded.
MADE = ("filing_certificate", "acceptance_notice", "decision")
# A Wednesday morning. The tests go on from here.
NOW = datetime(2026, 12, 2, 10, 0, tzinfo=TZ)
SECRET = "only for tests"  # noqa: S105 - the instance is in the repository


def main() -> int:
    target = UPGRADE / "dumps" / f"{__version__}.tar.xz"
    if target.exists():
        print(f"{target} 已经存在：发布过的不再改", file=sys.stderr)
        return 2
    from yinuo.deploy.embedded import Server

    place = "/var/lib" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(dir=place, prefix="yinuo-release-") as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        for name in [name for name in os.environ if name.startswith(("YINUO_", "DJANGO_"))]:
            del os.environ[name]
        os.environ |= {"YINUO_DATA": str(home), "YINUO_DEMO": "1", "YINUO_ORIGIN": "https://yinuo.example.org"}
        os.environ |= {"DJANGO_SETTINGS_MODULE": "yinuo.config.settings"}
        home.mkdir(mode=0o755)
        (home / "secret_key").write_text(SECRET, encoding="utf-8")
        server = Server(home, durable=False)
        server.start()
        try:
            _fill()
            _keep(server, target)
        finally:
            server.stop()
    size = target.stat().st_size
    print(f"{target}：{size // 1024} KB")
    if size > LARGEST:
        print(f"大于 {LARGEST // 1024} KB，太大了", file=sys.stderr)
        return 1
    _note_migrations()
    return 0


def _fill() -> None:
    import django

    django.setup()
    from django.conf import settings

    from yinuo.deploy import upgrade
    from yinuo.engine import bootstrap
    from yinuo.engine.documents import actions
    from yinuo.engine.documents.models import Document
    from yinuo.engine.infochain import sequencer, storage
    from yinuo.stories import demo

    upgrade.bring_up(print)
    with _short_letters():
        demo.build(print, NOW)
    for kind in MADE:
        actions.make_paper(document_id=Document.objects.filter(kind=kind).order_by("id")[0].pk, at=NOW)
    bootstrap.begin_log(NOW)
    settings.YINUO_CHAIN_HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = storage.log_key(settings.YINUO_CHAIN_HOME, settings.YINUO_CHAIN_ORIGIN)
    lock = storage.HeadLock(settings.YINUO_CHAIN_HOME / "head")
    while not sequencer.idle():
        sequencer.step(key=key, lock=lock, at=NOW)


@contextmanager
def _short_letters() -> Iterator[None]:
    """A signed letter brings its fonts, 100 kB each.

    All but the first are set here with the reader's own font; they are signed as always.
    """
    from yinuo.engine.documents import actions
    from yinuo.stories.demo.materials import material_pdf

    render, made = actions.render_pdf, []

    def short(kind: str, data: Any, at: datetime, *, version: int) -> bytes:
        made.append(kind)
        return render(kind, data, at, version=version) if len(made) == 1 else material_pdf(kind, str(len(made)), "", at)

    actions.render_pdf = short
    try:
        yield
    finally:
        actions.render_pdf = render


def _keep(server: Server, target: Path) -> None:
    """The database and the data folder's own files, packed as small as can be."""
    from django.db import connections

    from yinuo.deploy.backup import DUMP, HOME, kept_files
    from yinuo.deploy.binaries import locate, service_account
    from yinuo.deploy.embedded import DATABASE, SUPERUSER

    connections.close_all()
    target.parent.mkdir(parents=True, exist_ok=True)
    program = locate(service_account()).bin / "pg_dump"
    dump = server.home.parent / DUMP
    subprocess.run(
        [program, "--format=custom", "--compress=0", "--file", dump, server.url(SUPERUSER, DATABASE)], check=True
    )
    with tarfile.open(target, "w:xz", preset=9 | lzma.PRESET_EXTREME) as tar:
        for name, path in ((DUMP, dump), *((f"{HOME}/{name}", path) for name, path in kept_files(server.home))):
            tar.add(path, arcname=name, recursive=False)


def migration_digests() -> dict[str, str]:
    """SHA-256 of each migration of ours, by its place below src/yinuo."""
    source = REPOSITORY / "src" / "yinuo"
    files = sorted(file for file in source.glob("**/migrations/0*.py"))
    return {
        "/".join(file.relative_to(source).parts[-3:]): hashlib.sha256(file.read_bytes()).hexdigest() for file in files
    }


def _note_migrations() -> None:
    file = UPGRADE / "released.json"
    released = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    released[__version__] = migration_digests()
    file.write_text(json.dumps(released, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

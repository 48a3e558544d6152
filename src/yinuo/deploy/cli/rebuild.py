"""`yinuo rebuild`: the stored columns that are derived from other rows, derived anew."""

from __future__ import annotations

from typing import Annotated

import typer

from yinuo.deploy.cli.asking import Json, emit, now, wrong
from yinuo.deploy.cli.chain import instance

app = typer.Typer(help="按记录重算缓存列")


@app.command()
def rebuild(
    name: Annotated[str, typer.Argument(metavar="[名称]", help="只重算这一项，如 credit.head；不写则全部")] = "",
    as_json: Json = False,
) -> int:
    """找出与记录不符的缓存列，逐行加锁、按记录改正，并留下痕迹；有不能重算的，退出码为 1。"""
    with instance():
        from yinuo.engine import caches
        from yinuo.engine.base import Actor

        known = caches.every()
        chosen = [cache for cache in known if name in ("", cache.name)]
        if not chosen:
            wrong("名称", f"没有“{name}”，可用：{'、'.join(cache.name for cache in known)}")
        found = [(cache, caches.rebuild(cache, actor=Actor.system(), at=now())) for cache in chosen]
    differed = [one for _, rows in found for one in rows]
    failed = sum(bool(one.error) for one in differed)
    data = {
        "caches": [{"name": cache.name, "title": cache.title, "differed": len(rows)} for cache, rows in found],
        "rows": [line for one in differed for line in one.words()],
        "mended": len(differed) - failed,
        "failed": failed,
    }
    ending = f"改正了 {len(differed) - failed} 行" + (f"，{failed} 行不能重算，没有改动" if failed else "")
    emit(
        data,
        as_json,
        lambda: [
            *(f"{'不能重算' if one.error else '已改正'}：{line}" for one in differed for line in one.words()),
            ending,
        ],
    )
    return 1 if failed else 0

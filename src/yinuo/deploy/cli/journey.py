"""`yinuo journey`: one project's whole life, or the refusals it may meet, step by step with clause, row and time."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer
from rich.console import Console

from yinuo import stories
from yinuo.core.calendar import DAY, TZ
from yinuo.core.pack.faults import PackError
from yinuo.core.pack.load import load
from yinuo.core.pack.types import Pack
from yinuo.deploy import packs, paths, secret
from yinuo.deploy.cli.asking import PackName
from yinuo.stories.journey.player import NotTraining, Player, Step, WentWrong

app = typer.Typer(help="演示一个项目的一生，每一步说明依据与用时。")
console = Console(highlight=False, soft_wrap=True)
BEGINS = date(2026, 11, 2)
progress = Console(stderr=True, highlight=False)
# Each special track by its name on the command line: a module of journey/tracks with `play`.
TRACKS_FOLDER = "yinuo.stories.journey.tracks"
TRACKS = [file.stem for file in sorted((Path(stories.__file__).parent / "journey" / "tracks").glob("[a-z]*.py"))]


@app.command()
def journey(
    unhappy: Annotated[bool, typer.Option("--unhappy", help="演示各种拒绝、退回、异议与违诺")] = False,
    url: Annotated[
        str, typer.Option(help="在运行中的培训实例（YINUO_TRAINING=1）上演示；不给则自带一个，用后即删")
    ] = "",
    track: Annotated[str, typer.Option(help="专项：" + "、".join(TRACKS))] = "",
    pack: PackName = packs.DEFAULT,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
) -> int:
    """通过公开接口演示一个项目从备案到竣工的全过程；有一步不如预期即以 1 结束。"""
    if track and (unhappy or track not in TRACKS):
        known = "不能与 --unhappy 一起用" if track in TRACKS else f"没有专项“{track}”，可用：{'、'.join(TRACKS)}"
        raise typer.BadParameter(known, param_hint="--track")
    if url and not url.startswith(("http://", "https://")):
        raise typer.BadParameter("应以 http:// 或 https:// 开头", param_hint="--url")
    os.environ[packs.VARIABLE] = str(_folder(pack).absolute())
    _need_what_it_plays(unhappy, track)
    began = time.perf_counter()
    with _stage(url) as (where, token, rules):
        player = Player(where, token, rules, _beginning(bool(url)), (lambda step: None) if as_json else tell)
        wrong = _play(player, unhappy, url, track)
    result: dict[str, Any] = {
        "journey": track or ("unhappy" if unhappy else "happy"),
        "ok": not wrong,
        "wrong": wrong,
        "seconds": f"{time.perf_counter() - began:.1f}",
        "steps": [step.to_json() for step in player.steps],
    }
    if as_json:
        print(json.dumps(result, ensure_ascii=False, sort_keys=True))
    else:
        _sum_up(result, player.steps)
    return 1 if wrong else 0


def _folder(pack: str) -> Path:
    try:
        return packs.directory(pack)
    except packs.UnknownPack as error:
        raise typer.BadParameter(str(error), param_hint="--pack") from None


def _need_what_it_plays(unhappy: bool, track: str) -> None:
    """The refusals and most tracks tell the case of certain matters and departments: refused at once where the pack
    lacks one.

    Raises BadParameter, for a pack with faults as well.
    """
    try:
        rules = load(packs.directory(packs.chosen()))
    except PackError as error:
        raise typer.BadParameter(str(error), param_hint="--pack") from None
    if not (unhappy or track):
        return
    module = import_module(f"{TRACKS_FOLDER}.{track}" if track else "yinuo.stories.journey.unhappy")
    needs: tuple[str, ...] = getattr(module, "NEEDS", ())
    missing = [name for name in needs if name not in rules.matters and name not in rules.departments]
    if missing:
        message = f"{rules.title}没有这一段要用的事项或部门：{'、'.join(missing)}"
        raise typer.BadParameter(message, param_hint="--track" if track else "--unhappy")


def _beginning(elsewhere: bool) -> date:
    """Always the same day on an own instance; on a running one tomorrow, so that its background work finds nothing due
    yet.
    """
    return datetime.now(TZ).date() + DAY if elsewhere else BEGINS


def _play(player: Player, unhappy: bool, url: str, track: str = "") -> str:
    """Plays; returns what went wrong, "" = all as it should be."""
    from yinuo.stories.journey import happy
    from yinuo.stories.journey import unhappy as refusals

    try:
        if track:
            import_module(f"{TRACKS_FOLDER}.{track}").play(player)
        else:
            (refusals if unhappy else happy).play(player)
    except WentWrong as error:
        return str(error)
    except NotTraining as error:
        why = str(error) or "不是培训实例：它应以 YINUO_TRAINING=1 启动"
        raise typer.BadParameter(f"{url or '自带的实例'} {why}", param_hint="--url") from None
    except OSError as error:
        if url:
            raise typer.BadParameter(f"{url} 连不上（{error}）", param_hint="--url") from None
        raise
    return ""


@contextmanager
def _stage(url: str) -> Iterator[tuple[str, str, Pack]]:
    if url:
        rules = load(packs.directory(packs.chosen()))
        yield url.rstrip("/"), secret.training_token(secret.read(paths.default_home())), rules
        return
    from yinuo.deploy import stage

    _end_in_order()
    with stage.own(_say) as made:
        yield made.url, made.token, made.rules


def _end_in_order() -> None:
    """Told to end, the journey still takes its instance down."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def _say(line: str) -> None:
    progress.print(f"· {line}", style="dim", markup=False)


def tell(step: Step) -> None:
    """One step as people read it."""
    moment = step.at.replace("T", " ")[:16]
    mark = "拒绝" if step.refused else "　　"
    console.print(f"{step.number:>3}  {moment}  {mark}  {step.who}：{step.what}", markup=False)
    console.print(f"       {step.request}　{step.status}　{step.ms} ms", style="dim", markup=False)
    lines: list[tuple[str, list[str], Callable[[list[str]], str]]] = [
        ("结果", step.outcome, "\n             ".join),
        ("依据", step.cites, "；".join),
        ("留下", step.rows + step.trail, "，".join),
    ]
    for label, values, join in lines:
        if values:
            console.print(f"       {label}　{join(values)}", markup=False)
    sys.stdout.flush()


def _sum_up(result: dict[str, Any], steps: list[Step]) -> None:
    times = sorted(float(step.ms) for step in steps)
    refused = sum(bool(step.refused) for step in steps)
    console.print()
    if times:
        slowest = max(steps, key=lambda step: float(step.ms))
        console.print(
            f"{len(steps)} 步（其中 {refused} 步按规定被拒绝），请求用时中位数 {times[len(times) // 2]:.0f} ms，"
            f"最长 {slowest.ms} ms（第 {slowest.number} 步），全程 {result['seconds']} 秒"
        )
    if result["wrong"]:
        print(f"错误：{result['wrong']}", file=sys.stderr)

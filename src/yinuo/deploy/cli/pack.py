"""`yinuo pack`: check, begin, compare, show and release a place's rules."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from yinuo.core.pack.check import check as check_pack
from yinuo.core.pack.check import errors
from yinuo.core.pack.coverage import boundary_days
from yinuo.core.pack.facets import Change, Facet, compare, facets
from yinuo.core.pack.faults import Fault, PackError
from yinuo.core.pack.load import load
from yinuo.core.pack.load import pack_hash as hash_of
from yinuo.core.pack.released import FILE as RELEASED
from yinuo.core.pack.released import released_version, snapshot
from yinuo.core.pack.types import Pack
from yinuo.core.schema import nearest, project_schema
from yinuo.deploy.cli.asking import AsOf, Json, PackName, emit, the_day, wrong
from yinuo.deploy.packs import DEFAULT, FOLDER, VARIABLE, UnknownPack, directory

app = typer.Typer(help="检查、新建、比较、查看规则包", no_args_is_help=True, rich_markup_mode=None)

PackArgument = Annotated[
    str,
    typer.Argument(
        metavar="规则包",
        envvar=VARIABLE,
        show_envvar=False,
        help="名称，或者规则包文件夹的路径；不写就是 YINUO_PACK 所指的",
    ),
]
TEMPLATE = FOLDER / "_template"


@app.command("check")
def check(pack: PackArgument = DEFAULT, as_json: Json = False) -> None:
    """检查规则包：每一处问题连同文件和行号；有问题时退出码为 1。"""
    folder = _folder(pack)
    faults = check_pack(folder)
    bad = errors(faults)
    found = [_fault(fault) for fault in faults]
    answer = {"pack": folder.name, "hash": hash_of(folder), "valid": not bad, "errors": len(bad), "faults": found}
    emit(answer, as_json, lambda: _check_lines(folder, faults))
    raise typer.Exit(1 if bad else 0)


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(metavar="名称", help="小写英文字母、数字和下划线，如 linxia_city")],
    into: Annotated[Path, typer.Option("--into", help="放在哪个文件夹下")] = Path(),
    as_json: Json = False,
) -> None:
    """由模板新建一个规则包。"""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        wrong("名称", f"“{name}”：只能用小写英文字母、数字和下划线，以字母开头")
    folder = into / name
    if folder.exists():
        wrong("名称", f"{folder} 已经存在")
    shutil.copytree(TEMPLATE, folder, ignore=shutil.ignore_patterns("__pycache__", RELEASED))
    head = folder / "pack.toml"
    head.write_text(re.sub(r'(?m)^id = ".*"$', f'id = "{name}"', head.read_text(encoding="utf-8")), encoding="utf-8")
    hint = (
        f"已新建 {folder}。接下来：改写 pack.toml 和 sources/，再运行 yinuo pack check {folder}（写法见 docs/packs.md）"
    )
    emit({"id": name, "folder": str(folder)}, as_json, lambda: [hint])


@app.command("diff")
def diff(
    first: Annotated[str, typer.Argument(metavar="甲", help="原来的规则包")],
    second: Annotated[str, typer.Argument(metavar="乙", help="新的规则包")],
    as_json: Json = False,
) -> None:
    """比较两个规则包：自哪天起、对谁、有什么不同；有不同时退出码仍为 0。"""
    a, b = _load(first), _load(second)
    changes = compare(a, b)
    answer = {"first": _head(a), "second": _head(b), "changes": [change.to_json() for change in changes]}
    emit(answer, as_json, lambda: _diff_lines(changes, b))


@app.command("show")
def show(
    name: Annotated[
        str, typer.Argument(metavar="编号", help="参数、事项、等级、措施、规则、负面清单、阶段方案或暂停原因的编号")
    ],
    pack: PackName = DEFAULT,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """按编号查看某一天生效的规定及其依据；没有规定时退出码为 1。"""
    loaded = _load(pack)
    day = the_day(as_of)
    said = facets(loaded, day)
    found = {key: facet for key, facet in said.items() if name == _name(key) or key.startswith(f"matter:{name}.")}
    if not found:
        known = {_name(key) for on in boundary_days(loaded) for key in facets(loaded, on)} | {
            *loaded.parameters,
            *loaded.matters,
        }
        if name not in known:
            wrong("编号", f"规则包没有 {name}{nearest(name, sorted(known))}")
    where = _where(loaded, name)
    rows = [_facet(key, facet) for key, facet in found.items()]
    answer = {"id": name, "as_of": day.isoformat(), "pack": _head(loaded), "where": where, "says": rows}
    emit(answer, as_json, lambda: _show_lines(loaded, name, day, list(found.values())))
    raise typer.Exit(0 if found else 1)


@app.command("release")
def release(pack: PackArgument = DEFAULT, as_json: Json = False) -> None:
    """发布：记下现有的每个值，此后只能增加新的生效日期；检查不过的不能发布。"""
    folder = _folder(pack)
    bad = errors(check_pack(folder))
    if bad:
        first = bad[0]
        typer.echo(
            f"不能发布：{len(bad)} 处问题，第一处在 {folder / first.file}:{first.line}：{first.message}", err=True
        )
        raise typer.Exit(1)
    loaded = load(folder)
    text = snapshot(loaded)
    file = folder / RELEASED
    last = released_version(folder)
    changed = not file.is_file() or file.read_text(encoding="utf-8") != text
    if changed and last == loaded.version:
        typer.echo(f"版本 {last} 已经发布过：内容有了变化，请先改写 pack.toml 的 version", err=True)
        raise typer.Exit(1)
    file.write_text(text, encoding="utf-8")
    answer = {"pack": _head(loaded), "previous": last, "released": changed, "values": len(json.loads(text)["values"])}
    said = f"已发布 {loaded.id} {loaded.version}" if changed else f"{loaded.id} {loaded.version} 已经发布，没有变化"
    emit(answer, as_json, lambda: [said])


@app.command("schema")
def schema(pack: PackArgument = DEFAULT) -> None:
    """输出规则包的项目信息的 JSON Schema。"""
    emit(project_schema(_load(pack).facts), True, tuple)


def _folder(name: str) -> Path:
    if Path(name).is_dir() and ("/" in name or not (FOLDER / name).is_dir()):
        if not (Path(name) / "pack.toml").is_file():
            wrong("规则包", f"{name} 中没有 pack.toml")
        return Path(name)
    try:
        return directory(name)
    except UnknownPack as error:
        wrong("规则包", str(error))


def _load(name: str) -> Pack:
    try:
        return load(_folder(name))
    except PackError as error:
        wrong("规则包", str(error))


def _name(key: str) -> str:
    return key.partition(":")[2]


def _where(pack: Pack, name: str) -> str | None:
    records: list[Any] = [
        *pack.parameters.values(),
        *pack.matters.values(),
        *pack.negative,
        *pack.measures,
        *pack.point_rules,
    ]
    records += [*pack.hall_rules, *pack.schemes, *pack.pauses]
    return next((record.where for record in records if record.id == name), None)


def _check_lines(folder: Path, faults: list[Fault]) -> Iterator[str]:
    for fault in sorted(faults, key=lambda fault: fault.severity != "error"):
        mark = "问题" if fault.severity == "error" else "提示"
        yield f"{folder / fault.file}:{fault.line}: {mark} {fault.code}：{fault.message}"
    bad = len(errors(faults))
    notices = f"，{len(faults) - bad} 处提示" if len(faults) > bad else ""
    yield f"规则包 {folder.name}：{f'{bad} 处问题' if bad else '没有问题'}{notices}"


def _show_lines(pack: Pack, name: str, day: date, found: list[Facet]) -> Iterator[str]:
    for facet in found:
        yield f"{facet.label}：{facet.says}"
        yield f"    对象：{facet.whom}；依据：{'；'.join(pack.cite_texts(facet.cites))}"
        if facet.note:
            yield f"    说明：{facet.note}"
    yield f"{pack.title} {pack.version}，{day} 的规定" if found else f"{name}：{day} 没有生效的规定"


def _diff_lines(changes: list[Change], pack: Pack) -> Iterator[str]:
    day: date | None = None
    for change in changes:
        if change.from_on != day:
            day = change.from_on
            yield f"自 {day} 起"
        until = f"（至 {change.to_on} 前）" if change.to_on else ""
        yield f"  {change.label}{until}：{change.before or '没有规定'} → {change.after or '不再规定'}"
        yield f"    对象：{change.whom}；依据：{'；'.join(_cite(pack, cite) for cite in change.cites)}"
    yield f"共 {len(changes)} 处不同" if changes else "没有不同"


def _cite(pack: Pack, cite: str) -> str:
    return pack.cite_text(cite) if cite.partition("#")[0] in pack.sources else cite


def _head(pack: Pack) -> dict[str, str]:
    return {"id": pack.id, "version": pack.version, "hash": pack.hash}


def _fault(fault: Fault) -> dict[str, Any]:
    return {
        "file": fault.file,
        "line": fault.line,
        "code": fault.code,
        "message": fault.message,
        "severity": fault.severity,
    }


def _facet(key: str, facet: Facet) -> dict[str, Any]:
    return {
        "key": key,
        "label": facet.label,
        "whom": facet.whom,
        "says": facet.says,
        "cites": list(facet.cites),
        "note": facet.note,
    }

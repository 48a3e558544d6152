"""The versions of each paper: a template file and the shape of its data, kept for good once released.

`<room>/typst/<name>/<version>.typ` is a template; what several share (`base`, `mock_form`) has versions of its own.
`released.toml` holds the digests. Run `python -m yinuo.engine.documents.versions` to write it anew; how a paper is
changed: docs/papers.md. Run it with `--release 0.9.0` when that is released: from then on nothing registered may
change.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tomllib
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from yinuo.engine.documents.qr import qr_svg
from yinuo.engine.register import registers, shapes

OWN = Path(__file__).resolve().parent / "typst"
RELEASED = OWN / "released.toml"
# What else decides how a paper looks: compiler and fonts.
MADE_WITH = ("typst", "manimgx-fonts-cjk", "pylopdf-fonts-zh-cn", "segno")
HEAD = """\
# Digests (SHA-256) of every version of every paper. Written by `python -m yinuo.engine.documents.versions`.
# A released version never changes: papers issued under it may still be waiting for their bytes. See docs/papers.md.
"""


# What a template may read: a path that begins with / begins here.
ROOT = Path(__file__).resolve().parents[2]
# A part's own `base` only hands on the engine's, so that a template finds it beside itself wherever it lies.
BASE = "base"


@cache
def folders() -> dict[str, Path]:
    """Template → its folder, in the room that registers it."""
    found = {}
    for package, _ in registers().values():
        own = Path(import_module(package).__path__[0]).resolve() / "typst"
        for folder in sorted(own.glob("*/")) if own.is_dir() else ():
            if folder.name != BASE or own == OWN:
                found[folder.name] = folder
    return found


def current(kind: str) -> int:
    """The version a paper issued now is made by; 0 = there is no such paper."""
    return max(shapes().get(kind, ()), default=0)


def template(kind: str, number: int) -> Path:
    return folders().get(kind, OWN / kind) / f"{number}.typ"


def digests() -> dict[str, dict[str, Any]]:
    """What `released.toml` says, taken from the files and shapes as they are."""
    found: dict[str, dict[str, Any]] = {
        "made_with": {name: version(name) for name in MADE_WITH} | {"qr": _sha256(qr_svg("YINUO").encode())}
    }
    for file in sorted(file for folder in folders().values() for file in folder.glob("*.typ")):
        found.setdefault(file.parent.name, {})[f"{file.stem}.typ"] = _sha256(file.read_bytes())
    for kind, versions in shapes().items():
        for number, shape in versions.items():
            text = json.dumps(outline(shape), ensure_ascii=False, sort_keys=True)
            found.setdefault(kind, {})[f"{number}.data"] = _sha256(text.encode())
    return found


def registry() -> tuple[str, dict[str, dict[str, Any]]]:
    """`released.toml`: since which release what it registers is fixed, "" = none yet, and the digests."""
    known = tomllib.loads(RELEASED.read_text(encoding="utf-8"))
    return known.pop("fixed_since", ""), known


def changed(known: dict[str, dict[str, Any]], now: dict[str, dict[str, Any]]) -> list[str]:
    """What was released and is another thing now, or gone: `receipt/1.typ`, `receipt/1.data`, `made_with/typst`."""
    return [
        f"{name}/{part}"
        for name, parts in known.items()
        for part, said in parts.items()
        if now.get(name, {}).get(part) != said
    ]


def outline(shape: Any) -> Any:
    """A shape's keys and types as JSON: the same for the same data, whatever its classes are called."""
    if is_typeddict(shape):
        hints = get_type_hints(shape)
        return {key if key in shape.__required_keys__ else f"{key}?": outline(kind) for key, kind in hints.items()}
    if get_origin(shape) is Literal:
        return {"one of": list(get_args(shape))}
    if get_origin(shape) in (Union, UnionType):
        return {"either": [outline(kind) for kind in get_args(shape)]}
    if get_origin(shape) is not None:
        return {get_origin(shape).__name__: [outline(kind) for kind in get_args(shape)]}
    return None if shape is NoneType else getattr(shape, "__name__", str(shape))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def write(release: str = "") -> None:
    """Writes `released.toml`. Raises SystemExit where what is fixed would change; compiler and fonts may."""
    now = digests()
    fixed_since, known = registry() if RELEASED.exists() else ("", {})
    moved = [name for name in changed(known, now) if not name.startswith("made_with/")]
    if moved and fixed_since:
        sys.exit(
            f"自 {fixed_since} 起已登记的版本不能改：{'、'.join(moved)}。请改回，另存为新的版本（见 docs/papers.md）"
        )
    fixed = f'fixed_since = "{fixed_since or release}"\n\n' if fixed_since or release else ""
    parts = [
        f"[{name}]\n" + "".join(f'"{part}" = "{said}"\n' for part, said in sorted(parts.items()))
        for name, parts in sorted(now.items())
    ]
    RELEASED.write_text(f"{HEAD}\n{fixed}" + "\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    write(sys.argv[2] if sys.argv[1:2] == ["--release"] else "")

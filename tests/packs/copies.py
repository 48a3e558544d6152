"""A copy of the template pack that a test may spoil."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from yinuo.core.pack.check import Fault, check, errors

TEMPLATE = Path(__file__).resolve().parents[2] / "src/yinuo/packs/_template"


@dataclass(frozen=True)
class Copy:
    folder: Path

    def replace(self, file: str, old: str, new: str) -> None:
        """Replaces a text that stands exactly once."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def append(self, file: str, text: str) -> None:
        path = self.folder / file
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(f"{before}\n{text}", encoding="utf-8")

    def line(self, file: str, needle: str) -> int:
        """The line on which a text stands, exactly once."""
        hits = [
            n
            for n, line in enumerate((self.folder / file).read_text(encoding="utf-8").splitlines(), 1)
            if needle in line
        ]
        assert len(hits) == 1, f"{needle!r} stands on lines {hits} of {file}"
        return hits[0]

    def errors(self) -> list[Fault]:
        return errors(check(self.folder))

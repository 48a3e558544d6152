"""Finds the line on which each table, key and array element of a TOML text stands: `tomllib` keeps none."""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_PART = re.compile(_NAME)
_KEY = re.compile(rf"[ \t]*({_NAME}(?:[ \t]*\.[ \t]*{_NAME})*)[ \t]*")
_STRING = re.compile(r'''"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*\'''', re.DOTALL)
_BARE = re.compile(r"[^\s,\]}#]+")


class Lines:
    """Lines by path; array elements are numbered from 0, e.g. `("matter", 2, "statutory", 0, "unit")`.

    The text must already have been accepted by `tomllib`.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._found: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}
        table: Path = ()
        while self._skip_blank():
            if self._peek() == "[":
                table = self._header()
            else:
                self._entry(table)

    def of(self, path: Path) -> int:
        """The line of the nearest place written out: an absent key has the line of its table."""
        while path and path not in self._found:
            path = path[:-1]
        return self._found.get(path, 1)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip_blank(self) -> bool:
        """Passes white space, line ends and comments; False at the end of the text."""
        while char := self._peek():
            if char == "\n":
                self._line += 1
            elif char == "#":
                end = self._text.find("\n", self._at)
                self._at = len(self._text) if end < 0 else end
                continue
            elif char not in " \t\r":
                return True
            self._at += 1
        return False

    def _key(self) -> list[str]:
        match = _KEY.match(self._text, self._at)
        if not match:  # only in a text tomllib would have refused
            self._at = len(self._text)
            return []
        self._at = match.end()
        return [part.strip("\"'") for part in _PART.findall(match.group(1))]

    def _header(self) -> Path:
        double = self._text.startswith("[[", self._at)
        self._at += 2 if double else 1
        path: Path = ()
        parts = self._key()
        for index, part in enumerate(parts):
            path = (*path, part)
            if double and index == len(parts) - 1:
                self._counts[path] = self._counts.get(path, -1) + 1
            if path in self._counts:
                path = (*path, self._counts[path])
        self._found[path] = self._line
        self._at += 2 if double else 1
        return path

    def _entry(self, table: Path) -> None:
        """Reads `key = value` and notes its line."""
        line = self._line
        path = (*table, *self._key())
        self._found.setdefault(path, line)
        self._at += 1  # the equals sign
        self._value(path)

    def _value(self, path: Path) -> None:
        self._skip_blank()
        opening = self._peek()
        if opening not in ("[", "{"):
            match = _STRING.match(self._text, self._at) or _BARE.match(self._text, self._at)
            end = match.end() if match else len(self._text)
            self._line += self._text.count("\n", self._at, end)
            self._at = end
            return
        self._at += 1
        count = 0
        while self._skip_blank() and (char := self._peek()) not in ("]", "}"):
            if char == ",":
                self._at += 1
            elif opening == "{":
                self._entry(path)
            else:
                self._found[(*path, count)] = self._line
                self._value((*path, count))
                count += 1
        self._at += 1

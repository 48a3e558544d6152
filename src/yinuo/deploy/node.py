"""A node that ends with its parent: `python -m yinuo.deploy.node FOLDER PORT`, for the demonstration's three."""

from __future__ import annotations

import sys
from pathlib import Path

from yinuo.deploy.processes import die_with_parent
from yinuo.node.command import run


def main() -> None:
    die_with_parent()
    run(Path(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), every=0.5)


if __name__ == "__main__":
    main()

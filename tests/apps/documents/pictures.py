"""Every paper with short, ordinary and extreme data as PNG into build/papers/, to be looked at: `python -m
tests.apps.documents.pictures`.
"""

import sys
import time
from pathlib import Path

from tests.apps.documents.extremes import variants
from tests.apps.documents.samples import ON
from yinuo.engine.documents.render import render_png


def draw(folder: Path, wanted: str = "", ppi: int = 100) -> dict[str, int]:
    """The pictures' names without page and how many pages each has."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = {}
    for name, (template, data) in variants().items():
        if wanted not in name:
            continue
        for old in folder.glob(f"{name}-[0-9]*.png"):
            old.unlink()
        drawn = render_png(template, data, ON, ppi=ppi, seal=None if "short" in name else "演示用章")
        for number, page in enumerate(drawn, 1):
            (folder / f"{name}-{number}.png").write_bytes(page)
        pages[name] = len(drawn)
    return pages


if __name__ == "__main__":
    begun = time.perf_counter()
    count = draw(Path("build/papers"), *sys.argv[1:2])
    print("\n".join(f"{name}：{pages} 页" for name, pages in count.items()))
    print(f"{sum(count.values())} 页，{time.perf_counter() - begun:.1f} 秒，build/papers/")

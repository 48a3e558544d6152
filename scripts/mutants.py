"""Faults made by hand, one at a time in a copy of the checkout: do the tests that should notice one notice it?

`.venv/bin/python -m scripts.mutants [WORD …]` tries those whose file or fault has one of the words, `--in FOLDER` in
another checkout; a test file that is not there is left out. Prints survived or which test killed it, and the
processor's seconds; ends with 1 where one survived.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "node_modules", "test-pg", "pycache", "__pycache__", "pictures")


class Mutant(NamedTuple):
    file: str
    old: str
    new: str
    tests: str

    def __str__(self) -> str:
        return f"{self.file}: {self.old.strip().splitlines()[0]}"


def never(file: str, condition: str, tests: str) -> Mutant:
    """What is refused is not refused any more."""
    return Mutant(file, f"if {condition}:", "if False:", tests)


KILLS = "apps/test_permissions.py apps/test_killed*.py"
ONE = "        with transaction.atomic():\n            unit = UnitOfWork()"
FLUSH = (
    "                yield unit\n                unit.flush()\n            finally:\n                "
    "_current.reset(token)"
)
LATE = "                yield unit\n            finally:\n                _current.reset(token)\n        unit.flush()"
AFTER = FLUSH.replace("unit.flush()", "transaction.on_commit(unit.flush)")

MUTANTS = (
    # -- all or nothing
    Mutant("engine/trail/actions.py", ONE, ONE.replace("with transaction.atomic()", "if True"), KILLS),
    Mutant("engine/trail/actions.py", FLUSH, LATE, KILLS),
    Mutant("engine/trail/actions.py", FLUSH, AFTER, KILLS),
    Mutant("rooms/onemap/actions/items.py", "@action\ndef submit_materials(", "def submit_materials(", KILLS),
    Mutant("rooms/land/actions/parcels.py", "@action\ndef record_title(", "def record_title(", KILLS),
    Mutant("rooms/credit/actions/points.py", "@action\ndef consent(", "def consent(", KILLS),
    Mutant("rooms/commitments/actions/promise.py", "@action\ndef commit(", "def commit(", KILLS),
    Mutant(
        "stories/demo/__init__.py", "        with transaction.atomic():\n", "        if True:\n", "config/test_demo.py"
    ),
    # -- the demonstration and `yinuo up`
    Mutant(
        "stories/demo/scenes.py",
        '    at = yield world.ago(9, "10:05")\n',
        '    at = yield world.ago(4, "08:50")\n',
        "config/test_demo.py",
    ),
    Mutant(
        "stories/demo/scenes.py",
        '    at = yield world.ago(9, "10:00")\n    play.accept("eng',
        '    at = yield world.ago(2, "10:00")\n    play.accept("eng',
        "config/test_demo.py",
    ),
    never("stories/demo/__init__.py", "not stands()", "config/test_demo.py"),
    Mutant(
        "deploy/processes.py",
        '        if sys.platform != "linux":\n            os.kill',
        "        if False:\n            os.kill",
        "config/test_up.py config/test_processes.py",
    ),
    # -- core
    Mutant(
        "core/clock.py",
        "                    if event.days < 1:\n",
        "                    if event.days < 0:\n",
        "core/test_clock.py",
    ),
    Mutant(
        "core/clock.py", 'light == "green" and not paused', 'light == "green"', "core/test_clock.py apps/test_lights.py"
    ),
    Mutant("core/clock.py", 'if paused and light != "red":', "if False:", "core/test_clock.py"),
    Mutant(
        "core/hall.py",
        'detail["days"] > rule.days_at_most',
        'detail["days"] >= rule.days_at_most',
        "core/test_hall.py packs",
    ),
    Mutant(
        "core/credit.py",
        "if not low <= score <= high:",
        "if not low < score <= high:",
        "core/test_credit.py core/test_grades.py",
    ),
    Mutant("core/regional.py", "    if result.ended:\n", "    if False:\n", "core/test_regional.py"),
    # -- a refusal of each room
    never("rooms/agency/actions/common.py", "row.state not in set(states)", "apps/test_agency*.py"),
    never("rooms/agency/actions/common.py", "not agreement.holds_on(day)", "apps/test_agency*.py"),
    never("rooms/agency/actions/applications.py", "body.hall_id != project.hall_id", "apps/test_agency*.py"),
    never("engine/catalogue/actions.py", "not access.can_offer(actor, department)", KILLS),
    never(
        "rooms/commitments/actions/common.py",
        "commitment.project.state != ProjectState.CONFIRMED",
        "apps/test_commitment*.py apps/test_completion.py",
    ),
    never("rooms/commitments/actions/promise.py", "binding is None", "apps/test_commitment*.py apps/test_papers.py"),
    never("rooms/credit/relying.py", "not found.holds(head)", "apps/test_credit*.py"),
    never(
        "rooms/deficient/actions/acceptance.py",
        'DeficientAcceptance.objects.filter(item=item, state__in=("applied", "notified")).exists()',
        "apps/test_deficient.py",
    ),
    never("rooms/grants/actions.py", "node.retired_at is not None", "apps/test_grants.py"),
    never(
        "engine/infochain/actions.py",
        "key.retired_at is not None",
        "apps/test_infochain.py apps/test_keys_and_units.py",
    ),
    never("rooms/inspections/actions/common.py", "inspection.state not in set(states)", "apps/test_inspections*.py"),
    never("rooms/land/actions/common.py", "not may(actor, parcel)", KILLS),
    never("rooms/land/actions/common.py", "parcel.status not in set(states)", "apps/test_land.py"),
    never("rooms/mock/actions/common.py", "application.project.state != ProjectState.CONFIRMED", "apps/test_mock.py"),
    never("rooms/onemap/actions/guidance.py", "not access.can_answer(actor, answer)", KILLS),
    never(
        "rooms/onemap/actions/guidance.py",
        "answer.answered_at is not None",
        "apps/test_onemap.py apps/test_together.py apps/test_traps.py",
    ),
    never(
        "rooms/onemap/actions/common.py",
        "item.project.state not in set(projects)",
        "apps/test_onemap.py apps/test_traps.py",
    ),
    never("rooms/oversight/actions/clues.py", "person_id == actor.person_id", "apps/test_oversight.py"),
    never("engine/people/actions/units.py", "not name", "apps/test_keys_and_units.py apps/test_window.py"),
    never(
        "rooms/projects/actions/life.py",
        "kind != ReportKind.START and project.started_on is None",
        "apps/test_traps.py apps/test_filing.py apps/test_completion.py web/test_unit_projects.py",
    ),
    never(
        "rooms/reform/actions.py", "place is None or not access.can_draft(actor, place)", "apps/test_reform.py " + KILLS
    ),
    never("rooms/regional/actions/fees.py", "amount != due.outstanding", "apps/test_regional*.py"),
    never("rooms/reviews/actions.py", "item.application_id != link.pk", "apps/test_reviews.py"),
    never("rooms/window/actions/handing_out.py", "not queries.is_open(visit, at)", "apps/test_window*.py"),
    never("engine/work/actions.py", "days < 1", "apps/test_caches.py"),
)


def tried(mutant: Mutant, place: Path, python: Path) -> tuple[str, float]:
    """“killed by …”, “survived” or “not there”, and the seconds it took."""
    file = place / "src" / "yinuo" / mutant.file
    text = file.read_text(encoding="utf-8")
    tests = [str(found) for name in mutant.tests.split() for found in sorted((place / "tests").glob(name))]
    if text.count(mutant.old) < 1 or not tests:
        return "not there", 0.0
    before = _seconds()
    file.write_text(text.replace(mutant.old, mutant.new, 1), encoding="utf-8")
    try:
        command = [str(python), "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(place / "build" / "pycache")}
        done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
    finally:
        file.write_text(text, encoding="utf-8")
    seconds = _seconds() - before
    if not done.returncode:
        return "survived", seconds
    # What cannot even be collected is noticed too. Who noticed is told: a test that fails without the fault proves
    # nothing.
    told = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return f"killed by {told[0].split()[1] if told else done.stdout[-200:]}", seconds


def _seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("words", nargs="*")
    parser.add_argument("--in", dest="checkout", type=Path, default=ROOT)
    given = parser.parse_args()
    chosen = [
        mutant
        for mutant in MUTANTS
        if not given.words or any(word in f"{mutant.file} {mutant.old}" for word in given.words)
    ]
    survived = 0
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="yinuo-mutants-") as folder:
        place = Path(folder) / "checkout"
        Path(folder).chmod(0o711)
        shutil.copytree(given.checkout, place, ignore=LEFT_OUT, symlinks=True)
        for mutant in chosen:
            found, seconds = tried(mutant, place, given.checkout.resolve() / ".venv" / "bin" / "python")
            survived += found == "survived"
            print(f"{seconds:6.1f} s  {mutant}: {found}", flush=True)
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())

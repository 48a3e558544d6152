"""What is registered here: kinds of work, verbs, notices, papers and what follows from verbs (engine/register.py)."""

from __future__ import annotations

from yinuo.engine.register import Register, Words

VERBS = {
    "catalogue.offer": Words("公布事项是否实行信用承诺"),
    "catalogue.set_handler": Words("指定事项办理人"),
}


ROOM = Register(
    verbs=VERBS,
    uses="uses.USES",
)

"""The process that writes the log: `python -m yinuo.deploy.sequencer`. A second one finds nothing to do and waits.

It alone holds the log's key. When it may not sign it says so, in its log and on the status page, and asks again.
"""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

from yinuo.deploy.processes import die_with_parent

# After a round the next entry is often near; where none comes, it is asked for less and less often.
SOON_SECONDS = 0.001
IDLE_SECONDS = 0.02
REFUSED_SECONDS = 5.0
DISTURBED_SECONDS = 1.0


def main() -> None:
    die_with_parent()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yinuo.config.settings")
    import django

    django.setup()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    run(stop)


def run(stop: threading.Event) -> None:
    """Rounds until told to stop."""
    import structlog
    from django.conf import settings
    from django.db import Error, connection
    from django.utils.timezone import now

    from yinuo.engine.infochain import sequencer, storage

    log = structlog.get_logger(__name__)
    settings.YINUO_CHAIN_HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = storage.log_key(settings.YINUO_CHAIN_HOME, settings.YINUO_CHAIN_ORIGIN)
    lock = storage.HeadLock(settings.YINUO_CHAIN_HOME / "head")
    twin, asked, pause = None, False, SOON_SECONDS
    while not stop.is_set():
        try:
            if not asked:
                twin, asked = twin_now(), True
            if sequencer.idle(twin=twin is not None):
                stop.wait(pause)
                pause = min(2 * pause, IDLE_SECONDS)
                continue
            pause = SOON_SECONDS
            if sequencer.step(key=key, lock=lock, at=now(), twin=twin) is None:
                stop.wait(DISTURBED_SECONDS)
        except sequencer.Behind as error:
            log.error("chain refused", why=str(error))
            sequencer.note_refusal(str(error))
            stop.wait(REFUSED_SECONDS)
        except Error as error:
            log.warning("database away", why=str(error))
            connection.close()
            stop.wait(DISTURBED_SECONDS)


def twin_now() -> Any:
    """The twin as the settings ask for it. One that cannot be signed holds nobody up: the status page says why."""
    import structlog
    from django.conf import settings
    from django.utils.timezone import now

    from yinuo.chain.sm_signing import NoLibrary
    from yinuo.chain.verifier import Unverified
    from yinuo.engine.infochain import twinning

    if not settings.YINUO_CHAIN_TWIN:
        twinning.stand_still(now())
        return None
    try:
        return twinning.opened(settings.YINUO_CHAIN_HOME, settings.YINUO_CHAIN_TWIN_ORIGIN)
    except (twinning.Unfit, NoLibrary, Unverified) as error:
        structlog.get_logger(__name__).error("twin refused", why=str(error))
        twinning.note_refusal(str(error), now())
        return None


if __name__ == "__main__":
    main()

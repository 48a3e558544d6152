"""Child processes of `yinuo up`: none may outlive it."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
PARENT = "YINUO_PARENT"
STOP_SECONDS = 25
ORPHAN_SECONDS = 15


def die_with_parent() -> None:
    """Asks to be ended when the parent is gone, even if that was killed outright: the kernel does it on Linux, a watch
    elsewhere.

    A server that is asked while its workers are still starting may not hear: the watch then ends its whole group. A
    parent may be gone before its child has come as far as this; so `Child` tells it whose child it is.
    """
    parent = os.getppid()
    if parent != int(os.environ.pop(PARENT, parent)):
        sys.exit("the process that started this one is gone")
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        if sys.platform != "linux":
            os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(ORPHAN_SECONDS)
        if os.getpgrp() == os.getpid():
            os.killpg(os.getpid(), signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


@dataclass
class Child:
    """One process, started anew when it dies unasked."""

    name: str
    command: list[str]
    log: Path | None
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)

    def start(self) -> None:
        self.starts = [at for at in self.starts if time.monotonic() - at < 60] + [time.monotonic()]
        output = self.log.open("ab") if self.log else None
        try:
            # A session of its own: Ctrl-C at the terminal reaches `up` alone, which then ends them in order.
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                env={**self.environment, PARENT: str(os.getpid())},
                start_new_session=True,
            )
        finally:
            if output:
                output.close()

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def forget_deaths(self) -> None:
        """Counts its starts anew: what it died of until now, a database that was down, is over."""
        self.starts.clear()

    def falls_over(self) -> bool:
        """Died five times within a minute: starting it again will not help."""
        return len(self.starts) >= 5


def stop_all(children: list[Child]) -> None:
    """Asks all to end, waits, and kills whole groups that will not."""
    living = [child.process for child in children if child.alive() and child.process]
    for process in living:
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in living:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

"""A child that serves nobody by itself: where it ends, it is started again, and nothing else stops for it."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
# One that ran for as long is taken for well.
WELL_AFTER_S = 60.0


class Restarted:
    """`start` starts the child; `watch` is called often. The pause doubles while it ends soon after each start."""

    def __init__(self, name: str, start: Callable[[], subprocess.Popen[bytes]], say: Callable[[str], None]) -> None:
        self.name, self.start, self.say = name, start, say
        self.pause_s = SHORTEST_PAUSE_S
        self.start_at: float | None = None
        self._start()

    def watch(self) -> None:
        now = time.monotonic()
        if self.start_at is not None:
            if now >= self.start_at:
                self._start()
        elif self.process.poll() is not None:
            self.pause_s = SHORTEST_PAUSE_S if now - self.started_at > WELL_AFTER_S else self.pause_s
            self.say(f"The {self.name} has ended unexpectedly and is started again in {self.pause_s:.0f} s.")
            self.start_at = now + self.pause_s
            self.pause_s = min(2 * self.pause_s, LONGEST_PAUSE_S)

    def ask_to_end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def _start(self) -> None:
        self.process, self.started_at, self.start_at = self.start(), time.monotonic(), None

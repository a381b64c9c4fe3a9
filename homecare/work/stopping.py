"""A worker ends when it is told to: after the job under way, or in the middle of it where that takes too long."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

PATIENCE_S = 8


@contextmanager
def stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """SIGTERM, SIGINT and SIGHUP call `stop`; what still runs PATIENCE_S later is broken off and rolled back."""

    def begin_to_end(_number: int, _frame: object) -> None:
        stop()
        signal.alarm(PATIENCE_S)

    # A KeyboardInterrupt: the driver knows it, and cancels the statement on the server too.
    handlers = dict.fromkeys((signal.SIGTERM, signal.SIGINT, signal.SIGHUP), begin_to_end)
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    before[signal.SIGALRM] = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        signal.alarm(0)
        for number, handler in before.items():
            signal.signal(number, handler)

"""Waiting for a condition, never for a time. The deadline is there for a failure to end, not to be reached."""
import time

DEADLINE = 60  # seconds; far more than anything takes, also on a loaded machine


class TookTooLong(AssertionError):
    pass


def until(condition, what, deadline=DEADLINE):
    end = time.monotonic() + deadline
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise TookTooLong(f"still not after {deadline} s: {what}")
        time.sleep(0.01)

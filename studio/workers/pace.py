"""Who goes first when there is more to compute than processors: the pen, its picture, then a training."""

import contextlib
import os
import sys
import threading
from enum import Enum

SWITCH_S = 0.0005


class Pace(Enum):
    """How much a thread lets the window's go before it.

    A picture never takes the processor from the pen in mid-stroke (SCHED_BATCH does not preempt). A training
    takes what both leave (SCHED_IDLE), so that the picture never waits for it.
    """

    PICTURE = (5, "SCHED_BATCH")
    TRAINING = (10, "SCHED_IDLE")


def yield_to_the_window(pace: Pace) -> None:
    """Let the window's thread go before this one.

    Threads that this one starts afterwards, such as those of PyTorch and ONNX Runtime, inherit it. Linux
    alone knows this for single threads; nothing happens elsewhere.
    """
    if sys.platform == "linux":
        nice, policy = pace.value
        thread = threading.get_native_id()
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, thread, max(nice, os.getpriority(os.PRIO_PROCESS, thread)))
            os.sched_setscheduler(thread, getattr(os, policy), os.sched_param(0))


def share_the_interpreter() -> None:
    """Make a thread that runs Python let the window's in within half a millisecond.

    The interpreter's own 5 ms are more than the pen's handler takes.
    """
    sys.setswitchinterval(SWITCH_S)

"""Who goes first when there is more to compute than processors: the pen, its picture, then a training."""

import contextlib
import os
import sys
import threading
from enum import Enum

SWITCH_S = 0.0005
SPINS = "20000"
"""Turns of GNU OpenMP's waiting loop, about a third of a millisecond; its own 300,000 are five."""


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


def make_way_for_the_window() -> None:
    """Set the process up so that its threads do not keep the window's waiting; before PyTorch is imported.

    A thread that runs Python lets the window's in within half a millisecond: the interpreter's own 5 ms are
    more than the pen's handler takes. Threads of OpenMP, with which PyTorch computes, sleep soon when they
    have nothing to do: they wait by spinning and would keep the processor from the thread that holds the
    interpreter's lock. What the environment says of that wins.
    """
    sys.setswitchinterval(SWITCH_S)
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPINS)

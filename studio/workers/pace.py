"""Who goes first when there is more to compute than processors: the pen, its picture, then a training."""

import contextlib
import os
import sys
import threading


def yield_to_the_window(nice: int) -> None:
    """Let the window's thread go before this one, the more so the higher ``nice`` is, 1 to 19.

    Threads that this one starts afterwards, such as those of PyTorch and ONNX Runtime, inherit it. Linux
    alone knows this for single threads; nothing happens elsewhere.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, thread, max(nice, os.getpriority(os.PRIO_PROCESS, thread)))

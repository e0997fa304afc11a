"""Many drawings rendered at once."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

MOST_PROCESSES, CHUNK = 8, 25


def in_processes(
    work: Callable[[Job], Result], jobs: Sequence[Job], told: Callable[[int], None]
) -> list[Result]:
    """Return ``work`` of each of ``jobs``, in their order, done in processes of their own.

    ``told`` is given the number of jobs that are done, in this thread; when it raises, the rest is left.
    """
    results: list[Result] = []
    # The renderer holds the interpreter's lock, so threads would not help.
    with ProcessPoolExecutor(
        min(os.cpu_count() or 1, MOST_PROCESSES), mp_context=get_context("spawn")
    ) as pool:
        try:
            for result in pool.map(work, jobs, chunksize=CHUNK):
                results.append(result)
                told(len(results))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return results

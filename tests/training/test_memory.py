"""Memory figures, and errors that are about memory or a lost device."""

import pytest
import torch

from training.memory import is_device_lost, is_out_of_memory, memory_in_use


def test_the_process_takes_at_least_what_it_holds() -> None:
    before = memory_in_use()["process_mb"]
    block = bytearray(b"1" * 60_000_000)
    assert memory_in_use()["process_mb"] - before > 40
    assert len(block) == 60_000_000


@pytest.mark.parametrize(
    ("error", "memory", "device"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"), True, False),
        (MemoryError(), True, False),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"), True, False),
        (RuntimeError("CUDA error: unspecified launch failure"), False, True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False, False),
        (ValueError("out of memory"), False, False),
    ],
)
def test_errors_are_told_apart(error: Exception, memory: bool, device: bool) -> None:
    assert (is_out_of_memory(error), is_device_lost(error)) == (memory, device)

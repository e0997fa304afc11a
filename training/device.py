"""Where the networks run, in which number format, and how repeatably."""

import contextlib
import os
from dataclasses import dataclass

import torch

from training.files import UserError


@dataclass(frozen=True)
class Placement:
    """A device and the number format of the convolutions on it."""

    device: torch.device
    precision: torch.dtype
    name: str

    @property
    def mixed(self) -> bool:
        """Whether anything runs in a shorter format than float32."""
        return self.precision != torch.float32

    @property
    def scaled(self) -> bool:
        """Whether gradients need scaling: float16 has too few exponents for small ones."""
        return self.precision == torch.float16

    def autocast(self) -> contextlib.AbstractContextManager[None]:
        """Context in which convolutions run in ``precision``."""
        return torch.autocast(self.device.type, self.precision, enabled=self.mixed)


def place(device: str, precision: str) -> Placement:
    """Choose a device for ``device`` (auto, cpu, cuda, mps) and a format for ``precision``.

    UserError when the device asked for is not there.
    """
    chosen = torch.device(_device_name(device))
    if precision == "auto":
        dtype = _fast_format(chosen)
    else:
        dtype = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}[precision]
    if chosen.type == "cpu" and dtype == torch.float16:
        raise UserError("float16 needs a graphics processor; choose precision=bfloat16 or float32.")
    name = torch.cuda.get_device_name(chosen) if chosen.type == "cuda" else chosen.type.upper()
    return Placement(chosen, dtype, name)


def prepare_torch(placement: Placement, threads: int) -> None:
    """Set PyTorch up so that the same seed gives the same run; ``threads`` 0 leaves their number."""
    if threads:
        torch.set_num_threads(threads)
    # cuBLAS reads this when it is first used; without it, its sums may differ from run to run.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True, warn_only=placement.device.type != "cpu")
    # A guard for programs that read memory before they have written it; it costs a fifth of a step here.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    torch.backends.cudnn.benchmark = False


def _device_name(device: str) -> str:
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if device == "auto":
        return "cuda" if cuda else "mps" if mps else "cpu"
    if device == "cuda" and not cuda:
        raise UserError(
            "PyTorch finds no CUDA device; train with --device cpu or install the CUDA build of torch."
        )
    if device == "mps" and not mps:
        raise UserError("PyTorch finds no Apple GPU; train with --device cpu.")
    return device


def _fast_format(device: torch.device) -> torch.dtype:
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    # Measured: bfloat16 convolutions are two to four times as fast with AMX tiles and slower without.
    if device.type == "cpu" and torch.cpu._is_amx_tile_supported():
        return torch.bfloat16
    return torch.float32

"""Several processes that train one model: who they are, and what they agree on.

Started by ``torchrun``, each process makes its own rows of every batch and DistributedDataParallel averages
the gradients. Process 0 leads: it alone writes, measures and hears commands. Without torchrun the team is
one process, for which everything here is the identity.
"""

import contextlib
import datetime
import gc
import importlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from training.files import UserError

LONGEST_WAIT = datetime.timedelta(hours=12)
"""How long the others wait for process 0, which measures, saves and pauses while they do."""


@dataclass(frozen=True)
class Team:
    """The processes of one training, seen from process ``rank`` of ``size``."""

    rank: int = 0
    size: int = 1
    control: Any = None
    """The group for small agreements; on the CPU, so that they never wait for a GPU's queue."""

    @property
    def leads(self) -> bool:
        """Whether this process writes, measures and hears commands."""
        return self.rank == 0

    def rows(self, batch_size: int) -> range:
        """The samples of a batch that are this process's; UserError when they cannot be shared equally."""
        if batch_size % self.size:
            near = max(1, round(batch_size / self.size)) * self.size
            raise UserError(
                f"batch_size is {batch_size} and there are {self.size} processes; choose a multiple such as "
                f"{near}."
            )
        share = batch_size // self.size
        return range(self.rank * share, (self.rank + 1) * share)

    def wrapped(self, network: nn.Module) -> nn.Module:
        """``network`` so that a backward pass averages its gradients over the team."""
        if self.size == 1:
            return network
        return DistributedDataParallel(network, forward_sync_buffers=False)

    def mean(self, values: Tensor) -> Tensor:
        """The mean of ``values`` over the team; gradients do not pass. Every process has to call it."""
        if self.size == 1:
            return values
        shared = values.detach().clone()
        dist.all_reduce(shared)
        return shared / self.size

    def follow(self, value: Any) -> Any:
        """The ``value`` of process 0. Every process has to call it."""
        if self.size == 1:
            return value
        box = [value]
        dist.broadcast_object_list(box, src=0, group=self.control)
        return box[0]

    def agree(self, value: bool) -> bool:
        """Whether ``value`` holds in any process. Every process has to call it."""
        if self.size == 1:
            return value
        votes = torch.tensor([int(value)])
        dist.all_reduce(votes, group=self.control)
        return bool(votes.item())


ALONE = Team()


@contextlib.contextmanager
def joined(device: str) -> Iterator[Team]:
    """The team that torchrun has started this process for, as long as the context lasts; else ``ALONE``.

    ``device`` is the config's; with CUDA each process takes the GPU of its number on this machine.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size < 2:
        yield ALONE
        return
    cuda = device in ("auto", "cuda") and torch.cuda.is_available()
    if cuda:
        local = int(os.environ.get("LOCAL_RANK", "0"))
        if local >= torch.cuda.device_count():
            raise UserError(
                f"This machine has {torch.cuda.device_count()} GPUs, none for process {local + 1}; start "
                "torchrun with --nproc-per-node of at most that many."
            )
        torch.cuda.set_device(local)
    # Its functions have the default group as a default argument. Imported once there is one, as DDP does,
    # they keep it, and its threads abort the process when they meet the interpreter's end.
    importlib.import_module("torch.distributed.nn.functional")
    dist.init_process_group("nccl" if cuda else "gloo", timeout=LONGEST_WAIT)
    try:
        control = dist.new_group(backend="gloo", timeout=LONGEST_WAIT) if cuda else None
        yield Team(dist.get_rank(), dist.get_world_size(), control)
    finally:
        # The wrapped networks, in cycles of references, hold the group too; nothing may when it is destroyed.
        gc.collect()
        dist.destroy_process_group()

"""Checkpoints: folders of safetensors whose manifest is written last, so none is taken for whole too soon.

checkpoints/step-00001500/{generator,average,discriminator,...}.safetensors, manifest.json
"""

import contextlib
import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from training.config import TrainConfig, to_dict
from training.files import UserError, read_json, write_json
from training.state import Plan, TrainState

FORMAT = 1
FOLDER = "checkpoints"
MANIFEST = "manifest.json"
KEPT_LAST = 3
NAME = re.compile(r"step-(\d{8,})")


@dataclass(frozen=True)
class Checkpoint:
    """A whole checkpoint on disk."""

    path: Path
    step: int
    manifest: Mapping[str, Any]

    def tensors(self, name: str) -> dict[str, Tensor]:
        """The tensors of one of its files; UserError when the file is not what was written."""
        path = self.path / f"{name}.safetensors"
        try:
            if _digest(path) != self.manifest["files"].get(path.name):
                raise UserError(
                    f"{path} is damaged; delete the folder {self.path.name} and resume from the one before."
                )
            return load_file(path)
        except (OSError, SafetensorError) as error:
            raise UserError(
                f"{path} cannot be read ({error}); delete {self.path.name} and resume again."
            ) from error


def save_checkpoint(run: Path, state: TrainState, config: TrainConfig, fingerprint: str) -> Path:
    """Write the whole state beside its final place, sync it and rename it; OSError leaves nothing behind."""
    folder = run / FOLDER
    path = folder / f"step-{state.plan.step:08d}"
    temp = folder / f".{path.name}.{os.getpid()}.tmp"
    shutil.rmtree(temp, ignore_errors=True)
    temp.mkdir(parents=True)
    try:
        digests: dict[str, str] = {}
        for name, tensors in _all_tensors(state).items():
            file = temp / f"{name}.safetensors"
            save_file({key: value.detach().cpu().contiguous() for key, value in tensors.items()}, file)
            _sync(file)
            digests[file.name] = _digest(file)
        manifest = {
            "format": FORMAT,
            "step": state.plan.step,
            "plan": asdict(state.plan),
            "best": state.best,
            "scaler": state.scaler.state_dict(),
            "config": to_dict(config),
            "fingerprint": fingerprint,
            "files": digests,
        }
        write_json(temp / MANIFEST, manifest)
        if path.exists():
            shutil.rmtree(path)
        os.replace(temp, path)
    except SafetensorError as error:
        shutil.rmtree(temp, ignore_errors=True)
        raise OSError(str(error)) from error  # how it reports a full disk
    except BaseException:
        shutil.rmtree(temp, ignore_errors=True)
        raise
    return path


def restore_checkpoint(checkpoint: Checkpoint, state: TrainState) -> None:
    """Put ``checkpoint`` back into ``state`` and the random generators; UserError if it does not fit."""
    try:
        for name, network in _networks(state).items():
            network.load_state_dict(checkpoint.tensors(name))
        for name, optimizer in _optimizers(state).items():
            _fill_optimizer(optimizer, checkpoint.tensors(name))
        if "running.safetensors" in checkpoint.manifest["files"]:  # older checkpoints have none
            state.judged.copy_(checkpoint.tensors("running")["judged"])
        random = checkpoint.tensors("random")
        torch.set_rng_state(random["cpu"])
        if "cuda" in random and torch.cuda.is_available():
            torch.cuda.set_rng_state(random["cuda"])
        if state.scaler.is_enabled():
            state.scaler.load_state_dict(dict(checkpoint.manifest["scaler"]))
        state.plan = Plan(**checkpoint.manifest["plan"])
        state.best = dict(checkpoint.manifest["best"])
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        message = str(error).splitlines()[0]
        raise UserError(
            f"{checkpoint.path} does not fit this run ({message}); resume the run that wrote it."
        ) from error


def list_checkpoints(run: Path) -> list[Checkpoint]:
    """All whole checkpoints of ``run``, oldest first."""
    found: list[Checkpoint] = []
    folder = run / FOLDER
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        match = NAME.fullmatch(path.name)
        if match and (path / MANIFEST).is_file():
            with contextlib.suppress(UserError):
                manifest = read_json(path / MANIFEST)
                if isinstance(manifest, dict) and manifest.get("format") == FORMAT:
                    found.append(Checkpoint(path, int(match[1]), manifest))
    return sorted(found, key=lambda checkpoint: checkpoint.step)


def was_saved(run: Path) -> bool:
    """Whether any state of ``run`` was ever saved whole, also one that cannot be read any more."""
    folder = run / FOLDER
    return folder.is_dir() and any(NAME.fullmatch(path.name) for path in folder.iterdir())


def last_checkpoint(run: Path) -> Checkpoint:
    """The newest whole checkpoint; UserError when there is none."""
    found = list_checkpoints(run)
    if not found:
        raise UserError(f"{run} holds no checkpoint; train it first, or name another run folder.")
    return found[-1]


def best_checkpoint(run: Path) -> Checkpoint:
    """The checkpoint with the best validation figure, else the newest; UserError when there is none."""
    newest = last_checkpoint(run)
    best_step = newest.manifest["best"].get("step")
    return next((found for found in list_checkpoints(run) if found.step == best_step), newest)


def checkpoint_of(run: Path, step: int) -> Checkpoint:
    """The checkpoint of that step; UserError when it is not kept."""
    for found in list_checkpoints(run):
        if found.step == step:
            return found
    raise UserError(f"{run} keeps no checkpoint of step {step}; choose another step.")


def prune_checkpoints(run: Path, best_step: int | None, keep_every: int) -> None:
    """Delete all but the last three, the best and every ``keep_every``-th (0 = none of those)."""
    found = list_checkpoints(run)
    for checkpoint in found[:-KEPT_LAST]:
        milestone = keep_every and checkpoint.step % keep_every == 0
        if checkpoint.step != best_step and not milestone:
            shutil.rmtree(checkpoint.path, ignore_errors=True)


def _networks(state: TrainState) -> dict[str, nn.Module]:
    networks = {"generator": state.generator, "average": state.average}
    if state.discriminator is not None:
        networks["discriminator"] = state.discriminator
    return networks


def _optimizers(state: TrainState) -> dict[str, torch.optim.Adam]:
    optimizers = {"generator_optimizer": state.generator_optimizer}
    if state.discriminator_optimizer is not None:
        optimizers["discriminator_optimizer"] = state.discriminator_optimizer
    return optimizers


def _all_tensors(state: TrainState) -> dict[str, dict[str, Tensor]]:
    tensors: dict[str, dict[str, Tensor]] = {}
    for name, network in _networks(state).items():
        tensors[name] = dict(network.state_dict())
    for name, optimizer in _optimizers(state).items():
        moments = optimizer.state_dict()["state"]
        tensors[name] = {
            f"{index}.{key}": value for index, kept in moments.items() for key, value in kept.items()
        }
    tensors["running"] = {"judged": state.judged}
    tensors["random"] = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        tensors["random"]["cuda"] = torch.cuda.get_rng_state()
    return tensors


def _fill_optimizer(optimizer: torch.optim.Adam, tensors: Mapping[str, Tensor]) -> None:
    parameters = _parameters(optimizer)
    moments: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        index, _, key = name.partition(".")
        # In the parameter's own memory order: the fused step walks both side by side.
        like = parameters[int(index)]
        moments.setdefault(int(index), {})[key] = (
            torch.empty_like(like).copy_(value) if value.dim() else value
        )
    optimizer.load_state_dict({"state": moments, "param_groups": optimizer.state_dict()["param_groups"]})


def _parameters(optimizer: torch.optim.Adam) -> list[Tensor]:
    groups: Iterable[dict[str, Any]] = optimizer.param_groups
    return [parameter for group in groups for parameter in group["params"]]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())

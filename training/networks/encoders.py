"""Ways down of a U-Net: plain strided convolutions, and the blocks of networks that know ImageNet.

ResNet-18 (He et al. 2016) and the Inception network (GoogLeNet, Szegedy et al. 2015, with batch norm) have
torchvision's names and shapes at full width, so that its weights, where the user has them as a file, fit.
"""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import cast

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from training.files import UserError
from training.networks.blocks import Activation, normalised

MEAN, DEVIATION = 0.449, 0.226
"""Of ImageNet's pictures in grey: what a known network expects to see."""
FULL_WIDTH = 64
STATISTICS = "num_batches_tracked"


class PlainEncoder(nn.Module):
    """A 4 x 4 convolution of stride 2 for each of ``layers``; no normalisation in the first, and none where
    the map may be a single pixel.
    """

    def __init__(self, given: int, layers: tuple[int, ...], norm: str, slope: float) -> None:
        super().__init__()
        self.widths = tuple(layers)
        last = len(layers) - 1
        self.layers = nn.ModuleList(
            normalised(nn.Conv2d(before, after, 4, 2, 1), norm if 0 < level < last else "none")
            for level, (before, after) in enumerate(pairwise([given, *layers]))
        )
        self.active = Activation(slope)

    def forward(self, x: Tensor) -> list[Tensor]:
        """[N,C,H,W] -> maps at strides 2, 4, and so on."""
        maps = []
        for layer in self.layers:
            x = self.active(layer(x))
            maps.append(x)
        return maps


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions and a shortcut (He et al. 2016, fig. 2)."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(after)
        self.downsample: nn.Module = nn.Identity()
        if stride > 1 or before != after:
            self.downsample = nn.Sequential(
                nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after)
            )

    def forward(self, x: Tensor) -> Tensor:
        """[N,C,H,W] -> [N,C',H/s,W/s]."""
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.downsample(x))


class ResNetEncoder(nn.Module):
    """ResNet-18 without its end; ``width`` 64 is the published one."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.widths = (width, width, 2 * width, 4 * width, 8 * width)
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        for index, (before, after) in enumerate(pairwise(self.widths), start=1):
            stride = 1 if index == 1 else 2
            blocks = nn.Sequential(BasicBlock(before, after, stride), BasicBlock(after, after, 1))
            self.add_module(f"layer{index}", blocks)

    def forward(self, x: Tensor) -> list[Tensor]:
        """Grey [N,1,H,W] in 0..1 -> maps at strides 2, 4, 8, 16, 32."""
        x = F.relu(self.bn1(self.conv1(_as_photo(x))))
        maps = [x]
        x = F.max_pool2d(x, 3, 2, 1)
        for index in range(1, len(self.widths)):
            x = cast(nn.Module, getattr(self, f"layer{index}"))(x)
            maps.append(x)
        return maps


class _Convolution(nn.Module):
    """Convolution, batch norm, ReLU."""

    def __init__(self, before: int, after: int, side: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, after, side, stride, side // 2, bias=False)
        self.bn = nn.BatchNorm2d(after, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.bn(self.conv(x)))


class InceptionBlock(nn.Module):
    """Four branches side by side (Szegedy et al. 2015, fig. 2b): 1 x 1, 3 x 3, a larger one, and pooling.

    The larger one is 3 x 3 too, as in torchvision's weights.
    """

    def __init__(self, before: int, widths: tuple[int, int, int, int, int, int]) -> None:
        super().__init__()
        one, three_in, three, five_in, five, pooled = widths
        self.channels = one + three + five + pooled
        self.branch1 = _Convolution(before, one, 1)
        self.branch2 = nn.Sequential(_Convolution(before, three_in, 1), _Convolution(three_in, three, 3))
        self.branch3 = nn.Sequential(_Convolution(before, five_in, 1), _Convolution(five_in, five, 3))
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, 1, 1), _Convolution(before, pooled, 1))

    def forward(self, x: Tensor) -> Tensor:
        """[N,C,H,W] -> [N,C',H,W]."""
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], dim=1)


# Widths of each block at full width, by the names of torchvision; a stride begins at the first of each row.
INCEPTION = (
    {"3a": (64, 96, 128, 16, 32, 32), "3b": (128, 128, 192, 32, 96, 64)},
    {
        "4a": (192, 96, 208, 16, 48, 64),
        "4b": (160, 112, 224, 24, 64, 64),
        "4c": (128, 128, 256, 24, 64, 64),
        "4d": (112, 144, 288, 32, 64, 64),
        "4e": (256, 160, 320, 32, 128, 128),
    },
    {"5a": (256, 160, 320, 32, 128, 128), "5b": (384, 192, 384, 48, 128, 128)},
)


class InceptionEncoder(nn.Module):
    """GoogLeNet without its end; ``width`` 64 is the published one."""

    def __init__(self, width: int) -> None:
        super().__init__()

        def thin(channels: int) -> int:
            return max(1, channels * width // FULL_WIDTH)

        self.conv1 = _Convolution(3, thin(64), 7, 2)
        self.conv2 = _Convolution(thin(64), thin(64), 1)
        self.conv3 = _Convolution(thin(64), thin(192), 3)
        widths, before = [thin(64), thin(192)], thin(192)
        for row in INCEPTION:
            for name, channels in row.items():
                one, three_in, three, five_in, five, pooled = (thin(count) for count in channels)
                block = InceptionBlock(before, (one, three_in, three, five_in, five, pooled))
                self.add_module(f"inception{name}", block)
                before = block.channels
            widths.append(before)
        self.widths = tuple(widths)

    def forward(self, x: Tensor) -> list[Tensor]:
        """Grey [N,1,H,W] in 0..1 -> maps at strides 2, 4, 8, 16, 32."""
        x = self.conv1(_as_photo(x))
        maps = [x]
        x = self.conv3(self.conv2(F.max_pool2d(x, 3, 2, 1)))
        maps.append(x)
        for row in INCEPTION:
            x = F.max_pool2d(x, 3, 2, 1)
            for name in row:
                x = cast(nn.Module, getattr(self, f"inception{name}"))(x)
            maps.append(x)
        return maps


KNOWN: dict[str, Callable[[int], nn.Module]] = {"resnet": ResNetEncoder, "inception": InceptionEncoder}


def load_encoder(encoder: nn.Module, path: Path) -> None:
    """Start ``encoder`` from the weights in a file of torchvision's (.pth) or a .safetensors one.

    Nothing in the file is run. UserError when it cannot be read or holds other weights.
    """
    try:
        if path.suffix == ".safetensors":
            found = load_file(path)
        else:
            found = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise UserError(f"{path} does not exist; name a file of weights or leave it out.") from None
    except (OSError, SafetensorError, RuntimeError, ValueError, EOFError, KeyError) as error:
        raise UserError(f"{path} holds no weights that can be read ({_first(error)}).") from error
    except Exception as error:  # what unpickling refuses has many names
        raise UserError(f"{path} is no plain file of weights ({_first(error)}); choose another.") from error
    wanted = encoder.state_dict()
    known = {name: found[name] for name in wanted if isinstance(found, dict) and name in found}
    missing = [name for name in wanted if name not in known and not name.endswith(STATISTICS)]
    if missing:
        raise UserError(f"{path} lacks the weights {missing[0]}; choose those of the encoder's own network.")
    try:
        encoder.load_state_dict(wanted | known)
    except RuntimeError as error:
        raise UserError(
            f"{path} has weights of other shapes; set generator.width to {FULL_WIDTH} for published ones."
        ) from error


def _first(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _as_photo(grey: Tensor) -> Tensor:
    return ((grey - MEAN) / DEVIATION).expand(-1, 3, -1, -1)

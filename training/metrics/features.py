"""Pictures to feature vectors: the extractor is passed in, so that every metric can name its judge."""

from typing import Protocol

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from training.networks.efficientnet import POOLED_SIZE, EfficientNetLite, load_efficientnet_lite

Pictures = NDArray[np.uint8]  # [N, H, W, 3], RGB
Features = NDArray[np.float64]  # [N, D]

JUDGE = 2  # EfficientNet-Lite2 takes no part in training; Lite0 does
JUDGED_PX = 128
"""It sees next to nothing in a few dozen pixels: smaller pictures are enlarged for it."""


class FeatureExtractor(Protocol):
    """A frozen network that gives each picture one vector, whatever else is in the batch."""

    name: str
    size: int

    def __call__(self, pictures: Pictures) -> Features:
        """Return the vectors [N, ``size``] of the pictures [N, H, W, 3]."""


class EfficientNetFeatures:
    """Pooled features of an EfficientNet-Lite at the pictures' own size, never resized."""

    size = POOLED_SIZE

    def __init__(self, network: EfficientNetLite, device: str = "cpu", batch_size: int = 8) -> None:
        self.name = f"efficientnet_lite{network.which}"
        self._network = network.to(device)
        self._device = device
        self._batch_size = batch_size

    def __call__(self, pictures: Pictures) -> Features:
        parts = [np.empty((0, self.size))]
        with torch.inference_mode():
            for start in range(0, len(pictures), self._batch_size):
                part = torch.from_numpy(np.ascontiguousarray(pictures[start : start + self._batch_size]))
                image = part.to(self._device).permute(0, 3, 1, 2).float() / 255
                parts.append(self._network.pooled(image).cpu().double().numpy())
        return np.concatenate(parts)


def efficientnet_lite(which: int = JUDGE, device: str = "cpu") -> EfficientNetFeatures:
    """Return the extractor of EfficientNet-Lite ``which``; UserError when its weights are not installed."""
    return EfficientNetFeatures(load_efficientnet_lite(which), device)


def in_colour(pictures: Pictures) -> Pictures:
    """``pictures`` [N, H, W, 1 or 3] with three channels."""
    return pictures if pictures.shape[3] == 3 else pictures.repeat(3, axis=3)


def enlarged(pictures: Pictures, least: int = JUDGED_PX) -> Pictures:
    """``pictures`` [N, S, S, 3] a whole number of times as large: each side has ``least`` at least."""
    side = pictures.shape[1] * -(-least // pictures.shape[1])
    if side == pictures.shape[1]:
        return pictures
    return np.stack([cv2.resize(one, (side, side), interpolation=cv2.INTER_LINEAR) for one in pictures])


def of_side(pictures: Pictures, side: int) -> Pictures:
    """``pictures`` [N, S, S, 3] as [N, side, side, 3]."""
    if pictures.shape[1] == side:
        return pictures
    how = cv2.INTER_AREA if pictures.shape[1] > side else cv2.INTER_LINEAR
    return np.stack([cv2.resize(one, (side, side), interpolation=how) for one in pictures])

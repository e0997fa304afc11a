"""Fully connected generator and discriminator of a conditional GAN (Mirza and Osindero 2014)."""

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from training.networks.blocks import Activation, from_tanh, label_vector, norm_of, normalised
from training.networks.registry import register_network

LEAK = 0.2
GENERATOR_LAYERS, JUDGE_LAYERS = (256, 512, 1024), (512, 512)


@register_network("dense")
class DenseGenerator(nn.Module):
    """Noise and label, joined, through dense ``layers`` (256, 512, 1024) to a picture of one ``size``.

    ``norm`` stands before the activation, or after it with ``norm_last``; ``slope`` is the activation's.
    """

    task = "label-to-image"

    def __init__(
        self,
        labels: int,
        noise: int,
        picture: int,
        size: int,
        layers: tuple[int, ...] = (),
        embedding: int = 0,
        norm: str = "batch",
        norm_last: bool = False,
        slope: float = 0.2,
    ) -> None:
        super().__init__()
        self.stride, self.smallest, self.largest = 0, size, size
        layers = tuple(layers) or GENERATOR_LAYERS
        self.options: dict[str, Any] = {
            "labels": labels, "noise": noise, "picture": picture, "size": size, "layers": list(layers),
            "embedding": embedding, "norm": norm, "norm_last": norm_last, "slope": slope,
        }  # fmt: skip
        self.label = label_vector(labels, embedding)
        told = self.label.out_features if self.label is not None else 0
        steps: list[nn.Module] = []
        for before, after in pairwise([noise + told, *layers]):
            layer = nn.Linear(before, after)
            if norm_last:
                steps += [layer, Activation(slope), norm_of(norm, layer)]
            else:
                steps += [normalised(layer, norm), Activation(slope)]
        self.steps = nn.Sequential(*steps)
        self.picture = nn.Linear([noise + told, *layers][-1], picture * size * size)

    def forward(self, noise: Tensor, label: Tensor) -> Tensor:
        """``noise`` [N,Z] and ``label`` weights [N,L], all zero = any -> a picture [N,C,S,S] in 0..1."""
        x = noise if self.label is None else torch.cat([noise, self.label(label)], dim=1)
        channels, side = int(self.options["picture"]), int(self.options["size"])
        return from_tanh(self.picture(self.steps(x))).unflatten(1, (channels, side, side))


@register_network("dense-judge")
class DenseJudge(nn.Module):
    """The pixels of a picture and its label, joined, through dense ``layers`` (512, 512) to one logit."""

    needs_features = False
    pixelwise = False

    def __init__(
        self,
        labels: int,
        picture: int,
        size: int,
        layers: tuple[int, ...] = (),
        embedding: int = 0,
        norm: str = "none",
    ) -> None:
        super().__init__()
        self.apart = norm == "batch"
        self.label = label_vector(labels, embedding, judge=True)
        told = self.label.out_features if self.label is not None else 0
        widths = [picture * size * size + told, *(layers or JUDGE_LAYERS)]
        self.layers = nn.ModuleList(
            normalised(nn.Linear(before, after), norm, judge=True) for before, after in pairwise(widths)
        )
        self.judge = normalised(nn.Linear(widths[-1], 1), "spectral" if norm == "spectral" else "none")

    def forward(self, image: Tensor, maps: list[Tensor], guide: Tensor, label: Tensor) -> list[Tensor]:
        """Logits [N,1,1,1] in a list; ``image`` [N,C,S,S] in 0..1, the rest but ``label`` unused."""
        x = image.flatten(1) * 2.0 - 1.0
        if self.label is not None:
            x = torch.cat([x, self.label(label)], dim=1)
        for layer in self.layers:
            x = F.leaky_relu(layer(x), LEAK)
        return [torch.as_tensor(self.judge(x))[:, :, None, None]]

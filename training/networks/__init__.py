"""Networks and their registry; importing this package registers them all."""

from training.networks import dcgan, dense, modulated, patchgan, projected, strided_unet, unet, unet_judge
from training.networks.blocks import compose
from training.networks.registry import build_network, network_names, network_options, register_network

__all__ = [
    "build_network",
    "compose",
    "dcgan",
    "dense",
    "modulated",
    "network_names",
    "network_options",
    "patchgan",
    "projected",
    "register_network",
    "strided_unet",
    "unet",
    "unet_judge",
]

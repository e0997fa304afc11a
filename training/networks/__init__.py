"""Networks and their registry; importing this package registers them all."""

from training.networks import patchgan, projected, unet
from training.networks.blocks import compose
from training.networks.registry import build_network, network_names, register_network

__all__ = ["build_network", "compose", "network_names", "patchgan", "projected", "register_network", "unet"]

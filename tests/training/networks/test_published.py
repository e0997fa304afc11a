"""What the networks of the published recipes promise, beside what every network does."""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from training.files import UserError
from training.networks import build_network
from training.networks.encoders import InceptionEncoder, ResNetEncoder, load_encoder

PICTURES = {"labels": 3, "noise": 5, "picture": 1, "size": 28}
LABEL_GENERATORS: dict[str, dict[str, Any]] = {
    "dense": PICTURES | {"layers": (8, 12), "norm_last": True},
    "dcgan": PICTURES | {"width": 4, "embedding": 2, "join": "late"},
    "modulated": PICTURES | {"width": 8, "cap": 8, "condition": 4, "embedding": 2},
}
JUDGES: dict[str, dict[str, Any]] = {
    "dense-judge": {"labels": 3, "picture": 1, "size": 28, "layers": (8,)},
    "dcgan-judge": {"labels": 3, "picture": 1, "size": 28, "channels": 4},
    "unet-judge": {"labels": 3, "picture": 3, "channels": 4, "guide": "sketch"},
    "joint-judge": {"labels": 3, "picture": 3, "size": 32, "channels": 4, "attention": True},
}
LABEL = torch.eye(3)[:2]


def pictures(kind: str, **changes: Any) -> tuple[nn.Module, Tensor, Tensor]:
    torch.manual_seed(0)
    network = build_network(kind, LABEL_GENERATORS[kind] | changes)
    return network, torch.randn(2, 5), LABEL[:, : (LABEL_GENERATORS[kind] | changes)["labels"]]


@pytest.mark.parametrize("size", [28, 32, 50])
@pytest.mark.parametrize("kind", LABEL_GENERATORS)
def test_pictures_of_labels_have_their_size_and_range(kind: str, size: int) -> None:
    network, noise, label = pictures(kind, size=size, picture=3)
    made = network(noise, label)
    assert made.shape == (2, 3, size, size)
    assert 0 <= made.min() <= made.max() <= 1


@pytest.mark.parametrize("kind", LABEL_GENERATORS)
def test_label_and_noise_change_the_picture_and_none_means_any(kind: str) -> None:
    network, noise, label = pictures(kind)
    network.eval()
    first = network(noise, label)
    assert (network(noise, label.roll(1, dims=1)) - first).abs().max() > 0
    assert (network(-noise, label) - first).abs().max() > 0
    assert torch.isfinite(network(noise, torch.zeros_like(label))).all()
    plain, noise, nothing = pictures(kind, labels=0)
    assert plain.eval()(noise, nothing).shape == first.shape


@pytest.mark.parametrize("join", ["early", "late"])
def test_the_label_is_joined_before_or_after_a_layer_of_its_own(join: str) -> None:
    network, _, label = pictures("dcgan", join=join)
    assert len(network.stems) == (2 if join == "late" else 1)  # type: ignore[arg-type]
    judge = build_network("dcgan-judge", JUDGES["dcgan-judge"] | {"join": join, "norm": "none"})
    image = torch.rand(2, 1, 28, 28)
    guide = torch.zeros(2, 0, 14, 14)
    (first,) = judge(image, [], guide, label)
    (other,) = judge(image, [], guide, label.roll(1, dims=1))
    assert (first - other).abs().max() > 0


@pytest.mark.parametrize("norm", ["none", "batch", "instance", "layer", "spectral"])
@pytest.mark.parametrize("kind", ["patchgan", "dcgan-judge", "dense-judge"])
def test_a_judge_in_eval_mode_changes_nothing_about_itself(kind: str, norm: str) -> None:
    options = {"patchgan": {"labels": 3, "channels": 8, "guide": "none"}}.get(kind) or JUDGES[kind]
    torch.manual_seed(0)
    judge = build_network(kind, options | {"norm": norm})
    side = options.get("size", 64)
    image, guide = torch.rand(2, options.get("picture", 3), side, side), torch.zeros(2, 0, 1, 1)
    judge.train()(image, [], guide, LABEL)
    before = {name: value.clone() for name, value in judge.state_dict().items()}
    judge.eval()
    (logits,) = judge(image, [], guide, LABEL)
    assert torch.isfinite(logits).all()
    assert all(torch.equal(value, before[name]) for name, value in judge.state_dict().items())
    assert judge.apart == (norm == "batch")


def test_the_judge_of_pixels_gives_a_verdict_on_the_whole_and_on_each_pixel() -> None:
    judge = build_network("unet-judge", JUDGES["unet-judge"])
    whole, pixels = judge(torch.rand(2, 3, 64, 32), [], torch.rand(2, 1, 32, 16), LABEL)
    assert whole.shape == (2, 1, 1, 1)
    assert pixels.shape == (2, 1, 64, 32)


def unet(**changes: Any) -> nn.Module:
    torch.manual_seed(0)
    options = {"labels": 3, "noise": 0, "layers": (4, 8, 8), "embedding": 2}
    return build_network("strided-unet", options | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"join": "late", "slope": 0.2, "tail_layers": (6, 6)},
        {"labels": 0},
        {"labels": 0, "noise": 4},
        {"noise": 4, "attention": True, "dropout": 0.5},
        {"encoder": "resnet", "width": 8, "attention": True},
        {"encoder": "inception", "width": 8},
        {"layers": (4,) * 6, "norm": "instance"},
    ],
)
def test_a_strided_unet_makes_a_picture_of_any_size_of_its_stride(changes: dict[str, Any]) -> None:
    network = unet(**changes)
    height, width = 64, 128
    label, noise = LABEL[:, : changes.get("labels", 3)], torch.randn(2, changes.get("noise", 0))
    made = network(torch.rand(2, 1, height, width), torch.zeros(2, 4, height, width), label, noise)
    assert made.shape == (2, 3, height, width)
    assert 0 <= made.min() <= made.max() <= 1
    made.sum().backward()
    assert all(weight.grad is not None for weight in network.parameters())


@pytest.mark.parametrize("encoder", [ResNetEncoder(8), InceptionEncoder(8)], ids=["resnet", "inception"])
def test_an_encoder_starts_from_a_file_and_refuses_others(encoder: nn.Module, tmp_path: Path) -> None:
    weights = {name: torch.full_like(value, 2) for name, value in encoder.state_dict().items()}
    torch.save(weights | {"fc.weight": torch.zeros(3)}, tmp_path / "known.pth")
    save_file(weights, tmp_path / "known.safetensors")
    for name in ("known.pth", "known.safetensors"):
        load_encoder(encoder, tmp_path / name)
        assert all((value == 2).all() for value in encoder.state_dict().values())
    with pytest.raises(UserError, match="shapes"):
        load_encoder(type(encoder)(16), tmp_path / "known.pth")
    (tmp_path / "text.pth").write_text("no weights", encoding="utf-8")
    torch.save({"other": torch.zeros(1)}, tmp_path / "other.pth")
    torch.save(nn.Linear(1, 1), tmp_path / "code.pth")  # a pickled module may run anything: not loaded
    for name, why in (("text", "weights"), ("other", "lacks"), ("code", "weights"), ("gone", "not exist")):
        with pytest.raises(UserError, match=why):
            load_encoder(encoder, tmp_path / f"{name}.pth")


def test_published_weights_fit_the_encoders_of_full_width() -> None:
    # Names and numbers of torchvision's resnet18 and googlenet without fc and the auxiliary classifiers.
    resnet, inception = ResNetEncoder(64).state_dict(), InceptionEncoder(64).state_dict()
    assert resnet["layer4.1.conv2.weight"].shape == (512, 512, 3, 3)
    assert resnet["layer2.0.downsample.1.running_var"].shape == (128,)
    assert sum(value.numel() for name, value in resnet.items() if "num_b" not in name) == 11_186_112
    assert inception["inception4b.branch3.1.conv.weight"].shape == (64, 24, 3, 3)
    assert inception["inception5b.branch4.1.bn.running_mean"].shape == (128,)

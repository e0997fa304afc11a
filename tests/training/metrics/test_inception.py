"""Our arithmetic and the Inception extractor against torch-fidelity's own."""

import hashlib
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from training.files import UserError
from training.metrics import inception
from training.metrics.frechet import frechet_distance, frechet_from_few
from training.metrics.inception import InceptionFeatures, inception_features, inception_score, load_weights
from training.metrics.kernel import kernel_distance_of_subsets
from training.metrics.weights import Published
from training.vision import import_torchvision


def fidelity(module: str) -> ModuleType:
    try:
        return import_torchvision(f"torch_fidelity.{module}")
    except UserError as error:
        pytest.skip(str(error))


def features(count: int, size: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    mix = torch.rand(size, size, generator=generator, dtype=torch.float64)
    return torch.rand(count, size, generator=generator, dtype=torch.float64) @ mix / size


def test_frechet_distance_agrees_with_torch_fidelity() -> None:
    metric = fidelity("metric_fid")
    for count in (300, 60):
        a, b = features(count, 64, 1), features(count + 11, 64, 2)
        theirs = metric.fid_statistics_to_metric(
            metric.fid_features_to_statistics(a), metric.fid_features_to_statistics(b), verbose=False
        )[metric.KEY_METRIC_FID]
        assert frechet_distance(a.numpy(), b.numpy()) == pytest.approx(theirs, rel=1e-4, abs=1e-4)
        assert frechet_from_few(a.numpy(), b.numpy()) == pytest.approx(theirs, rel=1e-4, abs=1e-4)


def test_kernel_distance_agrees_with_torch_fidelity(monkeypatch: pytest.MonkeyPatch) -> None:
    metric = fidelity("metric_kid")
    monkeypatch.setattr(metric.tqdm, "monitor_interval", 0)  # no watching thread that outlives the test
    a, b = features(90, 32, 1), features(120, 32, 2)
    theirs = metric.kid_features_to_metric(a, b, kid_subsets=7, kid_subset_size=40, verbose=False)
    ours = kernel_distance_of_subsets(a.numpy(), b.numpy(), subsets=7, subset_size=40)
    assert ours.mean == pytest.approx(theirs[metric.KEY_METRIC_KID_MEAN], rel=1e-4, abs=1e-6)
    assert ours.deviation == pytest.approx(theirs[metric.KEY_METRIC_KID_STD], rel=1e-4, abs=1e-6)


def test_inception_score_agrees_with_torch_fidelity() -> None:
    metric = fidelity("metric_isc")
    logits = torch.randn(55, 20, generator=torch.Generator().manual_seed(3)) * 3
    theirs = metric.isc_features_to_metric(logits)[metric.KEY_METRIC_ISC_MEAN]
    assert inception_score(logits.numpy()) == pytest.approx(theirs, rel=1e-6)


def test_inception_score_is_one_for_equal_answers_and_needs_a_picture_a_part() -> None:
    assert inception_score(np.tile(np.arange(5.0), (20, 1))) == pytest.approx(1)
    with pytest.raises(ValueError, match="parts"):
        inception_score(np.zeros((3, 5)))


@pytest.fixture(scope="module")
def random_state() -> dict[str, torch.Tensor]:
    """Seeded random weights of the real architecture; the published ones are the user's to fetch."""
    extractor: Any = fidelity("feature_extractor_inceptionv3").FeatureExtractorInceptionV3

    class Unloaded(extractor):  # type: ignore[misc]
        def load_state_dict(self, *args: Any, **kwargs: Any) -> None:
            """Keep the random start."""

    empty = Path(__file__).parent / "no weights"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch, "load", lambda *args, **kwargs: {})
        torch.manual_seed(4)
        network = Unloaded("random", ["2048"], feature_extractor_weights_path=empty)
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(module.weight)  # the default start dies out over the depth
    return network.state_dict()


def pictures(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 48, 40, 3), dtype=np.uint8)


def test_extractor_gives_each_picture_its_vector_whatever_the_batch(
    random_state: dict[str, torch.Tensor],
) -> None:
    images = pictures(3)
    together, logits = InceptionFeatures(random_state, batch_size=3).both(images)
    alone = InceptionFeatures(random_state, batch_size=1)(images)
    assert together.shape == (3, 2048)
    assert logits.shape == (3, 1008)
    np.testing.assert_allclose(together, alone, rtol=1e-3, atol=1e-4)
    assert np.abs(together[0] - together[1]).max() > 1e-4


@pytest.fixture(scope="module")
def two_clouds(random_state: dict[str, torch.Tensor]) -> tuple[np.ndarray, np.ndarray]:
    """Features [11, 2048] of pictures and of darker ones, as the network sees them."""
    images = pictures(22)
    images[11:] //= 2
    features = InceptionFeatures(random_state)(images)
    return features[:11], features[11:]


@pytest.mark.parametrize(("first", "count"), [(0, 512), (1500, 9)], ids=["few vectors", "many vectors"])
def test_distances_through_the_network_agree_with_torch_fidelity(
    two_clouds: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch, first: int, count: int
) -> None:
    metric, kernel = fidelity("metric_fid"), fidelity("metric_kid")
    monkeypatch.setattr(kernel.tqdm, "monitor_interval", 0)
    # A part of the dimensions: their eigenvalues of all 2,048 take ten seconds.
    a, b = (np.ascontiguousarray(cloud[:, first : first + count]) for cloud in two_clouds)
    theirs = metric.fid_statistics_to_metric(
        *(metric.fid_features_to_statistics(torch.from_numpy(part)) for part in (a, b)), verbose=False
    )[metric.KEY_METRIC_FID]
    assert theirs > 0
    assert frechet_distance(a, b) == pytest.approx(theirs, rel=1e-4)
    estimate = kernel.kid_features_to_metric(
        torch.from_numpy(a), torch.from_numpy(b), kid_subsets=5, kid_subset_size=8, verbose=False
    )
    ours = kernel_distance_of_subsets(a, b, subsets=5, subset_size=8)
    assert ours.mean == pytest.approx(estimate[kernel.KEY_METRIC_KID_MEAN], rel=1e-4)


def test_features_are_those_of_torch_fidelity(random_state: dict[str, torch.Tensor], tmp_path: Path) -> None:
    extractor: Any = fidelity("feature_extractor_inceptionv3").FeatureExtractorInceptionV3
    torch.save(random_state, tmp_path / "weights.pth")
    theirs = extractor("theirs", ["2048"], feature_extractor_weights_path=tmp_path / "weights.pth")
    images = pictures(2)
    with torch.inference_mode():
        (expected,) = theirs(torch.from_numpy(images).permute(0, 3, 1, 2))
    np.testing.assert_allclose(InceptionFeatures(random_state)(images), expected.numpy(), rtol=1e-5)


def test_weights_are_verified_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    torch.save({"a": torch.ones(3)}, path)
    size, digest = path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest()
    assert torch.equal(load_weights(path, Published("x/w.pth", size, digest))["a"], torch.ones(3))
    with pytest.raises(UserError, match="bytes, not"):
        load_weights(path)
    with pytest.raises(UserError, match="not the published"):
        load_weights(path, Published("x/w.pth", size, "0" * 64))


def test_missing_weights_name_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    fidelity("metric_fid")
    with pytest.raises(UserError, match="--fetch-inception"):
        inception_features()
    monkeypatch.setattr(inception.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match="pip install"):
        inception_features()

import numpy as np
import pytest

from studio.cli.common import model_for_sketches
from studio.core.label_sketches import ANY_LABEL, label_sketches


@pytest.mark.parametrize("size", [32, 129, 256])
def test_the_drawing_for_all_labels_fits_any_size(size: int) -> None:
    sketch = label_sketches(size, ())[ANY_LABEL]
    assert sketch.shape == (size, size)
    assert sketch.min() < 128 < sketch.max()


def test_each_label_of_the_shipped_model_has_a_drawing_of_its_own() -> None:
    manifest = model_for_sketches("").manifest
    assert manifest is not None
    sketches = label_sketches(64, manifest.labels)
    assert set(sketches) == {ANY_LABEL, *manifest.labels}
    assert len({sketch.tobytes() for sketch in sketches.values()}) == len(sketches)


def test_names_match_by_their_letters_and_others_share_one_drawing() -> None:
    sketches = label_sketches(64, ("FOOD AND drink", "food & drink", "Cars", "!", "../samples/cat"))
    assert set(sketches) == {ANY_LABEL, "food & drink"}
    assert np.median(sketches["food & drink"]) > 200

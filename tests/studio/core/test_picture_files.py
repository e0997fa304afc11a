from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.core.picture_files import save_picture
from training.files import UserError


def half_covered() -> np.ndarray:
    """Green at the left, nothing at the right."""
    pixels = np.zeros((20, 30, 4), np.uint8)
    pixels[:, :15] = (20, 160, 60, 255)
    return pixels


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.png", "PNG"), ("a.jpg", "JPEG"), ("a.JPEG", "JPEG"), ("a.webp", "WEBP"), ("a.tif", "TIFF")],
)
def test_the_ending_says_the_format(tmp_path: Path, name: str, kind: str) -> None:
    path = save_picture(tmp_path / name, half_covered()[..., :3])
    with Image.open(path) as image:
        assert (image.format, image.size, image.mode) == (kind, (30, 20), "RGB")
        assert np.abs(np.asarray(image).astype(int)[10, 5] - (20, 160, 60)).max() <= 3


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.tiff"])
def test_transparency_is_kept_where_the_format_has_it(tmp_path: Path, name: str) -> None:
    with Image.open(save_picture(tmp_path / name, half_covered())) as image:
        assert np.array_equal(np.asarray(image), half_covered())


def test_jpeg_gets_white_paper_instead_of_transparency(tmp_path: Path) -> None:
    with Image.open(save_picture(tmp_path / "a.jpg", half_covered())) as image:
        assert image.mode == "RGB"
        assert np.asarray(image)[10, 25].tolist() == [255, 255, 255]


def test_a_disk_that_refuses_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"a\.png could not be written"):
        save_picture(tmp_path / "file" / "a.png", half_covered())

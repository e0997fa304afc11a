import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.core.sheets import FACTS_KEY, enlarged, save_png, sprite_sheet
from training.files import UserError


def flat(value: int) -> np.ndarray:
    return np.full((8, 8, 3), value, np.uint8)


def test_sprites_lie_edge_to_edge() -> None:
    sheet = sprite_sheet([[flat(1), flat(2), flat(3)], [flat(4), flat(5), flat(6)]])
    assert sheet.shape == (16, 24, 3)
    assert sheet[::8, ::8, 0].tolist() == [[1, 2, 3], [4, 5, 6]]
    assert np.array_equal(sheet[8:, 16:], flat(6))


def test_a_picture_is_enlarged_until_it_fits_and_keeps_its_proportions() -> None:
    assert enlarged(flat(9), 300, 200).shape == (200, 200, 3)
    assert enlarged(np.zeros((8, 16, 3), np.uint8), 300, 200).shape == (150, 300, 3)
    assert (enlarged(flat(9), 64, 64) == 9).all()


def test_a_png_tells_what_made_it(tmp_path: Path) -> None:
    facts = {"model": "Ziffern ½", "pictures": [{"label": "7", "seed": 12}]}
    path = save_png(tmp_path / "one.png", flat(7), facts)
    with Image.open(path) as image:
        assert json.loads(image.text[FACTS_KEY]) == facts  # type: ignore[attr-defined]
        assert np.array_equal(np.asarray(image), flat(7))


def test_a_folder_that_takes_no_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(UserError, match="choose another folder"):
        save_png(tmp_path / "file" / "one.png", flat(7), {})

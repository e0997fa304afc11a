from pathlib import Path

import numpy as np
import pytest

from studio.core.engine import Engine
from studio.core.gallery import Gallery
from studio.core.generate import (
    ANY,
    BATCH,
    Between,
    Dial,
    Generated,
    GenerateRequest,
    Sample,
    generate,
    inputs_of,
    lerp,
    slerp,
    truncated,
    walk,
)
from studio.core.library import ModelEntry
from tests.fixtures.models import TinyGenerator, flat_colour
from training.files import UserError

CAT, DOG = Sample("cat", 1), Sample("dog", 2)
MANIFEST = TinyGenerator(noise=64).manifest()


def normal(seed: int, count: int = 64) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(count)


class TestNoise:
    def test_one_seed_is_the_same_noise_under_every_label_and_another_seed_another(self) -> None:
        label, noise = inputs_of(MANIFEST, [Sample("cat", 1), Sample("dog", 1), Sample("dog", 2)], Dial())
        assert label.tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 0]]
        assert np.array_equal(noise[0], noise[1])
        assert not np.array_equal(noise[1], noise[2])

    def test_any_label_is_all_zero_and_seed_0_is_the_likeliest_picture(self) -> None:
        label, noise = inputs_of(MANIFEST, [Sample(ANY, 0)], Dial())
        assert not label.any()
        assert not noise.any()

    def test_the_strength_multiplies(self) -> None:
        _, full = inputs_of(MANIFEST, [CAT], Dial())
        _, half = inputs_of(MANIFEST, [CAT], Dial(strength=0.5))
        assert np.allclose(half, full / 2)

    @pytest.mark.parametrize("bound", [0.1, 0.7, 2.0])
    def test_truncated_noise_keeps_within_its_bound_and_its_order(self, bound: float) -> None:
        noise = normal(3, 500)
        cut = truncated(noise, bound)
        assert np.abs(cut).max() <= bound
        assert np.array_equal(np.argsort(cut), np.argsort(noise))
        assert np.array_equal(np.sign(cut), np.sign(noise))

    def test_a_bound_moved_a_little_moves_the_noise_a_little(self) -> None:
        noise = normal(3, 500)
        assert np.abs(truncated(noise, 1.05) - truncated(noise, 1.0)).max() < 0.06
        assert np.array_equal(truncated(noise, 3.0), noise)


class TestWalk:
    def test_it_begins_and_ends_with_the_chosen_pictures(self) -> None:
        places = walk(CAT, DOG, 5)
        assert places[0] == CAT
        assert places[-1] == DOG
        assert [place.share for place in places if isinstance(place, Between)] == [0.25, 0.5, 0.75]

    def test_labels_go_in_a_straight_line_and_noise_along_the_sphere(self) -> None:
        label, noise = inputs_of(MANIFEST, [CAT, Between(CAT, DOG, 0.25), DOG], Dial())
        assert np.allclose(label[1], [0.75, 0.25, 0])
        lengths = np.linalg.norm(noise, axis=1)
        assert min(lengths[0], lengths[2]) * 0.95 < lengths[1] < max(lengths[0], lengths[2]) * 1.05

    def test_the_ends_of_the_sphere_are_the_noise_itself(self) -> None:
        first, second = normal(1), normal(2)
        assert np.allclose(slerp(first, second, 0), first)
        assert np.allclose(slerp(first, second, 1), second)

    def test_half_way_on_the_sphere_has_the_same_angle_to_both(self) -> None:
        first, second = (vector / np.linalg.norm(vector) for vector in (normal(1), normal(2)))
        middle = slerp(first, second, 0.5)
        assert middle @ first == pytest.approx(middle @ second)
        assert np.linalg.norm(middle) == pytest.approx(1)

    @pytest.mark.parametrize("second", [np.zeros(64), normal(1), -normal(1), 2 * normal(1)])
    def test_where_there_is_no_sphere_the_way_is_straight(self, second: np.ndarray) -> None:
        first = normal(1)
        assert np.allclose(slerp(first, second, 0.3), lerp(first, second, 0.3))


class TestPictures:
    def test_pictures_come_in_the_order_of_the_places(self, tmp_path: Path) -> None:
        entry = TinyGenerator().entry(tmp_path)
        made = generate(Engine.load(entry, "cpu", 1), request(entry, Sample("dog", 0), Sample(ANY, 0)))
        (first, dog), (second, anything) = made.pictures
        assert (first, second) == (Sample("dog", 0), Sample(ANY, 0))
        assert dog.shape == (16, 16, 3)
        assert np.abs(dog[3, 3].astype(int) - flat_colour(1)).max() <= 1
        assert np.abs(anything[3, 3].astype(int) - flat_colour()).max() <= 1
        assert not dog.flags.writeable
        assert made.left == 0
        assert made.device.provider == "CPU"

    def test_a_grey_model_gives_rgb(self, tmp_path: Path) -> None:
        entry = TinyGenerator(channels=1, labels=()).entry(tmp_path)
        made = generate(Engine.load(entry, "cpu", 1), request(entry, Sample(ANY, 4)))
        pixels = made.pictures[0][1]
        assert pixels.shape == (16, 16, 3)
        assert np.array_equal(pixels[..., 0], pixels[..., 2])

    def test_many_pictures_come_in_batches(self, tmp_path: Path) -> None:
        entry = TinyGenerator().entry(tmp_path)
        places = tuple(Sample("cat", seed) for seed in range(BATCH + 3))
        made = generate(Engine.load(entry, "cpu", 1), request(entry, *places))
        assert [place for place, _ in made.pictures] == list(places[:BATCH])
        assert made.left == 3

    def test_the_same_request_gives_the_same_pictures(self, tmp_path: Path) -> None:
        entry = TinyGenerator().entry(tmp_path)
        engine = Engine.load(entry, "cpu", 1)
        one, other = (generate(engine, request(entry, CAT, DOG)) for _ in range(2))
        for (_, first), (_, second) in zip(one.pictures, other.pictures, strict=True):
            assert np.array_equal(first, second)

    def test_a_file_that_has_changed_is_refused(self, tmp_path: Path) -> None:
        entry = TinyGenerator().entry(tmp_path)
        entry.path.write_bytes(b"something else")
        with pytest.raises(UserError, match="has changed"):
            Engine.load(entry, "cpu", 1)


class TestGallery:
    def test_only_what_is_missing_or_out_of_date_is_asked_for(self, tmp_path: Path) -> None:
        entry = TinyGenerator().entry(tmp_path)
        gallery = Gallery()
        gallery.want(entry, [CAT, DOG, CAT], Dial())
        assert gallery.request() == request(entry, CAT, DOG)
        assert gallery.take(made(entry, CAT))
        assert gallery.request() == request(entry, DOG)
        gallery.take(made(entry, DOG))
        assert gallery.is_complete
        gallery.want(entry, [CAT, DOG], Dial(0.5))
        assert not gallery.is_complete
        assert gallery.picture(CAT) is not None

    def test_while_the_dial_moves_every_picture_has_its_turn(self, tmp_path: Path) -> None:
        entry = TinyGenerator().entry(tmp_path)
        gallery = Gallery()
        gallery.want(entry, [CAT, DOG], Dial())
        gallery.take(made(entry, CAT, DOG))
        gallery.want(entry, [CAT, DOG], Dial(0.9))
        gallery.take(made(entry, CAT, dial=Dial(0.9)))
        gallery.want(entry, [CAT, DOG], Dial(0.8))
        wanted = gallery.request()
        assert wanted is not None
        assert wanted.places == (DOG, CAT)

    def test_pictures_of_another_model_are_forgotten_and_late_ones_are_not_taken(
        self, tmp_path: Path
    ) -> None:
        one, other = (TinyGenerator(name).entry(tmp_path, f"{name}.onnx") for name in ("one", "other"))
        gallery = Gallery()
        gallery.want(one, [CAT], Dial())
        gallery.take(made(one, CAT))
        gallery.want(other, [CAT], Dial())
        assert gallery.picture(CAT) is None
        assert not gallery.take(made(one, CAT))
        gallery.want(None, [], Dial())
        assert gallery.request() is None

    def test_what_is_no_longer_on_show_is_forgotten(self, tmp_path: Path) -> None:
        entry = TinyGenerator().entry(tmp_path)
        gallery = Gallery()
        gallery.want(entry, [CAT], Dial())
        gallery.take(made(entry, CAT))
        gallery.want(entry, [DOG], Dial())
        assert gallery.picture(CAT) is None


def request(entry: ModelEntry, *places: Sample, dial: Dial | None = None) -> GenerateRequest:
    return GenerateRequest(entry, places, dial or Dial())


def made(entry: ModelEntry, *places: Sample, dial: Dial | None = None) -> Generated:
    return generate(Engine.load(entry, "cpu", 1), request(entry, *places, dial=dial))

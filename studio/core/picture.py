"""From a drawing to its picture: the network's size, the network, and back to the drawing's size."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.core import compose
from studio.core.carry import CarryPlan, multiply_ink, without_fringes
from studio.core.engine import Engine, EngineOutput
from studio.core.even_regions import even_regions
from studio.core.geometry import Rect
from studio.core.hint_regions import fill_regions
from studio.core.labels import SAMPLE_DRAW, noise_vector
from studio.core.line_colours import settle_colours
from studio.core.live import WORKING_SIDE, InferenceRequest, LivePicture, Timings
from studio.core.open_ground import settle_ground, without_ground, without_specks
from studio.core.regions import Labels, find_regions
from studio.core.snapshot import DocumentSnapshot
from studio.core.tiles import TileSnapshot
from training.manifest import ModelManifest

Grey = NDArray[np.uint8]
Colours = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Fit:
    """How a drawing lies on the network's input: scaled, in the middle, on white where it does not reach.

    ``width`` x ``height`` is the input; ``box`` is the part of it that the drawing covers.
    """

    width: int
    height: int
    box: Rect

    def place(self, small: NDArray[np.uint8], fill: int) -> NDArray[np.uint8]:
        """Return ``small`` [box.h, box.w, ...] on an input full of ``fill``."""
        if (self.width, self.height) == (self.box.w, self.box.h):
            return small
        whole = np.full((self.height, self.width, *small.shape[2:]), fill, np.uint8)
        whole[self.box.slices] = small
        return whole


def fit(width: int, height: int, manifest: ModelManifest) -> Fit:
    """Return how a drawing of ``width`` x ``height`` pixels lies on the model's input.

    The longer side takes the model's own size; the shorter is filled up with white to the next size the
    network takes, to the whole square where it takes one size alone.
    """
    scale = manifest.size / max(width, height)
    inner_width, inner_height = max(1, round(width * scale)), max(1, round(height * scale))
    if manifest.stride == 0:
        outer_width = outer_height = manifest.size
    else:
        outer_width, outer_height = (
            max(manifest.smallest, -(-side // manifest.stride) * manifest.stride)
            for side in (inner_width, inner_height)
        )
    left, top = (outer_width - inner_width) // 2, (outer_height - inner_height) // 2
    return Fit(outer_width, outer_height, Rect(left, top, inner_width, inner_height))


def working_size(width: int, height: int) -> tuple[int, int]:
    """Return width and height of a drawing's picture while the pen moves."""
    scale = min(1.0, WORKING_SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def without_lines(image: Colours, sketch: Grey) -> Colours:
    """Return the colours beneath the lines of a picture [h,w,3] whose sketch [h,w] was multiplied over it.

    For models that do not give them: grey ink is divided out, black ink filled from its surroundings.
    """
    import cv2

    paper = sketch.astype(np.float32)[..., None] / 255
    freed = np.minimum(image / np.maximum(paper, 1 / 255), 255)
    # Dark pixels know their colour badly: each counts by the square of its brightness.
    weight = paper * paper + 1e-6
    around = cv2.blur(freed * weight, (5, 5)) / cv2.blur(weight, (5, 5))[..., None]
    return np.rint(np.where(paper >= 0.5, freed, around)).astype(np.uint8)


def grains(colours: Colours, grain: int) -> Colours:
    """Return ``colours`` [h,w,3] at the network's own resolution: ``grain`` times smaller."""
    if grain == 1:
        return colours
    import cv2

    height, width = (max(1, round(side / grain)) for side in colours.shape[:2])
    return np.asarray(cv2.resize(colours, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


class Painter:
    """Turns drawings into pictures with one engine; remembers the last lines, so a stroke costs only itself.

    Use from one thread. While the network runs, another finds regions and where colours will go.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._plans: dict[tuple[int, int], tuple[CarryPlan, TileSnapshot]] = {}
        self._beside = ThreadPoolExecutor(1, "beside-network")

    def paint(self, request: InferenceRequest) -> LivePicture:
        """Return the picture for a request; UserError when the model fails."""
        start = time.perf_counter()
        snapshot = request.snapshot
        place = fit(snapshot.width, snapshot.height, self.engine.manifest)
        box = place.box
        small = compose.sketch_of(snapshot, box.w, box.h)
        hints = compose.hints_of(snapshot, box.w, box.h, request.hint_strength)
        hinted = bool(hints.any())
        chosen = self.engine.manifest.chosen_colours
        found = self._beside.submit(find_regions, small) if chosen or hinted else None
        shown = hints
        if found is not None and hinted:
            hints = fill_regions(hints, found.result())
            shown = without_ground(hints, found.result()) if chosen else hints
        full = snapshot.width, snapshot.height
        size = full if request.full_size else working_size(*full)
        planned = self._beside.submit(self._plan, snapshot, size)
        run_start = time.perf_counter()
        output = self.engine.run(
            place.place(small, 255),
            place.place(shown, 0),
            np.asarray(request.label, np.float32),
            np.asarray(request.noise, np.float32),
        )
        run_end = time.perf_counter()
        colours = self._colours(output, small, hints, found.result() if found else None, box)
        colours = grains(colours, self.engine.manifest.grain)
        flats = without_fringes(colours)
        plans = planned.result()
        for index, plan in enumerate(plans):
            flats = plan.carry(flats, again=index > 0)
        image = multiply_ink(flats, np.bitwise_not(plans[-1].ink))
        image.setflags(write=False)
        flats.setflags(write=False)
        end = time.perf_counter()
        overhead_ms = (run_end - run_start) * 1e3 - output.run_ms
        return LivePicture(
            revision=request.revision,
            image=image,
            flats_full=flats,
            model_id=request.model.id,
            timings=Timings((run_start - start) * 1e3 + overhead_ms, output.run_ms, (end - run_end) * 1e3),
            device_text=self.engine.device.status(output.run_ms),
            full_size=size == full,
            epoch=request.epoch,
        )

    def paint_sketch(self, sketch: Grey, label: NDArray[np.float32]) -> Colours:
        """Return the picture [size,size,3] of a small drawing of the model's own size, without hints."""
        draw = SAMPLE_DRAW if self.engine.manifest.chosen_colours else 0
        output = self.engine.run(sketch, label=label, noise=noise_vector(self.engine.manifest, draw))
        height, width = sketch.shape
        hints = np.zeros((height, width, 4), np.uint8)
        regions = find_regions(sketch) if self.engine.manifest.chosen_colours else None
        return multiply_ink(self._colours(output, sketch, hints, regions, Rect(0, 0, width, height)), sketch)

    def _colours(
        self, output: EngineOutput, small: Grey, hints: Colours, regions: Labels | None, box: Rect
    ) -> Colours:
        """Return the colours beneath the lines in ``box`` of the network's answer."""
        if output.flats is None:
            return without_lines(output.image[box.slices], small)
        colours = np.ascontiguousarray(output.flats[box.slices])
        if not self.engine.manifest.chosen_colours or regions is None:
            return colours
        hinted = hints[..., 3] > 0
        even = settle_ground(even_regions(colours, regions, hinted), regions, hints)
        settled = settle_colours(even, regions, hints)
        return without_specks(settled, regions, hinted)

    def _plan(self, snapshot: DocumentSnapshot, size: tuple[int, int]) -> list[CarryPlan]:
        """Return the plans that bring colours to ``size``; large drawings are reached by way of their working
        size. Only the thread beside the network knows the plans.
        """
        full = snapshot.width, snapshot.height
        working = working_size(*full)
        self._plans = {known: plan for known, plan in self._plans.items() if known in (working, full)}
        tiles = snapshot.line.tiles
        side = max(1, round(self.engine.manifest.size / self.engine.manifest.grain))
        plans = []
        for reached in dict.fromkeys([working, size]):
            ink = np.bitwise_not(compose.sketch_of(snapshot, *reached))
            scale = max(1.0, max(reached) / side)
            plan, planned = self._plans.get(reached, (None, tiles))
            if plan is None or plan.scale != scale:
                plan = CarryPlan.of(ink, scale)
            elif tiles is not planned:
                plan = plan.updated(ink, _scaled(tiles.changed_since(planned), tiles, ink.shape))
            self._plans[reached] = (plan, tiles)
            plans.append(plan)
            side = max(reached)
        return plans


def _scaled(rect: Rect | None, tiles: TileSnapshot, shape: tuple[int, ...]) -> Rect | None:
    """Return ``rect`` of the drawing in pixels of a picture of ``shape``, rounded outwards."""
    if rect is None or shape == (tiles.height, tiles.width):
        return rect
    down, across = shape[0] / tiles.height, shape[1] / tiles.width
    corners = [(rect.x * across, rect.y * down), (rect.right * across, rect.bottom * down)]
    return Rect.around(corners, 1).intersected(Rect(0, 0, shape[1], shape[0]))

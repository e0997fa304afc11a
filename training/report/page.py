"""The report of a run as one HTML file: pictures and plots are inside, nothing is fetched, no script runs.

Whatever comes from folders, files and configurations is text for ``escape``: a label may be called anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from PIL import Image

from training.report.figures import (
    VERDICTS,
    classifier_sentence,
    metric_rows,
    nearest_sentence,
    number_text,
)
from training.report.pictures import MOST_ROWS, data_uri, opened, rows_of
from training.report.plots import plot
from training.report.style import STYLE

COLUMNS = {
    3: "Columns: line art, what is made of it, the truth.",
    5: "Columns: line art, what is made of it, line art with hints, what is made of that, the truth.",
}
"""Of a grid of drawings, by how many there are."""
GAME = ("d_real", "d_fake", "adversarial")


def page(report: Mapping[str, Any], run: Path) -> str:
    """The page about ``report``, as ``gather`` makes it, with pictures from the folder ``run``."""
    title = f"{report['run']}: {report['recipe']['name']}"
    sections = (
        _head(report),
        _figures(report),
        _classifiers(report),
        _samples(report, run),
        _nearest(report, run),
        _plots(report),
        _about(report),
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(section for section in sections if section)
        + "\n</main>\n</body>\n</html>\n"
    )


def _head(report: Mapping[str, Any]) -> str:
    length, data, machine = report["length"], report["data"], report["machine"]
    labels = f"{len(data['labels'])} labels" if data["labels"] else "no labels"
    facts = (
        ("Data", f"{data['name']}, {data['pictures']:,} training pictures, {labels}"),
        ("Pictures", f"{report['size']} px, {report['task']}"),
        (
            "Length",
            f"{length['step']:,} steps of {length['batch_size']}, {length['epochs']:.3g} epochs"
            + ("" if length["complete"] else f", stopped before step {length['steps']:,}"),
        ),
        ("Time", f"{duration(length['seconds'])}, {length['images_per_s']:.4g} pictures a second at the end"),
        ("Device", f"{machine['device']} ({machine['precision']})"),
        ("Parameters", ", ".join(f"{name} {count:,}" for name, count in report["parameters"].items())),
    )
    shown = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>" for name, text in facts)
    recipe = report["recipe"]
    return (
        f"<header><h1>{escape(report['run'])}</h1>"
        f'<p class="lead"><b>{escape(recipe["name"])}</b>. {escape(recipe["purpose"])}</p>'
        f'<dl class="facts">{shown}</dl></header>'
    )


def _figures(report: Mapping[str, Any]) -> str:
    found = report["evaluation"]
    if found is None:
        return (
            "<section><h2>Figures</h2><p>Not measured yet: "
            "<code>python -m training evaluate RUN</code>, then write the report again.</p></section>"
        )
    parts = ["<section><h2>Figures</h2>"]
    if "metrics" in found:
        heads = ["Figure", "This run", *found.get("baselines", {}), ""]
        rows = [
            [
                f"<b>{escape(one.title)}</b><small>{escape(one.meaning)}</small>",
                *("" if value is None else number_text(value) for value in values),
                f"<small>{escape(one.better)}</small>",
            ]
            for one, values in metric_rows(found)
        ]
        parts.append(f"<p>On {found['n']:,} pictures of the {escape(found['split'])} split.</p>")
        parts.append(table(heads, rows))
    if "discriminator" in found:
        said = found["discriminator"]
        parts.append(f"<h3>Discriminator accuracy</h3><p>N = {said['n']:,} pictures each.</p>")
        parts.append(
            table(["Right on", "Share"], [[text, f"{said[key]:.1%}"] for key, text in VERDICTS.items()])
        )
    parts.append(_protocol(found))
    return "".join(parts) + "</section>"


def _protocol(found: Mapping[str, Any]) -> str:
    texts = dict(found.get("protocol", {}))
    texts |= {name: found[name]["protocol"] for name in ("discriminator", "nearest") if name in found}
    if "nearest_state" in found:
        texts["nearest"] += f"; {found['nearest_state']}"
    rows = [[f"<b>{escape(str(name))}</b>", escape(str(text))] for name, text in texts.items()]
    return (
        f"<details><summary>How these were measured</summary>{table(['', ''], rows, numbers=False)}</details>"
    )


def _classifiers(report: Mapping[str, Any]) -> str:
    if not report["classifiers"]:
        return ""
    parts = ["<section><h2>Classifier accuracy</h2>"]
    for found in report["classifiers"]:
        rows = [
            [f"<b>{escape(name)}</b>", f"{tested['real']:.2%}", f"{tested['generated']:.2%}"]
            for name, tested in found["accuracy"].items()
        ]
        parts.append(f"<h3>{escape(found['classifier'])}</h3><p>{escape(classifier_sentence(found))}</p>")
        parts.append(table(["Learnt from", "Tested on real", "Tested on generated"], rows))
        parts.append(
            f"<details><summary>How this was measured</summary><p>{escape(found['protocol'])}.</p></details>"
        )
    return "".join(parts) + "</section>"


def _samples(report: Mapping[str, Any], run: Path) -> str:
    shown = []
    for grid in report["samples"]:
        picture = rows_of(run / grid["file"], grid, MOST_ROWS[report["task"]])
        if picture is not None:
            caption = f"{grid['share']:.0%} · step {grid['step']:,}"
            shown.append(_figure(picture, caption, f"Samples after {grid['step']} steps"))
    if not shown:
        return ""
    rows = report["samples"][-1]["labels"]
    named = [name for name in rows[: MOST_ROWS[report["task"]]] if name]
    told = f"Rows: {escape(', '.join(named))}. " if named else ""
    if report["task"] == "sketch-to-image":
        told += COLUMNS.get(report["samples"][-1]["columns"], "")
    kind = "wide" if report["task"] == "sketch-to-image" else ""
    return (
        f"<section><h2>Samples along the run</h2><p>{told}</p>"
        f'<div class="grids {kind}">{"".join(shown)}</div></section>'
    )


def _nearest(report: Mapping[str, Any], run: Path) -> str:
    found = (report["evaluation"] or {}).get("nearest")
    if found is None:
        return ""
    picture = opened(run / report["nearest"]) if report["nearest"] else None
    shown = (
        ""
        if picture is None
        else _figure(picture, "generated, and beside it the nearest training picture", "")
    )
    text = escape(nearest_sentence(found))
    return f'<section><h2>Learnt by heart?</h2><p>{text}</p><div class="grids wide">{shown}</div></section>'


def _plots(report: Mapping[str, Any]) -> str:
    losses, balance = report["curves"]["losses"], report["curves"]["balance"]
    shown = [plot("The game: losses", {name: losses[name] for name in GAME if name in losses})]
    shown.append(plot("Right verdicts of the discriminator", balance, low=0.0, high=1.0))
    shown += [plot(name, {name: curve}) for name, curve in losses.items() if name not in GAME]
    shown += [plot(f"{name}, held-out", {name: curve}) for name, curve in report["curves"]["metrics"].items()]
    drawn = "".join(f"<figure>{one}</figure>" for one in shown if one)
    if not drawn:
        return ""
    return (
        "<section><h2>Curves</h2><p>Over training steps; the line is a running mean over the values behind "
        f'it, the number the last value.</p><div class="plots">{drawn}</div></section>'
    )


def _about(report: Mapping[str, Any]) -> str:
    recipe, parts = report["recipe"], ["<section><h2>The recipe and this run</h2>"]
    if recipe["source"]:
        parts.append(f"<p>Source: {escape(recipe['source'])}.</p>")
    if report["reported"]:
        rows = [
            [escape(one["figure"]), escape(one["value"]), escape(one["on"])] for one in report["reported"]
        ]
        parts.append("<h3>Reported by the source</h3>")
        parts.append(table(["Figure", "Value", "On"], rows, numbers=False))
    if recipe["about"]:
        parts.append(
            f"<details><summary>What the recipe does</summary><pre>{escape(recipe['about'])}</pre></details>"
        )
    if report["warnings"]:
        items = "".join(f"<li>{escape(text)}</li>" for text in report["warnings"])
        parts.append(
            f"<details><summary>{len(report['warnings'])} remarks during the run</summary>"
            f"<ul>{items}</ul></details>"
        )
    settings = [
        [f"<code>{escape(name)}</code>", f"<code>{escape(str(value))}</code>"]
        for name, value in _flat(report["config"])
    ]
    parts.append(
        f"<details><summary>All {len(settings)} settings</summary>"
        f"{table(['Setting', 'Value'], settings, numbers=False)}</details>"
    )
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    machine = report["machine"]
    parts.append(
        f'<p class="small">Written {escape(report["date"])} with {escape(versions)}, Python '
        f"{escape(machine['python'])} on {escape(machine['system'])}. Data fingerprint "
        f"{escape(report['data']['fingerprint'][:16] or 'not known')}.</p>"
    )
    return "".join(parts) + "</section>"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: bool = True) -> str:
    """A table; ``heads`` are text, the cells of ``rows`` are HTML. With ``numbers`` all but the first column
    stand to the right.
    """
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    top = f"<thead><tr>{head}</tr></thead>" if any(heads) else ""
    return f'<table class="{"numbers" if numbers else "texts"}">{top}<tbody>{body}</tbody></table>'


def duration(seconds: float) -> str:
    """A time for people."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _figure(picture: Image.Image, caption: str, alternative: str) -> str:
    text = escape(alternative or caption, quote=True)
    shown = f'<img src="{data_uri(picture)}" alt="{text}">'
    return f"<figure>{shown}<figcaption>{escape(caption)}</figcaption></figure>"


def _flat(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in values.items():
        found += _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else [(prefix + name, value)]
    return found

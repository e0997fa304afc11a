"""The page of results, docs/results.md, made from the reports of runs and the sources' own figures.

python -m training.results_page docs/results.md [RUN...]

Each RUN is a folder whose report has been written. Its report and pictures are kept in a folder beside the
page, called as the page is, and the page is made of all the reports there: runs may come from several days
and machines. What the sources report is in the registry of recipes, with where it comes from.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from training.config import from_dict, setting_names, to_dict
from training.files import UserError, write_atomically, write_json, write_text
from training.recipes import Recipe, get_recipe, recipe_names
from training.report.figures import number_text
from training.report.gather import load_report, read_report
from training.report.page import duration
from training.report.pictures import strip
from training.report.plots import plot, standalone

GAME = ("d_real", "d_fake", "adversarial")
NOT_SETTINGS = ("data", "run", "steps", "minutes", "epochs", "init", "device", "threads")
"""Of a config: what the command line says in another way, or what is a machine's."""

HEAD = """# Results

Runs of the [recipes](recipes.md), trained and measured with this program, beside the figures of the reports
that they follow. This page is made by `python -m training.results_page docs/results.md RUN...` from the runs'
reports, which are kept beside it; what the figures mean and how they are measured is in
[evaluation.md](evaluation.md).

Read it with three things in mind. The runs are short: each says how long it took and on what. Figures of
networks other than Inception carry that network's name and are no FID. And a row marked *reported* stands as
its source printed it, on the source's own data, network and scale.
"""

CLASSIFIED = "classifier accuracy"
COLUMNS = {"FID": "FID", "Inception Score": "IS", "SSIM": "SSIM"}
"""Reported figures that have a column; others are told in words."""

Row = dict[str, str]


def page(reports: Mapping[str, Mapping[str, Any]], pictures: str) -> str:
    """The whole page as Markdown; ``reports`` as ``gather`` makes them, by the names of their pictures in the
    folder ``pictures``.
    """
    by_data: dict[str, dict[str, Mapping[str, Any]]] = {}
    for name, report in reports.items():
        by_data.setdefault(_data_of(report), {})[name] = report
    parts = [HEAD]
    for data, runs in sorted(by_data.items()):
        parts.append(f"\n## {_text(data)}\n")
        for ours, theirs in ((figures_row, "figures"), (classifier_row, "classifiers")):
            rows = []
            for report in runs.values():
                rows += [row for row in (ours(report), reported_row(report, theirs)) if row]
                rows += baseline_rows(report) if theirs == "figures" else []
            parts.append(_table(rows))
        parts.append(_counts(list(runs.values())))
        parts += [_section(f"{pictures}/{name}", report) for name, report in runs.items()]
    return "\n".join(parts)


def figures_row(report: Mapping[str, Any]) -> Row:
    """The figures of a run by the heads of their columns."""
    length = report["length"]
    row = {
        "recipe": f"**{report['recipe']['name']}**",
        "trained": f"{duration(length['seconds'])}, {length['epochs']:.3g} epochs",
    }
    found = report["evaluation"] or {}
    for metric, value in found.get("metrics", {}).items():
        if not metric.endswith("_deviation"):
            row[_head_of(metric)] = number_text(value)
    if "discriminator" in found:
        said = found["discriminator"]
        row["D right on real / generated"] = f"{said['real']:.1%} / {said['generated']:.1%}"
    return row


def baseline_rows(report: Mapping[str, Any]) -> list[Row]:
    """The figures of what learns nothing, where they were asked for, at the size of the run's pictures."""
    found = (report["evaluation"] or {}).get("baselines") or {}
    return [
        {"recipe": f"{name.replace('_', ' ')}, {report['size']} px", "trained": "not"}
        | {_head_of(metric): number_text(value) for metric, value in metrics.items()}
        for name, metrics in found.items()
    ]


def classifier_row(report: Mapping[str, Any]) -> Row:
    """The accuracies of the classifier protocol; none where it was not asked for."""
    row: Row = {}
    for one in report["classifiers"]:
        for name, tested in one["accuracy"].items():
            row[f"{one['classifier']}, {name}"] = f"{tested['real']:.4f} / {tested['generated']:.4f}"
        if f"is_{one['classifier']}" in one:
            row[_head_of(f"is_{one['classifier']}")] = number_text(one[f"is_{one['classifier']}"])
    return {"learnt from": f"**{report['recipe']['name']}**", **row} if row else {}


def reported_row(report: Mapping[str, Any], table: str) -> Row:
    """What the run's source reports on the same data for the table "figures" or "classifiers"."""
    kinds = [one["classifier"] for one in report["classifiers"]] or ["classifier"]
    row: Row = {}
    for one in _on_same_data(report):
        kind, _, learnt = one["figure"].partition(", ")
        if table == "classifiers" and kind == CLASSIFIED and learnt:
            row[f"{kinds[0]}, {learnt}"] = one["value"]
        elif table == "figures" and one["figure"] in COLUMNS:
            row[COLUMNS[one["figure"]]] = one["value"]
    first = "recipe" if table == "figures" else "learnt from"
    return {first: f"*{report['recipe']['name']}, reported*", **row} if row else {}


def command(report: Mapping[str, Any]) -> str:
    """The command line that trains such a run: the recipe and what differs from it."""
    config = from_dict(report["config"])
    parts = ["python -m training train", f"--recipe {config.recipe}", "--data DIR --run RUN"]
    recipe = _recipe(report)
    if config.minutes is not None:
        parts.append(f"--minutes {config.minutes:g}")
    elif config.epochs is not None:
        parts.append(f"--epochs {config.epochs:g}")
    else:
        parts.append(f"--steps {config.steps}")
    if recipe is not None:
        mine, theirs = (_flat(to_dict(one)) for one in (config, recipe.config))
        for name in setting_names():
            changed = mine.get(name) != theirs.get(name) and not _settled(name, theirs.get(name))
            if changed and name not in NOT_SETTINGS:
                value = mine.get(name)
                shown = ",".join(map(str, value)) if isinstance(value, list) else value
                parts.append(f"--set {name}={shown}")
    return " ".join(parts)


def _settled(name: str, value: Any) -> bool:
    """Whether a recipe leaves this to the run, which finds it out: that is no change of the person's."""
    return value == "auto" or (name in ("batch_size", "channels") and value == 0)


def write_results(out: Path, runs: Sequence[Path]) -> None:
    """Add the reports of ``runs`` to those beside the page, and write it with its pictures.

    UserError when a run has no report or two share a name.
    """
    folder = out.with_suffix("")
    added: set[str] = set()
    for run in runs:
        report = read_report(run)
        name = re.sub(r"[^\w-]+", "-", report["run"]).strip("-").lower() or "run"
        if name in added:
            raise UserError(f"Two runs are called {name}; rename the folder of one of them.")
        added.add(name)
        write_json(folder / f"{name}.json", report)
        picture = strip(run, report["samples"], report["task"])
        if picture is not None:
            write_atomically(folder / f"{name}.webp", partial(picture.save, format="WEBP", quality=85))
        drawn = _curves(report)
        if drawn:
            write_text(folder / f"{name}.svg", standalone(drawn))
    kept = {path.stem: load_report(path) for path in sorted(folder.glob("*.json"))}
    write_text(out, page(dict(sorted(kept.items(), key=_place)), folder.name))


def _place(named: tuple[str, Mapping[str, Any]]) -> int:
    """Recipes stand in the registry's order."""
    known, name = recipe_names(), named[1]["recipe"]["name"]
    return known.index(name) if name in known else len(known)


def _section(picture: str, report: Mapping[str, Any]) -> str:
    machine, length = report["machine"], report["length"]
    lines = [
        f"\n### {_text(report['run'])}: {_text(report['recipe']['name'])}\n",
        f"`{command(report)}`\n",
        f"{length['step']:,} steps of {length['batch_size']} pictures in {duration(length['seconds'])} on "
        f"{_text(machine['device'])} ({machine['precision']}), {report['data']['pictures']:,} training "
        f"pictures of {report['size']} px. {_difference(report)}\n",
    ]
    if report["samples"]:
        lines.append(f"![Samples along the run]({picture}.webp)\n")
    if _curves(report):
        lines.append(f"![Losses]({picture}.svg)\n")
    return "\n".join(lines)


def _difference(report: Mapping[str, Any]) -> str:
    """What the source tells beside the tables, and why its figures are others, as far as the run can say."""
    recipe = _recipe(report)
    if recipe is None or not recipe.reported:
        return ""
    wanted, same = recipe.config, _on_same_data(report)
    length = f"{wanted.epochs:g} epochs" if wanted.epochs is not None else f"{wanted.steps:,} steps"
    reasons = [
        f"the recipe's own length is {length} and this run saw {report['length']['epochs']:.3g} epochs"
    ]
    told = same if same else report["reported"]
    told = [one for one in told if not same or not (one["figure"] in COLUMNS or CLASSIFIED in one["figure"])]
    words = "; ".join(f"{one['figure']} {one['value']}" + f" ({one['on']})" * bool(one["on"]) for one in told)
    if not same:
        reasons.append("its figures are of the source's own data")
    metrics = (report["evaluation"] or {}).get("metrics", {})
    if metrics and "fid" not in metrics and any(one["figure"] == "FID" for one in report["reported"]):
        reasons.append("no FID was taken, for want of the Inception weights")
    reported = f"Reported: {_text(words)}. " if words else ""
    return f"{reported}Why the figures differ: {'; '.join(reasons)}."


def _counts(reports: Sequence[Mapping[str, Any]]) -> str:
    """One line of how many pictures the table's figures are of."""
    told = []
    for report in reports:
        found = report["evaluation"]
        if found is None or "n" not in found:
            continue
        text = f"{report['recipe']['name']}: N = {found['n']:,} of the {found['split']} split"
        for one in report["classifiers"]:
            text += f", {one['classifier']} {one['n']:,} learnt from and {one['tested']:,} tested"
        told.append(text)
    pairs = "Two values in one cell of a classifier are accuracies on real / on generated held-out pictures. "
    counted = f"{_text('; '.join(told))}." if told else ""
    return (pairs if any(report["classifiers"] for report in reports) else "") + counted + "\n"


def _table(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    heads = list(dict.fromkeys(head for row in rows for head in row))
    lines = [heads, ["---"] * len(heads), *([row.get(head, "") for head in heads] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _head_of(metric: str) -> str:
    kind, _, judge = metric.partition("_")
    kind = kind.upper() if kind in ("fid", "kid", "is", "ssim", "l1") else kind
    return f"{kind} ({judge})" if judge else kind


def _curves(report: Mapping[str, Any]) -> str:
    losses = report["curves"]["losses"]
    return plot("Losses", {name: losses[name] for name in GAME if name in losses} or losses)


def _data_of(report: Mapping[str, Any]) -> str:
    return str(report["data"]["name"]).partition("/")[0]


def _on_same_data(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The reported figures whose "on" begins with the name of the run's data."""
    return [one for one in report["reported"] if _same(one["on"].partition(",")[0], _data_of(report))]


def _same(one: str, other: str) -> bool:
    return re.sub(r"\W", "", one).casefold() == re.sub(r"\W", "", other).casefold() != ""


def _recipe(report: Mapping[str, Any]) -> Recipe | None:
    name = report["recipe"]["name"]
    return get_recipe(name) if name in recipe_names() else None


def _text(text: str) -> str:
    """``text`` as Markdown shows it unchanged."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", text)


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        found |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return found


if __name__ == "__main__":
    try:
        write_results(Path(sys.argv[1]), [Path(run) for run in sys.argv[2:]])
    except UserError as problem:
        sys.exit(str(problem))

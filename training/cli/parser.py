"""The subcommands' arguments. What a subcommand needs is imported when it runs, so that --help is quick."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from training.files import UserError
from training.record import CLASSIFIERS

Run = Callable[[argparse.Namespace], None]


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, without the usage in front of it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message[0].upper()}{message[1:]}; see {self.prog} --help.\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0, 1 when a training failed, 2 when something the user gave cannot be used."""
    options = make_parser().parse_args(arguments)
    try:
        options.run(options)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except SystemExit as leaving:
        return int(leaving.code or 0)
    return 0


def make_parser() -> argparse.ArgumentParser:
    """The parser with all subcommands; ``run`` of the result is the function to call with it."""
    parser = _Parser(prog="sketch-train", description="Prepare data, train, measure and export models.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=_Parser)

    prepare = commands.add_parser("prepare", help="make a data set of line art and colours")
    prepare.add_argument("source", choices=("openmoji",), help="where the pictures come from")
    prepare.add_argument("folder", type=Path, metavar="DIR", help="new folder for the data set")
    prepare.add_argument("--size", type=_whole, default=256, help="side of the pictures, 64 to 1024 (256)")
    prepare.add_argument(
        "--also",
        action="append",
        default=[],
        type=Path,
        metavar="PACK",
        help="learn from another emoji set too: folder of an unpacked npm package @iconify-json/NAME",
    )
    prepare.set_defaults(run=_prepare)

    inspect = commands.add_parser(
        "inspect", help="tell what a folder of pictures holds and what is odd in it"
    )
    inspect.add_argument("folder", type=Path, metavar="DIR", help="folder of pictures")
    inspect.add_argument(
        "--layout",
        choices=("auto", "images", "classes", "paired", "side_by_side", "prepared", "idx", "cifar"),
        default="auto",
        help="how to read the folder (auto)",
    )
    inspect.add_argument("--labels", type=Path, metavar="labels.csv", help="table of labels to read it with")
    inspect.add_argument("--json", action="store_true", help="as JSON")
    inspect.set_defaults(run=_inspect)

    recipes = commands.add_parser("recipes", help="list the recipes, or show one with all its settings")
    recipes.add_argument("name", nargs="?", metavar="NAME", help="recipe to show")
    recipes.add_argument("--json", action="store_true", help="as JSON")
    recipes.set_defaults(run=_recipes)

    train = commands.add_parser("train", help="train a new model")
    train.add_argument("--recipe", required=True, metavar="NAME", help="settings to start from; see recipes")
    train.add_argument(
        "--data", required=True, type=Path, metavar="DIR", help="folder of pictures or prepared data set"
    )
    train.add_argument("--quality", metavar="NAME", help="draft, normal or best: changes of the recipe")
    train.add_argument(
        "--run",
        "--run-folder",  # torchrun takes --run for one of its own
        required=True,
        type=Path,
        dest="run_folder",
        metavar="RUN",
        help="new run folder",
    )
    _add_length(train)
    train.add_argument(
        "--labels", type=Path, metavar="labels.csv", help="table that says what each picture shows"
    )
    train.add_argument("--size", type=_whole, metavar="S", help="side of the training pictures")
    train.add_argument("--batch-size", type=_whole, metavar="B", help="pictures a step, 0 = as many as fit")
    train.add_argument("--seed", type=_whole, metavar="S", help="seed of everything random")
    train.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), help="where to train")
    train.add_argument("--init", type=Path, metavar="MODEL.onnx", help="model whose weights to start from")
    _add_settings(train, "any setting, such as loss.l1=5")
    _add_json(train)
    train.set_defaults(run=_train)

    resume = commands.add_parser("resume", help="go on with a run")
    resume.add_argument("run_folder", type=Path, metavar="RUN", help="folder of the run")
    _add_length(resume)
    _add_json(resume)
    resume.set_defaults(run=_resume)

    evaluate = commands.add_parser("evaluate", help="measure a run or a model file on held-out pictures")
    evaluate.add_argument("model", type=Path, metavar="RUN|MODEL.onnx", help="run folder or model file")
    evaluate.add_argument(
        "--data", type=Path, metavar="DIR", help="folder of pictures or prepared data set (the run's own)"
    )
    evaluate.add_argument("--split", choices=("val", "test"), default="test", help="pictures to judge (test)")
    evaluate.add_argument("--size", type=_whole, metavar="S", help="side of the pictures (the model's own)")
    evaluate.add_argument("--hints", type=_whole, default=0, metavar="N", help="colour hints a drawing (0)")
    evaluate.add_argument(
        "--baselines",
        action="store_true",
        help="beside it, what learns nothing: the drawing itself, and the nearest training drawing's colours",
    )
    _add_settings(evaluate, "how the folder is read, such as source.layout=paired (as the run has it)")
    evaluate.add_argument(
        "--without",
        action="append",
        default=[],
        choices=("figures", "discriminator"),
        help="leave these out, which take their time; what was kept of them stays",
    )
    evaluate.add_argument(
        "--pictures", type=_count, default=10_000, metavar="N", help="held-out pictures at most (10000)"
    )
    evaluate.add_argument(
        "--nearest",
        type=_count,
        default=10_000,
        metavar="N",
        help="training pictures at most that generated ones are compared with, 0 = none (10000)",
    )
    evaluate.add_argument(
        "--classifier",
        choices=CLASSIFIERS,
        help="train this classifier on real, on generated and on mixed pictures, and test all three",
    )
    evaluate.add_argument(
        "--classifier-images", type=_whole, metavar="N", help="pictures of each set at most (10000)"
    )
    evaluate.add_argument(
        "--classifier-epochs", type=_whole, metavar="E", help="how often each picture is shown (10)"
    )
    evaluate.add_argument(
        "--out", type=Path, metavar="FOLDER", help="where figures and pictures are kept (RUN/report)"
    )
    weights = evaluate.add_mutually_exclusive_group()
    weights.add_argument(
        "--fetch-inception",
        action="store_true",
        help="first fetch the weights that FID, KID and the Inception Score need, once (96 MB)",
    )
    weights.add_argument(
        "--inception-weights", type=Path, metavar="FILE", help="take those weights from a file"
    )
    evaluate.add_argument("--json", action="store_true", help="as JSON")
    evaluate.set_defaults(run=_evaluate)

    report = commands.add_parser("report", help="write a run's figures, curves and samples as one page")
    report.add_argument("run_folder", type=Path, metavar="RUN", help="folder of the run")
    report.add_argument(
        "--data", type=Path, metavar="DIR", help="measure the run on these pictures first, as evaluate does"
    )
    report.add_argument(
        "--out", type=Path, metavar="FILE.html", help="file to write (RUN/report/report.html)"
    )
    report.set_defaults(run=_report)

    suggest = commands.add_parser(
        "suggest-labels", help="suggest labels for pictures that resemble labelled ones"
    )
    suggest.add_argument("folder", type=Path, metavar="UNLABELLED", help="folder of pictures")
    suggest.add_argument("--like", type=Path, metavar="LABELLED", help="folder of pictures with labels")
    suggest.add_argument(
        "--model",
        type=Path,
        metavar="MODEL.onnx",
        help="compare with what this model makes of its labels too",
    )
    suggest.add_argument("--out", type=Path, required=True, metavar="labels.csv", help="table to write")
    suggest.add_argument(
        "--neighbours", type=_whole, metavar="K", help="examples that a picture is compared with (20)"
    )
    suggest.add_argument(
        "--per-label", type=_whole, metavar="N", help="labelled pictures of each label at most (200)"
    )
    suggest.set_defaults(run=_suggest)

    export = commands.add_parser("export", help="publish a run as one .onnx file")
    export.add_argument("run_folder", type=Path, metavar="RUN", help="folder of the run")
    export.add_argument("--out", required=True, type=Path, metavar="MODEL.onnx", help="file to write")
    export.add_argument("--name", default="", help="name of the model (the file's)")
    _add_half(export)
    export.set_defaults(run=_export)

    recognise = commands.add_parser(
        "recognise", help="teach a model that chooses among swatches what drawings show"
    )
    recognise.add_argument("model", type=Path, metavar="MODEL.onnx", help="model of the recipe lineart")
    recognise.add_argument(
        "--data", required=True, type=Path, metavar="DIR", help="prepared data set it was trained on"
    )
    recognise.add_argument("--out", required=True, type=Path, metavar="MODEL.onnx", help="file to write")
    recognise.add_argument(
        "--drawings",
        type=Path,
        metavar="DIR",
        help="also learn from drawings made by hand: a folder with WORD.ndjson files of Quick, Draw!",
    )
    recognise.add_argument("--minutes", type=_number, metavar="M", help="learning time, 0 = none (45)")
    recognise.add_argument(
        "--trust", type=_number, metavar="T", help="how much what it recognises counts, 0 to 4 (1)"
    )
    recognise.add_argument("--seed", type=_whole, metavar="S", help="seed of everything random")
    recognise.add_argument(
        "--precision",
        choices=("auto", "float32", "bfloat16"),
        default="auto",
        help="number format of its layers while it learns (auto)",
    )
    _add_half(recognise)
    recognise.set_defaults(run=_recognise)
    return parser


def _add_half(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--half", action="store_true", help="store the weights in float16")


def _add_length(parser: argparse.ArgumentParser) -> None:
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--steps", type=_whole, metavar="N", help="steps in all")
    length.add_argument("--minutes", type=_number, metavar="M", help="training time in all, instead of steps")
    length.add_argument("--epochs", type=_number, metavar="E", help="how often each picture is shown")


def _add_settings(parser: argparse.ArgumentParser, words: str) -> None:
    parser.add_argument(
        "--set",
        nargs="+",
        action="extend",
        default=[],
        dest="settings",
        metavar="KEY=VALUE",
        help=words,
    )


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json",
        action="store_true",
        help="events as JSON lines on stdout, commands as JSON lines from stdin",
    )


def _prepare(options: argparse.Namespace) -> None:
    from training.cli.data import prepare_openmoji_command

    prepare_openmoji_command(options.folder, options.size, options.also)


def _inspect(options: argparse.Namespace) -> None:
    from training.cli.data import inspect_command

    inspect_command(options.folder, options.layout, options.labels, options.json)


def _recipes(options: argparse.Namespace) -> None:
    from training.cli.recipes import show_recipes

    show_recipes(options.name, options.json)


def _train(options: argparse.Namespace) -> None:
    from training.cli.train import train_command

    train_command(options)


def _resume(options: argparse.Namespace) -> None:
    from training.cli.train import resume_command

    resume_command(options)


def _evaluate(options: argparse.Namespace) -> None:
    from training.cli.evaluate import evaluate_command

    evaluate_command(options)


def _report(options: argparse.Namespace) -> None:
    from training.cli.report import report_command

    report_command(options)


def _suggest(options: argparse.Namespace) -> None:
    from training.cli.suggest import suggest_command

    suggest_command(options)


def _export(options: argparse.Namespace) -> None:
    from training.cli.models import export_command

    export_command(options)


def _recognise(options: argparse.Namespace) -> None:
    from training.cli.models import recognise_command

    recognise_command(options)


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None


def _count(text: str) -> int:
    if (count := _whole(text)) < 0:
        raise argparse.ArgumentTypeError(f"{text} is below 0")
    return count


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from None

"""Who may import whom: read from the sources, and proved in fresh processes that read sys.modules."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.architecture.tree import Module, brought_in, imports, modules_within

HEAVY = ("torch", "torchvision", "scipy", "cv2")
QT = ("PySide6", "qtpy", "qtawesome", "shiboken6")
CONTRACT_MODULES = tuple(
    f"training.{name}"
    for name in (
        "config",
        "events",
        "commands",
        "manifest",
        "files",
        "folders",
        "images",
        "modelfile",
        "data.options",
    )
)


@dataclass(frozen=True)
class Rule:
    """Modules in ``packages`` import none of ``unwanted``; ``at_start`` also as a fresh process sees it."""

    packages: tuple[str, ...]
    unwanted: tuple[str, ...]
    at_start: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "+".join(self.packages)


RULES = (
    Rule(
        ("studio.core",),
        (
            "PySide6.QtWidgets",
            "torch",
            "torchvision",
            "qtawesome",
            "studio.ui",
            "studio.workers",
            "studio.app",
        ),
        ("PySide6.QtWidgets", *HEAVY, "studio.ui"),
    ),
    Rule(
        ("studio.workers",),
        ("PySide6.QtWidgets", "PySide6.QtGui", "torch", "torchvision", "studio.ui", "studio.app"),
        ("PySide6.QtWidgets", *HEAVY, "studio.ui"),
    ),
    Rule(("studio.ui",), ("torch", "torchvision", "onnxruntime", "onnx", "studio.app"), HEAVY),
    Rule(("studio",), (), HEAVY),
    Rule(("training",), (*QT, "studio"), (*QT, "studio")),
    Rule(CONTRACT_MODULES, ("torch", "torchvision"), (*HEAVY, *QT, "onnxruntime")),
)


def broken_by(rule: Rule, module: Module) -> list[str]:
    return [
        f"{module.path.name}:{found.line} imports {found.name}"
        for found in imports(module)
        for unwanted in rule.unwanted
        if found.name == unwanted or found.name.startswith(unwanted + ".")
    ]


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_sources_import_only_what_their_package_may(rule: Rule) -> None:
    assert [line for module in modules_within(*rule.packages) for line in broken_by(rule, module)] == []


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.at_start], ids=str)
def test_importing_a_part_in_a_fresh_process_brings_in_nothing_it_may_not_have(rule: Rule) -> None:
    names = [module.name for module in modules_within(*rule.packages)]
    assert brought_in(names, rule.at_start) == {}


@pytest.mark.parametrize("module", modules_within("studio", *CONTRACT_MODULES), ids=str)
def test_the_studio_imports_cv2_inside_functions_only(module: Module) -> None:
    # It takes 0.1 s and is needed by a few commands.
    assert [found.line for found in imports(module) if found.at_start and found.name.startswith("cv2")] == []


def test_the_rules_see_a_broken_import(tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text("def late():\n    from PySide6 import QtWidgets\n", encoding="utf-8")
    assert broken_by(RULES[0], Module("studio.core.bad", path)) == ["bad.py:2 imports PySide6.QtWidgets"]


def test_a_fresh_process_sees_what_an_import_brings_in() -> None:
    assert brought_in(["wave"], ["wave", "torch"]) == {"wave": "wave"}

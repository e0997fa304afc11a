"""What the architecture tests walk: the packages, their modules and what each imports."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGES = ("studio", "training")


@dataclass(frozen=True)
class Module:
    """One source file under studio/ or training/."""

    name: str
    path: Path

    def __str__(self) -> str:
        return self.name

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"

    def within(self, *packages: str) -> bool:
        """Return whether the module is one of ``packages`` or lies in one."""
        return any(self.name == package or self.name.startswith(package + ".") for package in packages)


@dataclass(frozen=True)
class Import:
    """One import statement's module; ``at_start`` is False inside functions, which run later or never."""

    name: str
    line: int
    at_start: bool


@cache
def modules() -> tuple[Module, ...]:
    """Return every module of the program, by name."""
    found = []
    for package in PACKAGES:
        for path in sorted((REPOSITORY / package).rglob("*.py")):
            parts = path.relative_to(REPOSITORY).with_suffix("").parts
            found.append(Module(".".join(parts[:-1] if parts[-1] == "__init__" else parts), path))
    return tuple(found)


def modules_within(*packages: str) -> list[Module]:
    """Return the modules that are, or lie in, one of ``packages``."""
    return [module for module in modules() if module.within(*packages)]


@cache
def syntax(path: Path) -> ast.Module:
    """Return the parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(module: Module) -> Iterator[Import]:
    """Yield what the module imports; relative imports are resolved, type-checking blocks left out."""
    yield from _imports_of(syntax(module.path), module, at_start=True)


def _imports_of(node: ast.AST, module: Module, at_start: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, child.lineno, at_start) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            base = _absolute(child, module)
            yield Import(base, child.lineno, at_start)
            yield from (Import(f"{base}.{alias.name}", child.lineno, at_start) for alias in child.names)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            yield from (found for other in child.orelse for found in _imports_of(other, module, at_start))
        else:
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _imports_of(child, module, at_start and not inside)


def _absolute(node: ast.ImportFrom, module: Module) -> str:
    if node.level == 0:
        return node.module or ""
    parts = module.name.split(".")
    parts = parts[: len(parts) - node.level + (1 if module.is_package else 0)]
    return ".".join([*parts, node.module] if node.module else parts)


_WATCH = """
import importlib, json, sys
names, unwanted = json.loads(sys.argv[1])
blamed = {}
for name in names:
    importlib.import_module(name)
    for other in unwanted:
        if other in sys.modules and other not in blamed:
            blamed[other] = name
print(json.dumps(blamed))
"""


def brought_in(names: Sequence[str], unwanted: Sequence[str]) -> dict[str, str]:
    """Import ``names`` in a fresh process; return which of ``unwanted`` appeared, and after which import."""
    done = subprocess.run(
        [sys.executable, "-c", _WATCH, json.dumps([list(names), list(unwanted)])],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    blamed: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return blamed

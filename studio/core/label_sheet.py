"""Suggested labels as a person goes through them: corrected, confirmed, left out, undone, and saved."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from training.data.labels_file import Suggestion
from training.files import UserError
from training.manifest import MAX_LABELS, MAX_NAME

LEFT_OUT = ""
"""The label of a picture that shall not be learnt from."""


@dataclass(frozen=True)
class Verdict:
    """What is said of a picture: its ``label``, and whether a person said so (``settled``)."""

    label: str
    settled: bool = False


@dataclass(frozen=True)
class Group:
    """The pictures of one label, the least sure first; those a person has settled come last."""

    label: str
    files: tuple[str, ...]


Change = Mapping[str, Verdict]


class LabelSheet:
    """Owns the labels of a folder's pictures; every correction is one step that can be undone.

    >>> sheet = LabelSheet([Suggestion("a.png", "cat", 0.4, "dog"), Suggestion("b.png", "dog", 0.9)])
    >>> sheet.assign(["a.png"], "dog")
    True
    >>> [(group.label, group.files) for group in sheet.groups()]
    [('cat', ()), ('dog', ('b.png', 'a.png')), ('', ())]
    >>> sheet.undo()
    True
    """

    def __init__(self, suggestions: Iterable[Suggestion] = (), labels: Iterable[str] = ()) -> None:
        """``labels`` come first, in their order; those suggested besides follow."""
        self._suggested = {one.file: one for one in suggestions}
        known = [*labels, *sorted({one.label for one in self._suggested.values()})]
        self._labels = [label for label in dict.fromkeys(known) if label != LEFT_OUT]
        self._verdicts = {file: Verdict(one.label, one.settled) for file, one in self._suggested.items()}
        self._done: list[tuple[Change, Change]] = []
        self._undone: list[tuple[Change, Change]] = []
        self._saved: dict[str, Verdict] | None = None

    def __len__(self) -> int:
        return len(self._suggested)

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels, those without pictures among them."""
        return tuple(self._labels)

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    @property
    def is_saved(self) -> bool:
        """Whether the labels as they are now have been saved."""
        return self._saved == self._verdicts

    def suggestion(self, file: str) -> Suggestion:
        """What was suggested for a picture."""
        return self._suggested[file]

    def verdict(self, file: str) -> Verdict:
        """What holds for a picture now."""
        return self._verdicts[file]

    def groups(self) -> list[Group]:
        """The pictures by label, in the labels' order; those left out come last."""
        found: dict[str, list[str]] = {label: [] for label in (*self._labels, LEFT_OUT)}
        for file, verdict in self._verdicts.items():
            found[verdict.label].append(file)
        return [Group(label, tuple(sorted(files, key=self._sureness))) for label, files in found.items()]

    def counts(self) -> dict[str, int]:
        """How many pictures each label has, ``LEFT_OUT`` among them."""
        return {group.label: len(group.files) for group in self.groups()}

    def assign(self, files: Iterable[str], label: str) -> bool:
        """Settle that ``files`` have ``label``, or are left out; False when that was settled already.

        UserError for a label that there is not.
        """
        if label not in (*self._labels, LEFT_OUT):
            raise UserError(f"There is no label {label!r}; add it first.")
        verdict = Verdict(label, settled=True)
        return self._change({file: verdict for file in files if self._verdicts[file] != verdict})

    def confirm(self, files: Iterable[str]) -> bool:
        """Settle that ``files`` have the labels they have; False when that was settled already."""
        open_ones = {file: self._verdicts[file] for file in files if not self._verdicts[file].settled}
        return self._change({file: replace(one, settled=True) for file, one in open_ones.items()})

    def add_label(self, name: str) -> str:
        """Add a label without pictures; return its name. UserError for one that cannot be."""
        name = " ".join(name.split())
        if not name:
            raise UserError("A label needs a name; type one.")
        if name in self._labels:
            raise UserError(f"There is a label {name} already.")
        if len(name) > MAX_NAME:
            raise UserError(f"That name has {len(name)} letters; {MAX_NAME} are the most.")
        if len(self._labels) >= MAX_LABELS:
            raise UserError(f"There are {MAX_LABELS} labels, which is the most; use one of them.")
        self._labels.append(name)
        return name

    def undo(self) -> bool:
        """Take the last correction back; False when there is none."""
        return self._step(self._done, self._undone, 0)

    def redo(self) -> bool:
        """Make the correction taken back last again; False when there is none."""
        return self._step(self._undone, self._done, 1)

    def rows(self) -> tuple[Suggestion, ...]:
        """What to save, in the folder's order: what a person settled is sure."""
        return tuple(
            replace(
                one,
                label=self._verdicts[file].label,
                confidence=1.0 if self._verdicts[file].settled else one.confidence,
                settled=self._verdicts[file].settled,
            )
            for file, one in self._suggested.items()
        )

    def mark_saved(self, rows: Iterable[Suggestion]) -> None:
        """Note that ``rows`` have been saved."""
        if all(self._verdicts[one.file] == Verdict(one.label, one.settled) for one in rows):
            self._saved = dict(self._verdicts)

    def _sureness(self, file: str) -> tuple[bool, float]:
        return self._verdicts[file].settled, self._suggested[file].confidence

    def _change(self, after: Change) -> bool:
        if not after:
            return False
        before = {file: self._verdicts[file] for file in after}
        self._done.append((before, after))
        self._undone.clear()
        self._verdicts.update(after)
        return True

    def _step(
        self, source: list[tuple[Change, Change]], target: list[tuple[Change, Change]], which: int
    ) -> bool:
        if not source:
            return False
        step = source.pop()
        target.append(step)
        self._verdicts.update(step[which])
        return True


def with_settled(rows: Iterable[Suggestion], earlier: Iterable[Suggestion]) -> tuple[Suggestion, ...]:
    """``rows`` suggested anew, with the labels that a person has settled in ``earlier`` ones."""
    settled = {one.file: one.label for one in earlier if one.settled}
    return tuple(
        replace(one, label=settled[one.file], settled=True) if one.file in settled else one for one in rows
    )


def label_keys(labels: Iterable[str]) -> dict[str, str]:
    """The key that gives each label: a label of one letter or figure has its own, others 1 to 9 in order.

    >>> label_keys(["0", "7"])
    {'0': '0', '7': '7'}
    >>> label_keys(["cat", "dog", "2"])
    {'2': '2', '1': 'cat', '3': 'dog'}
    """
    labels = tuple(labels)
    keys = {label.casefold(): label for label in labels if len(label) == 1 and label.isalnum()}
    free = (key for key in "123456789" if key not in keys)
    keys.update(zip(free, (label for label in labels if label not in keys.values()), strict=False))
    return keys

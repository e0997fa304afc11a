import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.autosave import AutosavePolicy, Autosaver, list_recoverable
from studio.core.document import Document
from studio.core.geometry import Rect
from studio.core.openraster import load_ora
from training.files import UserError

CRASHING = """
import os, signal, sys
from pathlib import Path
import numpy as np
from studio.core.autosave import Autosaver
from studio.core.document import Document
from studio.core.geometry import Rect

document = Document.new(64, 48)
document.mark_saved(Path("cat.ora"))
saver = Autosaver(document, Path(sys.argv[1]))
with document.edit("Pen", document.line.id) as edit:
    edit.write(Rect(3, 4, 5, 6), np.full((6, 5, 4), 255, np.uint8))
assert saver.job(0.0) is None
job = saver.job(5.0)
job.run()
saver.finished(5.1)
os.kill(os.getpid(), signal.SIGKILL if len(sys.argv) < 3 else signal.SIGTERM)
"""


def scribble(document: Document, x: int = 0) -> None:
    with document.edit("Pen", document.line.id) as edit:
        edit.write(Rect(x, 0, 5, 5), np.full((5, 5, 4), 255, np.uint8))


def test_nothing_is_saved_before_anything_changed() -> None:
    policy = AutosavePolicy(5.0)
    assert not policy.due(100.0)


def test_one_save_at_a_time_and_a_failed_one_is_repeated() -> None:
    policy = AutosavePolicy(5.0)
    policy.changed(0.0)
    assert not policy.due(4.9)
    assert policy.due(5.0)
    policy.started(5.0)
    policy.changed(5.5)
    assert not policy.due(60.0)
    policy.finished(61.0, succeeded=False)
    assert not policy.due(62.0)
    assert policy.due(63.0)
    policy.started(63.0)
    policy.finished(63.5, succeeded=True)
    assert not policy.due(500.0)


def test_another_interval_counts_for_changes_that_wait_already() -> None:
    policy = AutosavePolicy(10.0)
    policy.changed(0.0)
    assert not policy.due(3.0)
    policy.interval_s = 2.0
    assert policy.due(3.0)
    policy.interval_s = 4.0
    assert not policy.due(3.0)


@given(st.lists(st.floats(0.01, 2.0), min_size=1, max_size=60), st.floats(0.0, 1.0))
def test_no_work_older_than_ten_seconds_is_ever_unsaved(pauses: list[float], writing_s: float) -> None:
    policy = AutosavePolicy()
    now = 0.0
    saved_up_to = 0.0
    saving_since: float | None = None
    starts: list[float] = []
    changes = np.cumsum(pauses).tolist()
    while now < changes[-1] + 8:
        for change in [change for change in changes if now - 0.25 < change <= now]:
            policy.changed(change)
        if saving_since is not None and now >= saving_since + writing_s:
            policy.finished(now, succeeded=True)
            saved_up_to, saving_since = saving_since, None
        if saving_since is None and policy.due(now):
            policy.started(now)
            starts.append(now)
            saving_since = now
        lost = [now - change for change in changes if saved_up_to < change <= now]
        assert max(lost, default=0.0) < 10.0
        now += 0.25
    assert np.diff(starts).min(initial=np.inf) >= 5.0


def test_copy_holds_the_work_and_clean_exit_removes_it(tmp_path: Path) -> None:
    document = Document.new(64, 48)
    saver = Autosaver(document, tmp_path / "recovery")
    scribble(document)
    assert saver.job(0.0) is None
    job = saver.job(5.0)
    assert job is not None
    scribble(document, 20)
    job.run()
    saver.finished(5.2)
    copy = load_ora(saver.path)
    assert copy.line.surface.bounds() == Rect(0, 0, 5, 5)
    assert list_recoverable(tmp_path / "recovery") == []
    saver.close()
    assert list((tmp_path / "recovery").iterdir()) == []


def test_saved_work_needs_no_copy(tmp_path: Path) -> None:
    document = Document.new(64, 48)
    saver = Autosaver(document, tmp_path)
    scribble(document)
    saver.job(0.0)
    document.mark_saved(tmp_path / "a.ora")
    assert saver.job(6.0) is None
    scribble(document, 30)
    saver.job(7.0)
    assert saver.job(12.0) is not None
    saver.close()


@pytest.mark.parametrize("ending", [[], ["gently"]])
def test_work_of_a_killed_program_can_be_recovered(
    tmp_path: Path, repository: Path, ending: list[str]
) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows has no SIGKILL")
    child = subprocess.run(
        [sys.executable, "-c", CRASHING, str(tmp_path), *ending], cwd=repository, timeout=60
    )
    assert child.returncode < 0
    (found,) = list_recoverable(tmp_path)
    assert (found.name, found.original) == ("cat.ora", Path("cat.ora"))
    assert found.saved
    document = found.open()
    assert document.line.surface.bounds() == Rect(3, 4, 5, 6)
    assert document.modified
    assert document.path == Path("cat.ora")
    found.discard()
    assert list_recoverable(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_drawing_without_a_file_is_offered_under_its_title(tmp_path: Path) -> None:
    document = Document.new(64, 48)
    saver = Autosaver(document, tmp_path)
    saver.title = "Cat"
    scribble(document)
    saver.job(0.0)
    job = saver.job(5.0)
    assert job is not None
    job.run()
    left = tmp_path / "left.ora"
    saver.path.rename(left)
    saver.path.with_suffix(".json").rename(left.with_suffix(".json"))
    saver.close()
    assert [found.name for found in list_recoverable(tmp_path)] == ["Cat"]


def test_a_document_that_begins_unsaved_gets_a_copy_without_a_change(tmp_path: Path) -> None:
    document = Document.new(64, 48)
    document.mark_unsaved(None)
    saver = Autosaver(document, tmp_path)
    assert saver.job(0.0) is None
    assert saver.job(5.0) is not None
    saver.close()


def test_copy_without_its_description_still_counts(tmp_path: Path) -> None:
    document = Document.new(64, 48)
    saver = Autosaver(document, tmp_path)
    scribble(document)
    saver.job(0.0)
    job = saver.job(5.0)
    assert job is not None
    job.run()
    lonely = tmp_path / "lonely.ora"
    saver.path.rename(lonely)
    saver.close()
    (found,) = list_recoverable(tmp_path)
    assert (found.path, found.name, found.original) == (lonely, "Untitled", None)


def test_recovery_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    document = Document.new(64, 48)
    saver = Autosaver(document, tmp_path / "file" / "recovery")
    scribble(document)
    saver.job(0.0)
    with pytest.raises(UserError, match="Unsaved work cannot be kept"):
        saver.job(5.0)


def test_empty_or_missing_folder_has_nothing_to_recover(tmp_path: Path) -> None:
    assert list_recoverable(tmp_path / "none") == []

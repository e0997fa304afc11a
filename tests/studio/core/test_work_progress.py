"""The pace of work in parts."""

from studio.core.work_progress import WorkProgress


def test_the_time_left_goes_by_the_pace_of_the_part_in_hand() -> None:
    progress = WorkProgress()
    progress.tell(0.0, 0, 10, "Pictures are read")
    progress.tell(10.0, 10, 10, "Pictures are read")
    assert progress.left_s(10.0) == 0
    progress.tell(10.0, 0, 100, "Pictures are made")
    assert progress.left_s(10.0) is None, "a part begins with a pace of its own"
    progress.tell(12.0, 20, 100, "Pictures are made")
    assert progress.left_s(12.0) == 8
    assert progress.part == 2


def test_what_is_not_known_is_not_guessed() -> None:
    progress = WorkProgress()
    progress.tell(0.0, 0, 0, "Pictures are found")
    progress.tell(5.0, 300, 0, "Pictures are found")
    assert progress.left_s(5.0) is None
    assert (progress.done, progress.total) == (300, 0)


def test_the_same_work_done_again_is_another_part() -> None:
    progress = WorkProgress()
    progress.tell(0.0, 5, 5, "Pictures are made")
    progress.tell(3.0, 1, 5, "Pictures are made")
    assert progress.part == 2

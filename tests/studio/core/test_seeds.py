from studio.core.seeds import (
    LARGEST_SEED,
    Column,
    Columns,
    drawn_from,
    first_free,
    from_texts,
    resized,
    to_texts,
    with_lock,
)


def seeds(columns: Columns) -> list[int]:
    return [column.seed for column in columns]


FOUR = drawn_from(resized((), 4), 10)


def test_columns_begin_with_successive_seeds() -> None:
    assert seeds(FOUR) == [10, 11, 12, 13]
    assert first_free(FOUR) == 10


def test_a_locked_column_stays_when_others_are_drawn_and_no_seed_stands_twice() -> None:
    locked = with_lock(FOUR, 1, True)
    drawn = drawn_from(locked, 10)
    assert drawn == locked
    assert seeds(drawn_from(locked, 11)) == [12, 11, 13, 14]
    assert drawn_from(locked, 500)[1] == Column(11, True)


def test_letting_a_column_go_changes_no_picture() -> None:
    assert with_lock(with_lock(FOUR, 2, True), 2, False) == FOUR


def test_fewer_columns_give_up_those_that_are_not_locked() -> None:
    locked = with_lock(FOUR, 3, True)
    assert resized(locked, 2) == (Column(10), Column(13, True))
    assert seeds(resized(with_lock(resized(locked, 1), 0, True), 0)) == []


def test_more_columns_get_seeds_that_are_not_there_yet() -> None:
    assert seeds(resized(FOUR, 6)) == [10, 11, 12, 13, 14, 15]


def test_seeds_go_round_at_the_largest() -> None:
    assert seeds(drawn_from(FOUR, LARGEST_SEED)) == [LARGEST_SEED, 0, 1, 2]


def test_with_every_column_locked_none_is_free() -> None:
    assert first_free((Column(1, True), Column(2, True))) is None


def test_columns_survive_the_settings_and_nonsense_does_not() -> None:
    columns = with_lock(FOUR, 1, True)
    assert from_texts(to_texts(columns)) == columns
    assert from_texts(["7", "x", "-3", "", "*", "1000000", "²", "5*"]) == (Column(7), Column(5, True))

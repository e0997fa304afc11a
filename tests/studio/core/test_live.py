import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.document import Document
from studio.core.library import ModelEntry
from studio.core.live import (
    QUIET_S,
    SHORTEST_GAP_S,
    LivePolicy,
    Mailbox,
    RateMeter,
    make_request,
)
from tests.fixtures.models import TinyModel


def entry(model: TinyModel) -> ModelEntry:
    return ModelEntry("tiny", "Tiny", None, "0" * 64, model.manifest())  # type: ignore[arg-type]


class TestRequest:
    def test_it_holds_everything_the_picture_depends_on(self) -> None:
        document = Document.new(64, 48)
        document.set_choices(labels=(("Food & Drink", 2.0),), hint_strength=0.5, seed=3)
        request = make_request(document.snapshot(), entry(TinyModel(noise=2)), epoch=4)
        assert request.label == (0.0, 1.0)
        assert len(request.noise) == 2
        assert any(request.noise)
        assert (request.hint_strength, request.epoch, request.revision) == (0.5, 4, document.revision)

    def test_the_same_drawing_gives_equal_requests_and_a_stroke_a_different_one(self) -> None:
        document = Document.new(64, 48)
        model = entry(TinyModel())
        before = make_request(document.snapshot(), model)
        assert make_request(document.snapshot(), model) == before
        with document.edit("Dot", document.line.id) as edit:
            edit.write(document.rect, np.full((48, 64, 4), 255, np.uint8))
        assert make_request(document.snapshot(), model) != before

    def test_a_model_that_is_not_usable_is_refused(self) -> None:
        broken = ModelEntry("bad", "Bad", None, "", None, "It is empty.")  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="empty"):
            make_request(Document.new(8, 8).snapshot(), broken)


class TestMailbox:
    def test_the_latest_wins(self) -> None:
        box = Mailbox[int]()
        for number in range(100):
            box.put(number)
        assert box.take() == 99
        assert not box.waiting()

    def test_the_lower_slot_comes_first(self) -> None:
        box = Mailbox[str](slots=3)
        box.put("quiet", priority=2)
        box.put("live", priority=0)
        box.put("control", priority=1)
        assert [box.take(), box.take(), box.take()] == ["live", "control", "quiet"]

    def test_what_is_put_back_gives_way_to_what_is_newer(self) -> None:
        box = Mailbox[str]()
        box.put("new")
        box.put_back("old")
        assert box.take() == "new"
        box.put_back("old")
        assert box.take() == "old"

    def test_clear_forgets_one_slot_alone(self) -> None:
        box = Mailbox[str](slots=2)
        box.put("live", priority=0)
        box.put("quiet", priority=1)
        box.clear(0)
        assert box.take() == "quiet"

    def test_take_waits_for_an_item_from_another_thread(self) -> None:
        box = Mailbox[str]()
        taken: list[str | None] = []
        reader = threading.Thread(target=lambda: taken.append(box.take()))
        reader.start()
        box.put("late")
        reader.join(5)
        assert taken == ["late"]

    def test_close_wakes_the_reader_and_drops_everything_for_ever(self) -> None:
        box = Mailbox[str]()
        taken: list[str | None] = []
        reader = threading.Thread(target=lambda: taken.append(box.take()))
        reader.start()
        box.close()
        reader.join(5)
        box.put("too late")
        assert taken == [None]
        assert box.take() is None
        assert box.closed


class TestPolicy:
    def test_a_change_is_due_at_once(self) -> None:
        policy = LivePolicy()
        assert not policy.due(0.0)
        policy.changed(0.0)
        assert policy.due(0.0)

    def test_nothing_is_due_while_live_is_off(self) -> None:
        policy = LivePolicy(enabled=False)
        policy.changed(0.0)
        assert policy.wait_s(100.0) is None
        assert not policy.due(100.0)

    def test_one_picture_asked_for_is_due_while_live_is_off_and_no_second(self) -> None:
        policy = LivePolicy(enabled=False, large=True)
        policy.changed(0.0)
        policy.once()
        assert policy.due(0.0)
        assert policy.full_size(0.0)
        policy.asked(0.0, full_size=True)
        assert not policy.due(100.0)

    def test_it_follows_mid_stroke_without_flooding_the_mailbox(self) -> None:
        policy = LivePolicy()
        asked = 0
        for event in range(1000):  # a pen at 1000 Hz for a second, and no answer comes
            now = event / 1000
            policy.changed(now)
            if policy.due(now):
                policy.asked(now, full_size=True)
                asked += 1
        assert 100 <= asked <= 1 / SHORTEST_GAP_S + 1

    def test_an_answer_lets_the_next_request_go_at_once(self) -> None:
        policy = LivePolicy()
        policy.changed(0.0)
        policy.asked(0.0, full_size=True)
        policy.changed(0.001)
        assert not policy.due(0.001)
        policy.answered(0.002)
        assert policy.due(0.002)

    def test_nothing_is_asked_twice(self) -> None:
        policy = LivePolicy()
        policy.changed(0.0)
        policy.asked(0.0, full_size=policy.full_size(0.0))
        policy.answered(0.02)
        assert policy.wait_s(0.02) is None
        assert not policy.due(60.0)

    def test_small_drawings_are_always_asked_for_at_full_size(self) -> None:
        policy = LivePolicy()
        policy.changed(0.0)
        assert policy.full_size(0.0)

    def test_a_large_drawing_is_small_while_the_pen_moves_and_full_once_it_rests(self) -> None:
        policy = LivePolicy(large=True)
        policy.changed(0.0)
        assert policy.due(0.0)
        assert not policy.full_size(0.0)
        policy.asked(0.0, full_size=False)
        policy.answered(0.03)
        assert policy.wait_s(0.03) == pytest.approx(QUIET_S - 0.03)
        assert not policy.due(QUIET_S - 0.01)
        assert policy.due(QUIET_S)
        assert policy.full_size(QUIET_S)
        policy.asked(QUIET_S, full_size=True)
        assert policy.wait_s(QUIET_S + 1) is None

    def test_a_forgotten_document_is_not_asked_for(self) -> None:
        policy = LivePolicy(large=True)
        policy.changed(0.0)
        policy.asked(0.0, full_size=False)
        policy.forget()
        assert policy.wait_s(1.0) is None

    @given(st.lists(st.sampled_from(["change", "answer", "tick"]), max_size=60), st.booleans())
    def test_whatever_happens_the_last_change_is_asked_for_at_full_size(
        self, events: list[str], large: bool
    ) -> None:
        policy = LivePolicy(large=large)
        now, changes, asked_full = 0.0, 0, 0

        def pump() -> None:
            nonlocal asked_full
            if policy.due(now):
                full = policy.full_size(now)
                policy.asked(now, full_size=full)
                if full:
                    asked_full = changes

        for event in events:
            now += 0.003
            if event == "change":
                changes += 1
                policy.changed(now)
            elif event == "answer":
                policy.answered(now)
            pump()
        for _ in range(3):
            wait = policy.wait_s(now)
            if wait is not None:
                now += wait + 1e-6
                pump()
        assert asked_full == changes
        assert policy.wait_s(now) is None


class TestRate:
    def test_it_counts_the_last_second(self) -> None:
        meter = RateMeter()
        for number in range(100):
            meter.add(number * 0.02)
        assert meter.rate(99 * 0.02) == pytest.approx(50, abs=1)

    def test_it_falls_to_zero_when_nothing_comes(self) -> None:
        meter = RateMeter()
        meter.add(0.0)
        assert meter.rate(0.5) == 1
        assert meter.rate(2.0) == 0

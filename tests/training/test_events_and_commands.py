"""Events and commands as JSON lines."""

import json

import numpy as np
import pytest

from training import commands, events

EVENTS = [
    events.Preparing(3, 10, "Pictures are decoded"),
    events.Started("run", 0, 10, "CPU", "float32", 5, ("a", "b"), {"generator": 7}),
    events.StepDone(3, 10, {"l1": 0.5}, 2.0, 1.5, 3.5, 1e-4, 0.25, {"real": 0.5}, {"process_mb": 90.0}),
    events.SamplesReady(3, "samples/step-3.png", 2, 5, 64, 4, True, ("", "a")),
    events.MetricsReady(3, "val", {"l1": 0.1}, 12, True, "efficientnet_lite2", "12 pictures", "l1"),
    events.CheckpointSaved(3, "checkpoints/step-3"),
    events.Warned(3, "ü\n“quoted”", "data"),
    events.Paused(3, "disk"),
    events.Continued(3),
    events.Exported("model.onnx", 1),
    events.Written("run/report"),
    events.Finished(10, True, {"l1": 0.1}),
    events.Failed(4, "out of numbers"),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_survives_its_line(event: events.Event) -> None:
    line = events.to_json(event)
    assert "\n" not in line
    assert events.from_json(line) == event


def test_every_kind_of_event_is_tried_here() -> None:
    assert {type(event).__name__ for event in EVENTS} == set(events.EVENT_TYPES)


@pytest.mark.parametrize(
    "line", ["", "3", "{}", '{"event": "Nothing"}', '{"event": "Paused"}', '{"event": "Paused", "x": 1}']
)
def test_a_line_that_is_no_event_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        events.from_json(line)


@pytest.mark.parametrize(
    "line",
    [
        '{"event": "StepDone", "step": 1, "steps": 9, "losses": {"l1": 1.0}, "images_per_s": 1.0, '
        '"elapsed_s": 1.0, "left_s": 8.0, "learning_rate": 0.0004}',
        '{"event": "SamplesReady", "step": 1, "path": "samples/step-00000001.png"}',
        '{"event": "MetricsReady", "step": 1, "split": "val", "metrics": {"l1": 0.1}, "count": 2}',
        '{"event": "Warned", "step": 1, "text": "The disk is full."}',
        '{"event": "Paused", "step": 1}',
        '{"event": "Started", "run": "r", "step": 0, "steps": 9, "device": "CPU", "precision": "float32", '
        '"images": 2, "labels": ["a"], "parameters": {"generator": 7}, "resumed": false}',
    ],
)
def test_a_line_of_an_older_journal_is_read(line: str) -> None:
    assert type(events.from_json(line)).__name__ in line


@pytest.mark.parametrize("name", sorted(commands.PLAIN))
def test_a_plain_command_survives_its_line(name: str) -> None:
    command = commands.PLAIN[name]()
    assert commands.from_json(commands.to_json(command)) == command


@pytest.mark.parametrize("hinted", [False, True])
def test_a_preview_survives_its_line(hinted: bool) -> None:
    rng = np.random.default_rng(1)
    sketch = rng.integers(0, 256, (40, 30), np.uint8)
    hints = rng.integers(0, 256, (40, 30, 4), np.uint8) if hinted else None
    back = commands.from_json(commands.to_json(commands.SetPreview(sketch, hints, (0.25, 0.75))))
    assert isinstance(back, commands.SetPreview)
    np.testing.assert_array_equal(back.sketch, sketch)
    assert back.label == (0.25, 0.75)
    if hints is None:
        assert back.hints is None
    else:
        np.testing.assert_array_equal(back.hints, hints)


def test_a_preview_whose_size_is_a_lie_is_refused() -> None:
    values = json.loads(commands.to_json(commands.SetPreview(np.zeros((8, 8), np.uint8))))
    for shape in ([8, 9], [0, 8], [-8, -8], [100_000, 100_000], [8, 8, 4]):
        values["sketch"]["shape"] = shape
        with pytest.raises(ValueError, match="preview"):
            commands.from_json(json.dumps(values))


@pytest.mark.parametrize("line", ["[]", "{}", '{"command": "Explode"}', '{"command": "SetPreview"}', "no"])
def test_a_line_that_is_no_command_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        commands.from_json(line)

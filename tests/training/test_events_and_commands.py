"""Events and commands as JSON lines."""

import json

import numpy as np
import pytest

from training import commands, events

EVENTS = [
    events.Started("run", 0, 10, "CPU", "float32", 5, ("a", "b"), {"generator": 7}),
    events.StepDone(3, 10, {"l1": 0.5}, 2.0, 1.5, 3.5, 1e-4),
    events.SamplesReady(3, "samples/step-3.png"),
    events.MetricsReady(3, "val", {"l1": 0.1}, 12, True),
    events.CheckpointSaved(3, "checkpoints/step-3"),
    events.Warned(3, "ü\n“quoted”"),
    events.Paused(3),
    events.Continued(3),
    events.Exported("model.onnx", 1),
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

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.files import UserError
from training.manifest import MAX_BYTES, MAX_LABELS, ModelManifest

GOOD = ModelManifest(
    name="OpenMoji 256",
    task="sketch-to-image",
    size=256,
    stride=32,
    smallest=64,
    largest=1024,
    channels=3,
    labels=("Animals & Nature", "Food & Drink"),
    hints=True,
    noise=8,
    flats=True,
    network={"kind": "unet", "width": 24},
    recipe="lineart",
    dataset="openmoji",
    fingerprint="abc",
    licence="CC BY-SA 4.0",
    author="Sketch Studio",
    note="für Ä",
    metrics={"n": 160, "protocol": "test split", "metrics": {"l1": 0.05}},
    date="2026-01-31T12:00:00+00:00",
    program="0.1.0",
    grain=1,
)


def changed(**changes: Any) -> str:
    return json.dumps(json.loads(GOOD.to_json()) | changes)


def test_manifest_survives_json() -> None:
    assert ModelManifest.from_json(GOOD.to_json()) == GOOD
    assert ModelManifest.from_json(GOOD.to_json().encode()) == GOOD


def test_keys_of_a_later_program_are_ignored() -> None:
    assert ModelManifest.from_json(changed(tempo=3)) == GOOD


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(ModelManifest)])
def test_each_missing_key_is_refused_by_name(name: str) -> None:
    values = json.loads(GOOD.to_json())
    del values[name]
    with pytest.raises(UserError, match=name):
        ModelManifest.from_json(json.dumps(values))


WRONG: dict[type, tuple[Any, ...]] = {
    str: (None, [], {}, 1, True),
    int: (None, [], {}, -1, 1.5, "1", True, 10**12),
    bool: (None, [], {}, 0, 1, "true"),
    tuple: (None, {}, 1, "ab", [1], [""], [["a"]]),
    dict: (None, [], 1, "a", [{}]),
}


@pytest.mark.parametrize("field", dataclasses.fields(ModelManifest), ids=lambda field: field.name)
def test_values_of_the_wrong_type_are_refused(field: dataclasses.Field[Any]) -> None:
    for value in WRONG[type(getattr(GOOD, field.name))]:
        with pytest.raises(UserError):
            ModelManifest.from_json(changed(**{field.name: value}))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": 2}, "update Sketch Studio"),
        ({"format": 0}, "unknown format"),
        ({"task": "text-to-image"}, "unknown task"),
        ({"labels": ["a", "a"]}, "twice"),
        ({"labels": ["a", 3]}, "label"),
        ({"labels": [str(i) for i in range(MAX_LABELS + 1)]}, "labels"),
        ({"size": 512, "largest": 256}, "native size"),
        ({"size": 250}, "multiples"),
        ({"stride": 0}, "fixed size"),
        ({"channels": 4}, "channels"),
        ({"size": 10**9}, "size"),
        ({"note": "x" * 30_000}, "characters"),
        ({"network": json.loads('{"a":' * 20 + "1" + "}" * 20)}, "network"),
    ],
)
def test_odd_manifests_are_refused_with_a_sentence(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words) as refused:
        ModelManifest.from_json(changed(**changes))
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", "null", '{"format": NaN}', "[" * 100_000, "x" * (MAX_BYTES + 1), b"\xff\xfe{"],
)
def test_text_that_is_no_manifest_is_refused(text: str | bytes) -> None:
    with pytest.raises(UserError):
        ModelManifest.from_json(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=10,
    ),
    st.sampled_from([field.name for field in dataclasses.fields(ModelManifest)]),
)
def test_any_json_in_any_field_is_taken_or_refused_but_never_crashes(value: Any, name: str) -> None:
    try:
        manifest = ModelManifest.from_json(changed(**{name: value}))
    except UserError:
        return
    assert ModelManifest.from_json(manifest.to_json()) == manifest


def test_takes_follows_stride_and_limits() -> None:
    assert GOOD.takes(64, 1024)
    assert not GOOD.takes(32, 256)
    assert not GOOD.takes(250, 256)
    assert not GOOD.takes(256, 1056)
    fixed = dataclasses.replace(GOOD, stride=0, smallest=256, largest=256)
    assert fixed.takes(256, 256)
    assert not fixed.takes(256, 512)

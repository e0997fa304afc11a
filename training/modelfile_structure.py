"""A look at a protobuf file's structure before a protobuf library sees it.

Half a gigabyte of two-byte messages would become tens of gigabytes of objects. Only files whose bulk is
tensor data may be parsed.
"""

from collections.abc import Iterator

MAX_STRUCTURE_BYTES = 8 * 1024 * 1024  # everything beside tensor data: nodes, names, shapes, metadata
MAX_FIELDS = 200_000
TOO_MANY = "has far too many parts"

# Field numbers of onnx.proto.
MODEL_GRAPH, GRAPH_INITIALIZER = 7, 5
TENSOR_DATA = (4, 9, 10)  # float_data, raw_data, double_data: no larger in memory than in the file
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


class _TooManyFieldsError(Exception):
    pass


def structure_problem(data: memoryview) -> str | None:
    """Return what forbids parsing the ONNX bytes, or None; ValueError when they are no protobuf message."""
    try:
        structure = len(data) - sum(_tensor_bytes(data))
    except _TooManyFieldsError:
        return TOO_MANY
    return "holds more than 8 MB beside its weights" if structure > MAX_STRUCTURE_BYTES else None


def _tensor_bytes(data: memoryview) -> Iterator[int]:
    budget = [MAX_FIELDS]
    for field, graph in _fields(data, budget):
        if field != MODEL_GRAPH or graph is None:
            continue
        for inner, tensor in _fields(graph, budget):
            if inner != GRAPH_INITIALIZER or tensor is None:
                continue
            for part, payload in _fields(tensor, budget):
                if part in TENSOR_DATA and payload is not None:
                    yield len(payload)


def _fields(data: memoryview, budget: list[int]) -> Iterator[tuple[int, memoryview | None]]:
    """Yield number and, where it has one, payload of each field of a message; ValueError when it is cut."""
    position, end = 0, len(data)
    while position < end:
        budget[0] -= 1
        if budget[0] < 0:
            raise _TooManyFieldsError
        tag, position = _varint(data, position)
        kind = tag & 7
        payload = None
        if kind == VARINT:
            _, position = _varint(data, position)
        elif kind == BYTES:
            size, position = _varint(data, position)
            payload = data[position : position + size]
            position += size
        elif kind in (FIXED32, FIXED64):
            position += 4 if kind == FIXED32 else 8
        else:
            raise ValueError("unknown wire type")
        if position > end:
            raise ValueError("cut short")
        yield tag >> 3, payload


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    value = 0
    for index in range(10):
        if position + index >= len(data):
            raise ValueError("cut short")
        byte = data[position + index]
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, position + index + 1
    raise ValueError("number too long")

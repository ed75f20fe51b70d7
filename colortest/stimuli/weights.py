"""The header of a safetensors file, read without trusting it and without torch. Pure.

Format: https://huggingface.co/docs/safetensors: eight bytes little-endian say how long the header is, a JSON object
{name: {dtype, shape, data_offsets}}, then the tensors without gaps.
"""

import json
from collections.abc import Mapping
from math import prod
from typing import IO, Any

LONGEST_HEADER = 100 * 2**20  # as the format's own library has it
BYTES = {"F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2, "U16": 2}
BYTES |= {"I8": 1, "U8": 1, "BOOL": 1}
AGAIN = "copy the file again"


class BadWeights(ValueError):
    """A file that holds no weights. Its text is one sentence without the file's name."""


def read_shapes(file: IO[bytes], byte_count: int) -> dict[str, tuple[int, ...]]:
    """{tensor: shape} of an open file of this length; only its header is read. Raises BadWeights."""
    start = file.read(8)
    if len(start) < 8:
        raise BadWeights(f"It is too short for a safetensors file: {AGAIN}.")
    length = int.from_bytes(start, "little")
    if length > min(LONGEST_HEADER, byte_count - 8):
        raise BadWeights(f"It is no safetensors file, or is cut short: {AGAIN}.")
    tensors = _parsed(file.read(length))
    spans = sorted((*_span(name, tensor), name) for name, tensor in tensors.items())
    end = 0
    for begins, ends, name in spans:
        if begins != end:
            raise BadWeights(f"The tensor “{name[:80]}” overlaps another, or leaves a gap: {AGAIN}.")
        end = ends
    if end != byte_count - 8 - length:
        raise BadWeights(f"Its tensors take {end:,} bytes, and {byte_count - 8 - length:,} are there: {AGAIN}.")
    return {name: tuple(tensor["shape"]) for name, tensor in tensors.items()}


def _parsed(header: bytes) -> dict[str, Any]:
    try:
        tensors = json.loads(header.decode(), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise BadWeights(f"Its header is not the JSON of a safetensors file: {AGAIN}.") from error
    if not isinstance(tensors, dict):
        raise BadWeights(f"Its header is not the JSON of a safetensors file: {AGAIN}.")
    tensors.pop("__metadata__", None)
    if not tensors:
        raise BadWeights("It holds no tensors: name the file of a trained generator.")
    return tensors


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name twice")
    return dict(pairs)


def _span(name: str, tensor: Any) -> tuple[int, int]:
    """Where the tensor begins and ends, from the end of the header."""
    if not isinstance(tensor, Mapping) or not {"dtype", "shape", "data_offsets"} <= set(tensor):
        raise BadWeights(f"The tensor “{name[:80]}” lacks its type, shape or place: {AGAIN}.")
    dtype, shape, place = tensor["dtype"], tensor["shape"], tensor["data_offsets"]
    if not isinstance(dtype, str) or dtype not in BYTES:
        raise BadWeights(f"The tensor “{name[:80]}” is of a type that is not known here.")
    if not _counts(shape) or not _counts(place) or len(place) != 2 or len(shape) > 8:
        raise BadWeights(f"The tensor “{name[:80]}” has a shape or place that is none: {AGAIN}.")
    begins, ends = place
    if ends - begins != prod(shape) * BYTES[dtype]:
        raise BadWeights(f"The tensor “{name[:80]}” has another length than its shape says: {AGAIN}.")
    return begins, ends


def _counts(values: Any) -> bool:
    return isinstance(values, list) and all(type(one) is int and 0 <= one < 2**48 for one in values)

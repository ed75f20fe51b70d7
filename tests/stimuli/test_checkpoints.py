"""Checkpoints registered from the page: each fault has its sentence, and nothing of a refused one stays."""

import hashlib
import io
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from colortest.stimuli.models import Algorithm
from colortest.stimuli.weights import BadWeights, read_shapes

TENSORS = {
    "a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
    "b": {"dtype": "F16", "shape": [4], "data_offsets": [24, 32]},
}


def weights(tensors: object = TENSORS, data: bytes = bytes(32)) -> bytes:
    header = json.dumps(tensors).encode()
    return len(header).to_bytes(8, "little") + header + data


def shapes(content: bytes) -> dict[str, tuple[int, ...]]:
    return read_shapes(io.BytesIO(content), len(content))


def test_the_header_tells_names_and_shapes() -> None:
    assert shapes(weights({**TENSORS, "__metadata__": {"format": "pt"}})) == {"a": (2, 3), "b": (4,)}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"short", "too short"),
        (b"\xff" * 64, "no safetensors file, or is cut short"),
        ((5).to_bytes(8, "little") + b"{nope" + bytes(9), "not the JSON"),
        (weights([1, 2]), "not the JSON"),
        ((17).to_bytes(8, "little") + b'{"a": {},"a": {}}', "not the JSON"),
        (weights({}), "no tensors"),
        (weights({"a": {"dtype": "F32"}}), "lacks its type, shape or place"),
        (weights({"a": {**TENSORS["a"], "dtype": "F31"}}), "of a type that is not known"),
        (weights({"a": {**TENSORS["a"], "shape": [-2, -3]}}), "a shape or place that is none"),
        (weights({"a": {**TENSORS["a"], "shape": [2, 4]}}), "another length than its shape says"),
        (weights({"a": TENSORS["a"], "b": {**TENSORS["b"], "data_offsets": [20, 28]}}), "overlaps another"),
        (weights({"a": TENSORS["a"], "b": {**TENSORS["b"], "data_offsets": [28, 36]}}), "leaves a gap"),
        (weights(data=bytes(31)), "take 32 bytes, and 31 are there"),
    ],
)
def test_each_fault_of_a_header_has_its_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(BadWeights, match=sentence):
        shapes(content)


def test_no_bytes_of_a_header_do_harm() -> None:
    chance, good = random.Random(6), weights()
    refused = 0
    for _ in range(10_000):
        content = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            content[chance.randrange(len(content) - 32)] = chance.randrange(256)
        try:
            assert shapes(bytes(content[: chance.choice((len(content), chance.randrange(len(content))))]))
        except BadWeights:
            refused += 1
    assert refused > 5000


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with override_settings(CHECKPOINT_DIR=tmp_path):
        yield tmp_path


def described(content: bytes, **others: object) -> bytes:
    whole = {"network": {"kind": "resnet"}, "training": {"name": "mine"}, "sha256": hashlib.sha256(content).hexdigest()}
    return json.dumps({**whole, **others}).encode()


def send(client: Client, content: bytes, description: bytes, name: str = "mine.safetensors") -> str:
    files = {
        "weights": SimpleUploadedFile(name, content),
        "description": SimpleUploadedFile("mine.json", description),
    }
    return client.post("/algorithms/register", {"name": "Mine", **files}, follow=True).content.decode()


@pytest.mark.django_db
def test_both_files_go_up_and_stay_in_the_folder(admin: Client, folder: Path) -> None:
    page = send(admin, weights(), described(weights()))
    assert "trained generator" in page
    assert Algorithm.objects.get().checkpoint == "mine.safetensors"
    assert (folder / "mine.safetensors").read_bytes() == weights()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "description", "sentence"),
    [
        (weights(data=b""), described(weights(data=b"")), "Its tensors take 32 bytes, and 0 are there"),
        (weights(), b"{", "mine.json is not JSON"),
        (weights(), described(weights(), network={}), "does not say of what kind its network is"),
        (weights(), described(weights(), training=1), "must name training and sha256"),
        (weights(), described(b"others"), "is not the file that mine.json describes"),
    ],
)
def test_nothing_of_a_bad_one_stays(
    admin: Client, folder: Path, content: bytes, description: bytes, sentence: str
) -> None:
    assert sentence in send(admin, content, description)
    assert list(folder.iterdir()) == []
    assert not Algorithm.objects.exists()


@pytest.mark.django_db
def test_another_file_is_never_overwritten_nor_a_strange_name_taken(admin: Client, folder: Path) -> None:
    (folder / "mine.safetensors").write_bytes(b"somebody's")
    assert "There is already a mine.safetensors" in send(admin, weights(), described(weights()))
    assert (folder / "mine.safetensors").read_bytes() == b"somebody's"
    assert "is no plain name" in send(admin, weights(), described(weights()), name="a b.safetensors")


@pytest.mark.django_db
def test_one_of_the_folder_is_chosen_from_a_list(admin: Client, folder: Path) -> None:
    (folder / "there.safetensors").write_bytes(weights())
    (folder / "there.json").write_bytes(described(weights()))
    (folder / "alone.safetensors").write_bytes(weights())
    page = admin.get("/algorithms/").content.decode()
    assert "there.safetensors" in page
    assert "alone.safetensors" not in page
    admin.post("/algorithms/register", {"name": "There", "file_name": "there.safetensors"})
    assert Algorithm.objects.get().slug == "there"
    assert "there.safetensors</option>" not in admin.get("/algorithms/").content.decode()

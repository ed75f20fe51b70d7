"""Encoders begin with torchvision's weights, which are checked, or with those of a pretext run."""

import hashlib
from pathlib import Path

import pytest
import torch

from generator.checkpoint import CheckpointError, save_checkpoint
from generator.encoder_weights import downloaded, imagenet_weights, weights_of_file
from generator.networks.encoders import Classifier, ClassifierOptions, Encoder
from generator.torchvision_schemas import import_torchvision_models


@pytest.fixture
def resnet() -> torch.nn.Module:
    torch.manual_seed(0)
    return import_torchvision_models().resnet18(weights=None).eval()


@pytest.fixture
def file(resnet: torch.nn.Module, tmp_path: Path) -> Path:
    """Weights under torchvision's own names, in a file named as torchvision names them."""
    weights = {name: value for name, value in resnet.state_dict().items() if not name.endswith("num_batches_tracked")}
    torch.save(weights, tmp_path / "resnet18.pth")
    digest = hashlib.sha256((tmp_path / "resnet18.pth").read_bytes()).hexdigest()
    return (tmp_path / "resnet18.pth").rename(tmp_path / f"resnet18-{digest[:8]}.pth")


def test_torchvisions_weights_give_torchvisions_features(resnet: torch.nn.Module, file: Path) -> None:
    encoder = Encoder("resnet18").eval()
    encoder.load_state_dict(weights_of_file(file, "resnet18"))
    lightness = torch.rand(1, 1, 64, 64) * 100
    deepest = encoder(lightness)[-1].mean(dim=(2, 3))
    stacked = (lightness.expand(-1, 3, -1, -1) / 100 - encoder.mean) / encoder.std
    torch.testing.assert_close(resnet.fc(deepest), resnet(stacked), rtol=1e-4, atol=1e-4)


def test_a_file_that_was_changed_is_refused(file: Path) -> None:
    with file.open("ab") as end:
        end.write(b"!")
    with pytest.raises(CheckpointError, match="has the SHA-256 .* download it again"):
        weights_of_file(file, "resnet18")


def test_a_file_without_a_hash_in_its_name_needs_one_that_is_given(file: Path) -> None:
    plain = file.rename(file.with_name("weights.pth"))
    with pytest.raises(CheckpointError, match="not one that was given"):
        weights_of_file(plain, "resnet18")
    assert weights_of_file(plain, "resnet18", hashlib.sha256(plain.read_bytes()).hexdigest())


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", bytes(range(256)) * 20])
def test_a_file_that_torch_did_not_write_is_refused_whatever_its_hash(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(content)
    with pytest.raises(
        CheckpointError, match=r"weights\.pth holds nothing that torch saved, or only a part of it: name"
    ):
        weights_of_file(path, "resnet18", hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize("saved", [[1, 2], {"conv1": "heavy"}, {"weights": {"conv1.weight": torch.zeros(1)}}])
def test_a_file_in_which_torch_saved_something_else_is_refused(saved: object, tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    torch.save(saved, path)
    with pytest.raises(CheckpointError, match=r"weights\.pth holds something else than weights"):
        weights_of_file(path, "resnet18", hashlib.sha256(path.read_bytes()).hexdigest())


def test_weights_without_parts_are_another_encoder(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    torch.save({"alone": torch.zeros(1)}, path)
    with pytest.raises(CheckpointError, match="another encoder than resnet18"):
        weights_of_file(path, "resnet18", hashlib.sha256(path.read_bytes()).hexdigest())


def test_another_encoder_is_refused(file: Path) -> None:
    with pytest.raises(CheckpointError, match="another encoder than resnet50"):
        weights_of_file(file, "resnet50")


def test_a_pretext_checkpoint_gives_its_encoder(tmp_path: Path) -> None:
    classifier = Classifier(ClassifierOptions(classes=3))
    path = tmp_path / "last.safetensors"
    save_checkpoint(path, classifier, classifier.options, {})
    weights = weights_of_file(path, "resnet18")
    assert set(weights) == set(Encoder("resnet18").state_dict())


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"no .*nothing\.pth"):
        weights_of_file(tmp_path / "nothing.pth", "resnet18")


def test_a_download_is_checked_and_kept(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "cache"))
    kept = downloaded(file.as_uri())
    assert kept.read_bytes() == file.read_bytes()
    file.unlink()
    assert downloaded(file.as_uri()) == kept


def test_a_download_with_another_hash_is_refused(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "cache"))
    wrong = file.rename(file.with_name("resnet18-00000000.pth"))
    with pytest.raises(CheckpointError, match="invalid hash"):
        downloaded(wrong.as_uri())


def test_without_a_network_there_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # a port at which nobody answers
    with pytest.raises(CheckpointError, match="cannot be downloaded .* pretext"):
        imagenet_weights("resnet18")

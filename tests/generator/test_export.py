"""The exported file: ONNX Runtime gives torch's colours, at any size and batch, or there is no file."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from PIL import Image

from generator.checkpoint import describe, load_checkpoint, save_checkpoint
from generator.cli import main
from generator.export import ExportError, compare, export, to_onnx
from generator.networks.registry import Generator, GeneratorOptions, build
from generator.networks.unet import UNetOptions
from tests.generator.photos import TINY, coffee

KINDS = {
    "resnet with skips": TINY,
    "resnet without": replace(TINY, skips=False),
    "unet": UNetOptions((8, 8, 16, 16, 16, 16), 32),
}


def colourful(options: GeneratorOptions) -> Generator:
    torch.manual_seed(0)
    network: Generator = build(options)
    torch.nn.init.normal_(network.decoder.exit.weight)
    return network.eval()


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    save_checkpoint(tmp_path / "tiny.safetensors", colourful(TINY), TINY, training={})
    return tmp_path / "tiny.safetensors"


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS)
def test_onnx_runtime_agrees_at_sizes_and_batches_that_were_not_traced(options: GeneratorOptions) -> None:
    network = colourful(options)
    lightness = [torch.rand(count, 1, height, width) * 100 for count, height, width in ((1, 96, 32), (3, 64, 160))]
    agreement = compare(network, to_onnx(colourful(options), {}), lightness)
    assert agreement.most < 2e-3
    assert agreement.mean <= agreement.most
    assert all(network(batch).abs().mean() > 0.5 for batch in lightness)


def test_a_file_that_gives_other_colours_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if an operator meant something else to ONNX Runtime: the file has other weights than the network."""
    network = colourful(TINY)
    other = to_onnx(build(TINY).eval(), {})
    monkeypatch.setattr("generator.export.to_onnx", lambda network, metadata: other)
    with pytest.raises(ExportError, match="not written"):
        export(network, "", tmp_path / "wrong.onnx")
    assert list(tmp_path.iterdir()) == []


def test_the_command_exports_checks_with_photos_and_says_how_well_it_agrees(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(coffee()[:100, :90]).save(tmp_path / "coffee.png")
    (tmp_path / "broken.png").write_bytes(b"no photo")
    assert main(["export", str(checkpoint), "-o", str(tmp_path / "tiny.onnx"), "--data", str(tmp_path)]) == 0
    printed = capsys.readouterr()
    assert "ONNX Runtime differs from torch by" in printed.out
    assert "on made pictures and 1 photos." in printed.out
    assert "Skipped" in printed.err
    session = onnxruntime.InferenceSession(tmp_path / "tiny.onnx")
    lightness = torch.rand(2, 1, 64, 32) * 100
    with torch.no_grad():
        ab = load_checkpoint(checkpoint)(lightness)
    assert np.abs(session.run(None, {"lightness": lightness.numpy()})[0] - ab.numpy()).max() < 2e-3


def test_the_file_says_which_network_and_checkpoint_it_is(checkpoint: Path, tmp_path: Path) -> None:
    main(["export", str(checkpoint), "-o", str(tmp_path / "tiny.onnx")])
    metadata = {entry.key: entry.value for entry in onnx.load(tmp_path / "tiny.onnx").metadata_props}
    assert json.loads(metadata["network"]) == describe(checkpoint)["network"]
    assert metadata["checkpoint_sha256"] == describe(checkpoint)["sha256"]


@pytest.mark.parametrize(("out", "complaint"), [("tiny.pt", "must end in .onnx"), ("no/checkpoint", "There is no")])
def test_what_cannot_be_exported_gets_one_sentence(
    out: str, complaint: str, checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = checkpoint if out == "tiny.pt" else tmp_path / "missing.safetensors"
    target = tmp_path / (out if out == "tiny.pt" else "tiny.onnx")
    assert main(["export", str(source), "-o", str(target)]) == 1
    assert complaint in capsys.readouterr().err
    assert not target.exists()

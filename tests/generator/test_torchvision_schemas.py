"""torchvision loads here although its operators may not, and asking twice does no harm."""

import subprocess
import sys


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_torchvision_can_be_imported_in_a_fresh_process_and_twice() -> None:
    done = run(
        "from generator.torchvision_schemas import import_torchvision_models as models\n"
        "assert models() is models()\n"
        "import torch, torchvision\n"
        "print(hasattr(torch.ops.torchvision, 'nms'), models().resnet18(weights=None).fc.out_features)"
    )
    assert done.stdout.strip() == "True 1000", done.stderr


def test_operators_that_are_already_declared_are_left_alone() -> None:
    done = run(
        "import torch\n"
        "library = torch.library.Library('torchvision', 'DEF')\n"
        "library.define('nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')\n"
        "library.define('qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')\n"
        "from generator import torchvision_schemas\n"
        "torchvision_schemas._load_native_operators = lambda: None\n"
        "print(torchvision_schemas.import_torchvision_models().__name__)"
    )
    assert done.stdout.strip() == "torchvision.models", done.stderr

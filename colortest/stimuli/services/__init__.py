"""Writes of test sets, algorithms and colorizations. Each is atomic and rings for what follows it."""

from colortest.stimuli.services.algorithms import (
    checkpoint_path,
    file_sha256,
    register_checkpoint,
    register_method,
    register_shipped,
)
from colortest.stimuli.services.colorizations import (
    colorize_with_all,
    fail_colorizations,
    request_colorizations,
    retry_failed,
    store_colorization,
)
from colortest.stimuli.services.test_sets import (
    create_test_set,
    finish_upload,
    import_photos,
    import_uploaded,
    reject_upload,
    upload_test_set,
)

__all__ = [
    "checkpoint_path",
    "colorize_with_all",
    "create_test_set",
    "fail_colorizations",
    "file_sha256",
    "finish_upload",
    "import_photos",
    "import_uploaded",
    "register_checkpoint",
    "register_method",
    "register_shipped",
    "reject_upload",
    "request_colorizations",
    "retry_failed",
    "store_colorization",
    "upload_test_set",
]

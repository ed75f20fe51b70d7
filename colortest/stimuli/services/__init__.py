"""Writes of test sets, algorithms and colorizations. Each is atomic and rings for what follows it."""

from colortest.stimuli.services.algorithms import (
    check_again,
    checkpoint_path,
    file_sha256,
    note_check,
    register_checkpoint,
    register_external,
    register_method,
    register_shipped,
    retire_algorithm,
    take_back_algorithm,
    update_shipped,
)
from colortest.stimuli.services.checkpoints import checkpoints_to_register, register_checked, upload_checkpoint
from colortest.stimuli.services.claims import claim_asked, claim_fresh, claim_suspect, give_back, give_up
from colortest.stimuli.services.colorizations import (
    colorize_now,
    colorize_with_all,
    fail_colorizations,
    request_colorizations,
    retry_failed,
)
from colortest.stimuli.services.fakes_uploads import (
    accept_fakes,
    begin_fakes,
    discard_fakes,
    import_fakes,
    upload_fakes,
    work_on_fakes,
)
from colortest.stimuli.services.forgetting import delete_forgotten
from colortest.stimuli.services.imports import import_photos, import_uploaded
from colortest.stimuli.services.making import (
    Failed,
    Finished,
    delete_files,
    finish_colorization,
    store_colorizations,
    write_colorization,
)
from colortest.stimuli.services.orphans import folder_of, sweep_folder
from colortest.stimuli.services.repairing import check_chunks, check_colorizations, check_photos
from colortest.stimuli.services.sweeping import sweep_uploads
from colortest.stimuli.services.test_sets import (
    accept_test_set,
    begin_test_set,
    create_test_set,
    delete_test_set,
    rename_splits,
    upload_test_set,
)
from colortest.stimuli.services.uploads import begin_upload, discard_upload, receive_chunk

__all__ = [
    "Failed",
    "Finished",
    "accept_fakes",
    "accept_test_set",
    "begin_fakes",
    "begin_test_set",
    "begin_upload",
    "check_again",
    "check_chunks",
    "check_colorizations",
    "check_photos",
    "checkpoint_path",
    "checkpoints_to_register",
    "claim_asked",
    "claim_fresh",
    "claim_suspect",
    "colorize_now",
    "colorize_with_all",
    "create_test_set",
    "delete_files",
    "delete_forgotten",
    "delete_test_set",
    "discard_fakes",
    "discard_upload",
    "fail_colorizations",
    "file_sha256",
    "finish_colorization",
    "folder_of",
    "give_back",
    "give_up",
    "import_fakes",
    "import_photos",
    "import_uploaded",
    "note_check",
    "receive_chunk",
    "register_checked",
    "register_checkpoint",
    "register_external",
    "register_method",
    "register_shipped",
    "rename_splits",
    "request_colorizations",
    "retire_algorithm",
    "retry_failed",
    "store_colorizations",
    "sweep_folder",
    "sweep_uploads",
    "take_back_algorithm",
    "update_shipped",
    "upload_checkpoint",
    "upload_fakes",
    "upload_test_set",
    "work_on_fakes",
    "write_colorization",
]

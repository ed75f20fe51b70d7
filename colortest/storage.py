"""How files are kept: the site's on a disk, and static ones for the browser. Those in a bucket are in `bucket`."""

import os
from pathlib import Path

from django.core.files import File
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

UNFINISHED = ".new"


class LocalFiles(FileSystemStorage):
    """A folder in which a file is whole or absent, whatever ends the process or the machine while it is written."""

    def _save(self, name: str, content: "File[bytes]") -> str:
        new = Path(self.path(f"{name}{UNFINISHED}"))
        try:
            super()._save(f"{name}{UNFINISHED}", content)  # type: ignore[misc]  # the stubs leave it out
            with new.open("rb") as file:
                os.fsync(file.fileno())
            new.rename(self.path(name))
        except BaseException:
            new.unlink(missing_ok=True)
            raise
        return name


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Names that change with the content, inside JavaScript modules too: a new module never meets an old one.

    In our own modules only: comments of others' scripts mention imports of files that they do not ship.
    """

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (
        "colortest/*.js",
        CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1],
    )

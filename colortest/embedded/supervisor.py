"""Child processes that never outlive the process that started them.

Every child gets its own session, so that Ctrl-C reaches only the parent and the parent decides the order of
stopping, and a signal from the kernel when the parent dies, so that not even `kill -9` of the parent leaves
an orphan. Linux only.
"""

import ctypes
import os
import pwd
import re
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypedDict

PR_SET_PDEATHSIG = 1
_ERROR_LINE = re.compile(r"\b(ERROR|CRITICAL|FATAL|PANIC)\b|^Traceback ", re.MULTILINE)
_libc = ctypes.CDLL(None, use_errno=True)


class Child:
    """One running program, with its output in a log file that keeps the previous run's beside it.

    `stop_signal` asks it to end; the kernel sends it the same when this process dies. `user` is the account it
    runs as, which only root may choose. Start it from a thread that lives as long as the child should: the
    kernel ties those two, not the processes.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str],
        cwd: Path = Path("/"),
        user: pwd.struct_passwd | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        patience: float = 8.0,
    ) -> None:
        self.name = name
        self.log = log
        self.patience = patience
        self._stop_signal = stop_signal
        self._seen = 0
        self._asked = False
        if log.exists():
            log.replace(log.with_suffix(".previous.log"))
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
                preexec_fn=_die_with(os.getpid(), stop_signal),
                **identity(user),
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        return self._process.poll()

    def ask_to_stop(self) -> None:
        """Once: a second signal would tell some programs to drop what they are doing."""
        if self.exit_code is None and not self._asked:
            self._process.send_signal(self._stop_signal)
            self._asked = True

    def stop(self) -> None:
        """Ask, wait `patience` seconds, then kill what is left of its session. Harmless when it has ended."""
        self.ask_to_stop()
        try:
            self._process.wait(self.patience)
        except subprocess.TimeoutExpired:
            self._kill_session()
            self._process.wait()
        self._kill_session()

    def _kill_session(self) -> None:
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return  # nobody is left, which is what was wanted

    def last_lines(self, count: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])

    def fresh_output(self) -> str:
        """What the log gained since the last call of this or of `fresh_errors`."""
        with self.log.open("rb") as lines:
            lines.seek(self._seen)
            fresh = lines.read()
        self._seen += len(fresh)
        return fresh.decode(errors="replace")

    def fresh_errors(self) -> str:
        """The same from its first error line on; empty without an error."""
        text = self.fresh_output()
        error = _ERROR_LINE.search(text)
        return text[text.rfind("\n", 0, error.start()) + 1 :].rstrip() if error else ""


def stop_together(children: Sequence[Child]) -> None:
    """Ask them in this order, without waiting for one before the next is asked."""
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.stop()


class Identity(TypedDict, total=False):
    """The arguments of `subprocess` that say who a program runs as."""

    user: int
    group: int
    extra_groups: list[int]


def identity(user: pwd.struct_passwd | None) -> Identity:
    """None stands for the account of this process."""
    return Identity(user=user.pw_uid, group=user.pw_gid, extra_groups=[]) if user else Identity()


def _die_with(parent: int, death: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`, which runs after the change of user; that change would clear an earlier PDEATHSIG."""

    def before_exec() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, death)
        if os.getppid() != parent:  # the parent died before the line above could tie the two
            os._exit(1)

    return before_exec

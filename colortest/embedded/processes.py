"""The three programs of the site on one machine: web server, worker, beat."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from colortest.embedded.supervisor import Child

ROOT = Path(__file__).resolve().parents[2]
WORKER_PROCESSES = 1
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

# Connections are kept longer than browsers and bots keep them, so that none is closed under a request on its way.
_GUNICORN = (
    "gunicorn colortest.wsgi --worker-class=gthread --workers=2 --threads=8 --graceful-timeout=5 --keep-alive=75"
)
_WORKER = f"celery -A colortest worker --concurrency={WORKER_PROCESSES} --prefetch-multiplier=1 --loglevel=INFO"
_BEAT = "celery -A colortest.clock beat --pidfile="


def start_web(home: Path, host: str, port: int) -> Child:
    # Gunicorn's control socket would be one for all sites of this account, in its home folder.
    own = ["--no-control-socket", "--logger-class=colortest.embedded.weblog.QuietLogger"]
    argv = [*_GUNICORN.split(), f"--bind={_socket_address(host, port)}", *own]
    return _start("web", argv, home / "logs", environment(home, threads=1))


def web_address(host: str, port: int) -> str:
    """Where a browser on this machine finds what is served on `host`, which may stand for all addresses."""
    own = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://{_socket_address(own, port)}"


def _socket_address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def start_worker(home: Path, *, logs: Path | None = None, **environ: str) -> Child:
    """A worker for every task, listening once it is `worker_ready`; `environ` adds to the environment."""
    argv = [*_WORKER.split(), "--without-gossip", "--without-mingle"]  # those two speak to other workers
    threads = max(1, len(os.sched_getaffinity(0)) // WORKER_PROCESSES)
    return _start("worker", argv, logs or home / "logs", {**environment(home, threads=threads), **environ})


def worker_ready(worker: Child) -> bool:
    return " ready." in worker.log.read_text(errors="replace")


def start_beat(home: Path) -> Child:
    argv = [*_BEAT.split(), f"--schedule={home / 'beat-schedule'}"]
    return _start("beat", argv, home / "logs", environment(home, threads=1))


def start_demo(home: Path, site: str) -> Child:
    """Loads the demo study, whose simulated participants play it at the address `site`, and ends."""
    argv = ["django", "demo", "--settings=colortest.settings", f"--site={site}"]
    return _start("demo", argv, home / "logs", environment(home, threads=1))


def environment(home: Path, *, threads: int) -> dict[str, str]:
    """Ours, with `threads` for the libraries that count, unless somebody chose already."""
    chosen = {name: os.environ.get(name, str(threads)) for name in _THREAD_VARIABLES}
    return {"LOG_FORMAT": "text", **os.environ, **chosen, "COLORTEST_VAR": str(home)}


def _start(name: str, module: Sequence[str], logs: Path, environ: dict[str, str]) -> Child:
    argv = [sys.executable, "-m", *module]
    return Child(name, argv, log=logs / f"{name}.log", env=environ, cwd=ROOT)

"""Machines with addresses of their own, in network namespaces on one switch. For root; nothing outside them changes.

No namespace has a name: each is there for as long as a process is in it, and those end with the process of the tests,
however that ends. Nothing of one run is left for the next, and two at once never meet.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from colortest.embedded.supervisor import Child, stop_together
from tests.running import wait_until

PROBE = "ip link add bridge type bridge && ip link add one type veth peer name two && nsenter --version && setpriv -V"
START_SECONDS = 60


@dataclass(frozen=True)
class Network:
    """A switch and the machines on it; of each the process that keeps its namespace."""

    switch: Child
    machines: dict[str, Child]

    def address(self, name: str) -> str:
        return f"10.77.0.{list(self.machines).index(name) + 2}"

    def on(self, name: str) -> list[str]:
        """What goes before a command line so that it runs on this machine."""
        return _inside(self.machines[name])

    def cut(self, name: str) -> None:
        """Pull the cable of a machine out of the switch: no program at either end is told."""
        _ip(self.switch, "link", "set", name, "down")

    def mend(self, name: str) -> None:
        _ip(self.switch, "link", "set", name, "up")

    def build(self) -> None:
        _ip(self.switch, "link", "add", "bridge", "type", "bridge")
        _ip(self.switch, "link", "set", "bridge", "up")
        for name, machine in self.machines.items():
            ends = ("type", "veth", "peer", "name", "eth0", "netns", str(machine.pid))
            _ip(self.switch, "link", "add", name, *ends)
            _ip(self.switch, "link", "set", name, "master", "bridge", "up")
            _ip(machine, "addr", "add", f"{self.address(name)}/24", "dev", "eth0")
            for link in ("lo", "eth0"):
                _ip(machine, "link", "set", link, "up")


def obstacle() -> str:
    """Why there can be no such machines here; empty where there can."""
    if os.geteuid() != 0:
        return "machines in network namespaces: only root may make them"
    try:
        probe = subprocess.run(["unshare", "--net", "sh", "-c", PROBE], check=False, capture_output=True, text=True)
    except FileNotFoundError:
        return "machines in network namespaces: unshare is not installed"
    return f"machines in network namespaces: {probe.stderr.strip()}" if probe.returncode else ""


@contextmanager
def network(logs: Path, *names: str) -> Iterator[Network]:
    """The switch and machines of these names, there until the block ends."""
    switch, *others = keepers = [_keeper(name, logs) for name in ("switch", *names)]
    try:
        wait_until(lambda: all(map(_is_apart, keepers)), START_SECONDS)
        found = Network(switch, dict(zip(names, others, strict=True)))
        found.build()
        yield found
    finally:
        stop_together(keepers)


def _keeper(name: str, logs: Path) -> Child:
    return Child(name, ["unshare", "--net", "sleep", "infinity"], log=logs / f"{name}.keeper.log", env=os.environ)


def _is_apart(keeper: Child) -> bool:
    """Whether it has left the namespace of this process for one of its own."""
    assert keeper.exit_code is None, keeper.last_lines()
    return not Path(f"/proc/{keeper.pid}/ns/net").samefile("/proc/self/ns/net")


def _inside(keeper: Child) -> list[str]:
    return ["nsenter", f"--net=/proc/{keeper.pid}/ns/net", "--"]


def _ip(machine: Child, *words: str) -> None:
    done = subprocess.run([*_inside(machine), "ip", *words], check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"

"""Machines with addresses of their own, in network namespaces on one switch. For root; nothing outside them changes."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Network:
    """A switch and the machines on it. The namespaces are named after this process, so that two runs never meet."""

    names: tuple[str, ...]
    prefix: str = f"ct{os.getpid()}"

    def address(self, name: str) -> str:
        return f"10.77.0.{self.names.index(name) + 2}"

    def on(self, name: str) -> list[str]:
        """What goes before a command line so that it runs on this machine."""
        return ["ip", "netns", "exec", f"{self.prefix}-{name}"]

    def cut(self, name: str) -> None:
        """Pull the cable of a machine out of the switch: no program at either end is told."""
        self._ip("-n", f"{self.prefix}-switch", "link", "set", name, "down")

    def mend(self, name: str) -> None:
        self._ip("-n", f"{self.prefix}-switch", "link", "set", name, "up")

    def build(self) -> None:
        switch = f"{self.prefix}-switch"
        self._ip("netns", "add", switch)
        self._ip("-n", switch, "link", "add", "bridge", "type", "bridge")
        self._ip("-n", switch, "link", "set", "bridge", "up")
        for name in self.names:
            machine = f"{self.prefix}-{name}"
            self._ip("netns", "add", machine)
            self._ip("-n", switch, "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", machine)
            self._ip("-n", switch, "link", "set", name, "master", "bridge", "up")
            self._ip("-n", machine, "addr", "add", f"{self.address(name)}/24", "dev", "eth0")
            for link in ("lo", "eth0"):
                self._ip("-n", machine, "link", "set", link, "up")

    def remove(self) -> None:
        for name in (*self.names, "switch"):
            self._ip("netns", "del", f"{self.prefix}-{name}", check=False)

    def _ip(self, *words: str, check: bool = True) -> None:
        subprocess.run(["ip", *words], check=check, capture_output=True)


def possible() -> bool:
    """Whether this account may make namespaces here, and run something in them."""
    probe = f"ct{os.getpid()}-probe"
    commands = (["ip", "netns", "add", probe], ["ip", "netns", "exec", probe, "true"])
    try:
        done = [subprocess.run(argv, check=False, capture_output=True).returncode == 0 for argv in commands]
        subprocess.run(["ip", "netns", "del", probe], check=False, capture_output=True)
    except FileNotFoundError:
        return False
    return all(done)


@contextmanager
def network(*names: str) -> Iterator[Network]:
    found = Network(names)
    try:
        found.build()
        yield found
    finally:
        found.remove()

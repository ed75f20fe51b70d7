"""Where a run leaves everything: what it was told, what it measured, how it looks, and where it stands.

config.json        the configuration, the photos, the seed, the command
metrics.jsonl      a line a step, and one for each evaluation
samples-*.png      the same held-out photos at each evaluation, colorizations under photos
curves.png         losses and evaluations
last.*, best.*     checkpoints
state.pt           everything that going on needs: the one file that decides where the run stands
"""

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from generator.colorizer import Colorizer, Photo
from generator.data import DataError
from generator.files import sweep, written_whole
from generator.torch_files import read_torch

GRID_COLUMNS, GRID_PHOTOS = 8, 16


class RunFolder:
    """The folder of one run; a process that is not the first only reads it.

    Raises DataError where there is already a run, or none to go on with.
    """

    def __init__(self, path: Path, writes: bool = True) -> None:
        self.path = path
        self.writes = writes
        self.last, self.best = path / "last.safetensors", path / "best.safetensors"
        self._config, self._metrics, self._state = path / "config.json", path / "metrics.jsonl", path / "state.pt"

    def check_new(self) -> None:
        """That a run may begin here. Only the first process looks: the others may find the run that it has begun."""
        if self.writes and self._config.exists():
            raise DataError(f"{self.path} holds a run: go on with it by --resume {self.path}, or name another folder.")

    def begin(self, config: Mapping[str, Any]) -> None:
        self.check_new()
        if not self.writes:
            return
        with written_whole(self._config) as file:
            file.write((json.dumps(config, indent=2) + "\n").encode())

    def config(self) -> dict[str, Any]:
        """What the run was told when it began."""
        try:
            config = json.loads(self._config.read_bytes())
        except (OSError, ValueError) as error:
            raise DataError(f"{self.path} holds no run to go on with ({error}).") from error
        if not isinstance(config, dict):
            raise DataError(f"{self.path} holds no run to go on with (its config.json is none of ours).")
        return config

    def save_state(self, state: Mapping[str, Any]) -> None:
        """With it goes how long the log is by now: a resumed run writes what follows again."""
        with written_whole(self._state) as file:
            torch.save({**state, "log_bytes": self._metrics.stat().st_size if self._metrics.exists() else 0}, file)

    def load_state(self, device: torch.device | str) -> dict[str, Any] | None:
        """The state to go on from, and a log that ends where it was saved; None for a run that saved none yet."""
        if self.writes:
            sweep(self.path)
        state: dict[str, Any] = {"log_bytes": 0}
        if self._state.exists():
            state = self._saved_state(device)
        if self.writes and self._metrics.exists():
            os.truncate(self._metrics, state["log_bytes"])
        return state if "networks" in state else None

    def _saved_state(self, device: torch.device | str) -> dict[str, Any]:
        state: Any = None
        with suppress(ValueError):
            state = read_torch(self._state, device)
        if not isinstance(state, dict) or "log_bytes" not in state:
            raise DataError(
                f"{self._state} is cut short or changed, and no run can go on from it: copy it again, or begin anew."
            )
        return state

    def log(self, **values: Any) -> None:
        if not self.writes:
            return
        with self._metrics.open("a") as file:
            file.write(json.dumps(values) + "\n")

    def lines(self) -> list[dict[str, Any]]:
        """The log so far."""
        return [json.loads(line) for line in self._metrics.read_text().splitlines()]

    def write_samples(self, name: str, photos: Sequence[Photo], colorizer: Colorizer) -> None:
        """Photos in one row, their colorizations under them. A row that is not full ends in white."""
        photos = photos[:GRID_PHOTOS]
        colorizations = colorizer.colorize(photos)
        columns = min(GRID_COLUMNS, len(photos))
        rows = [
            _row(images[start : start + columns], columns)
            for start in range(0, len(photos), columns)
            for images in (photos, colorizations)
        ]
        Image.fromarray(np.concatenate(rows)).save(self.path / f"samples-{name}.png")


def _row(photos: Sequence[Photo], columns: int) -> Photo:
    white = np.full_like(photos[0], 255)
    return np.concatenate([*photos, *[white] * (columns - len(photos))], axis=1)

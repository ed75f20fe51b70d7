"""Somebody without any sense of colour who wants to know which side is real, and has everything else to go by.

Of each trial they keep numbers, of the left stimulus minus the right one: what its bytes, headers and address are like,
how long it took, and what its lightness is like. From trials whose answer they know they learn to guess others.
What they leave out is colour itself, and with it sizes of re-encoded colours: to judge that is the participants' task.
For the same reason they measure lightness to a tenth of L*, four times finer than 8 bits of grey: of colours in 8 bits
each the further decimals of L* name the one that has it.
"""

import json
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from django.http import HttpResponse
from django.test import Client
from PIL import Image
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from statsmodels.stats.proportion import proportion_confint

from colortest.stimuli.lightness import lightness

FOLDS = 10
FINEST = 0.1  # of L*
CLASSIFIERS: dict[str, Callable[[], BaseEstimator]] = {
    "logistic": lambda: make_pipeline(StandardScaler(), LogisticRegression(C=0.1)),
    "forest": lambda: RandomForestClassifier(200, min_samples_leaf=3, random_state=0),
}


@dataclass(frozen=True)
class Seen:
    """A trial as the adversary keeps it."""

    token: str
    features: dict[str, float]


def play(client: Client, run: str) -> Iterator[Seen]:
    """Every trial of a run from its first to its last, at the address `/take/…/`."""
    page = client.get(run)
    state = client.get(f"{run}trials/").json()
    while state["upcoming"]:
        trial = state["upcoming"][0]
        sides = [_stimulus(client, address) for address in trial["stimuli"]]
        apart = {name: sides[0][name] - sides[1][name] for name in sides[0]}
        yield Seen(trial["responseUrl"].split("/")[-2], {**_of_trial(page, state, trial), **apart})
        state = _respond(client, trial).json()["state"]


def guessed(trials: list[Seen], answers: list[bool], pictures: list[str], classifier: str) -> tuple[float, float]:
    """The 95 % interval (Wilson) of the share of trials guessed right by who learned from trials of other pictures."""
    names = sorted(trials[0].features)
    features = np.array([[trial.features[name] for name in names] for trial in trials])
    folds = GroupKFold(FOLDS, shuffle=True, random_state=0)
    told = cross_val_predict(
        CLASSIFIERS[classifier](), features, np.array(answers), groups=np.array(pictures), cv=folds
    )
    right = int((told == np.array(answers)).sum())
    low, high = proportion_confint(right, len(trials), method="wilson")
    return float(low), float(high)


def _stimulus(client: Client, address: str) -> dict[str, float]:
    started = time.perf_counter()
    reply = client.get(address)
    seconds = time.perf_counter() - started
    assert reply.status_code == 200
    data = reply.content
    headers = json.dumps(sorted(reply.headers.items()))
    return {
        "seconds": seconds,
        "address": float(len(address)),
        "headers": float(len(headers)),
        "header sum": float(zlib.crc32(headers.encode())),
        "etag": float(zlib.crc32(reply.headers.get("ETag", "").encode())),
        "length": float(len(data)),
        "header bytes": float(zlib.crc32(data[:41])),
        "ends at": _end(data),
        **{f"chunk {name}": size for name, size in _chunks(data).items()},
        **_of_lightness(data),
    }


def _end(data: bytes) -> float:
    """How many bytes a decoder reads before it has the last pixel."""
    low, high = 0, len(data)
    while high - low > 512:
        middle = (low + high) // 2
        low, high = (low, middle) if _decodes(data[:middle]) else (middle, high)
    return float(high)


def _decodes(data: bytes) -> bool:
    try:
        with Image.open(BytesIO(data)) as opened:
            opened.load()
    except (OSError, SyntaxError, ValueError):
        return False
    return True


def _chunks(data: bytes) -> dict[str, float]:
    """The size that each chunk of a PNG or WebP file says of itself, by its place."""
    png = data[:4] == b"\x89PNG"
    at, number, sizes = (8 if png else 12), 0, {}
    while at + 8 <= len(data) and number < 8:
        field = data[at : at + 4] if png else data[at + 4 : at + 8]
        size = int.from_bytes(field, "big" if png else "little")
        sizes[str(number)] = float(size)
        at, number = at + size + (12 if png else 8 + size % 2), number + 1
    return {str(place): sizes.get(str(place), 0.0) for place in range(4)}


def _of_lightness(data: bytes) -> dict[str, float]:
    with Image.open(BytesIO(data)) as opened:
        light = (lightness(np.asarray(opened.convert("RGB"))) / FINEST).round() * FINEST
    across, down = np.diff(light, axis=1), np.diff(light, axis=0)
    rough = 4 * light[1:-1, 1:-1] - light[:-2, 1:-1] - light[2:, 1:-1] - light[1:-1, :-2] - light[1:-1, 2:]
    centred = light - light.mean()
    shares = np.histogram(light, bins=8, range=(0, 100))[0] / light.size
    eight_bits = (light * 2.55).round().astype(np.uint8)
    return {
        "mean": light.mean(),
        "variance": light.var(),
        "skewness": (centred**3).mean() / light.std() ** 3,
        "high frequencies": (rough**2).mean(),
        "roughness of the smoothest": float(np.quantile(np.abs(rough), 0.1)),
        "steps across": np.abs(across).mean(),
        "steps down": np.abs(down).mean(),
        "equal neighbours": float((np.abs(across) < FINEST / 2).mean()),
        "darkest": light.min(),
        "lightest": light.max(),
        "size of lightness alone": float(len(_webp(eight_bits))),
        "size of fine lightness": float(len(zlib.compress((light / FINEST).round().astype(np.int16).tobytes(), 1))),
        **{f"share of {10 * number}": share for number, share in enumerate(shares)},
    }


def _webp(grey: np.ndarray[Any, Any]) -> bytes:
    buffer = BytesIO()
    Image.fromarray(grey).save(buffer, "WEBP", lossless=True, method=0)
    return buffer.getvalue()


def _of_trial(page: HttpResponse, state: dict[str, Any], trial: dict[str, Any]) -> dict[str, float]:
    """What has no left and right: the page, the state, and the trial's place in it."""
    text = json.dumps(state)
    tokens = [address.split("/")[-3] for address in trial["stimuli"]]
    return {
        "page": float(len(page.content)),
        "state": float(len(text)),
        "done": float(state["done"]),
        "parity": float(state["done"] % 2),
        "first": float(trial["first"] == "left"),
        "token": float(zlib.crc32(tokens[0].encode())),
        "first letter": float(ord(tokens[0][0])),
        "upcoming": float(len(state["upcoming"])),
    }


def _respond(client: Client, trial: dict[str, Any]) -> HttpResponse:
    body = {
        "chosen": "left",
        "rtMs": 640.5,
        "leftOnsetMs": 500.0,
        "leftExposureMs": 1000.0,
        "rightOnsetMs": 500.0,
        "rightExposureMs": 1000.0,
        "frames": 60,
        "longestGapMs": 17.0,
        "refreshMs": 16.7,
        "visibilityChanges": 0,
        "focusChanges": 0,
        "hidden": False,
        "repeated": False,
    }
    return client.post(trial["responseUrl"], json.dumps(body), content_type="application/json")

"""A simulated participant: plays a whole session over HTTP as a browser would, choosing with a known probability.

The site's pages do not tell which side is real, so the program that runs the bot must tell it: `real_side` is asked
for each trial's token. Flow tests, load tests and `manage.py simulate` share this one bot.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from colortest.experiment.colour_vision import COUNT, NOTHING
from colortest.experiment.schedule import LEFT, OTHER, RIGHT

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
PLATES = "data-plates"  # on the page that shows them

# What somebody chooses, by question, who takes this side for the real photo; a single image stands left.
CHOICES = {
    "real": {LEFT: "left", RIGHT: "right"},
    "fake": {LEFT: "right", RIGHT: "left"},
    "either": {LEFT: "real", RIGHT: "fake"},
}

# token → (the side that shows the real photo, whether this is a catch trial)
Oracle = Callable[[str], tuple[str, bool]]
# code of the run → the digits on the plates that it is shown now
PlateOracle = Callable[[str], list[str]]

SCREEN = {"width": 1280, "height": 800, "pixelRatio": 1.0, "refreshMs": 16.7, "gamut": "srgb"}


def no_digits(_code: str) -> list[str]:
    """What somebody reads on the plates whom nobody told anything."""
    return [NOTHING] * COUNT


@dataclass
class ParticipantBot:
    """One simulated person.

    `fool_rate` is the probability with which a test or practice trial fools it, `catch_rate` the one with which it
    is not fooled by a catch trial (Zhang 2016 found 0.87). Without `digits` it sees none on any plate.
    """

    client: httpx.Client
    real_side: Oracle
    fool_rate: float
    catch_rate: float = 0.87
    seed: int = 0
    digits: PlateOracle = no_digits
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311 (a reproducible run)

    def play(self, slug: str, **parameters: str) -> str:
        """Consent to thanks, from a link with these parameters. Returns the participant's secret code."""
        for page in self.session(slug, **parameters):
            run = page
        return urlsplit(run).path.split("/")[2]

    def session(self, slug: str, **parameters: str) -> Iterator[str]:
        """The same step by step: yields the address of each page, and of each response, as it is reached."""
        run = self._submit(f"/s/{slug}/?{urlencode(parameters)}", {"agree": "on"})
        yield run
        self._pass_checks(run)
        run = self._submit(run, {}, to="begin/")
        yield run
        state = self._get(f"{run}trials/").json()
        while state["upcoming"]:
            trial = state["upcoming"][0]
            for address in trial["stimuli"]:
                self._get(address)
            state = self.respond(trial, state)["state"]
            yield trial["responseUrl"]
        self._get(run)
        yield run

    def respond(self, trial: dict[str, Any], state: dict[str, Any]) -> dict[str, Any]:
        """Respond to one trial with times such as a person's browser reports."""
        exposure = (state["exposureMs"] or 2000) + self.random.uniform(-8, 8)
        taken_for_real = self._taken_for_real(trial["responseUrl"].rstrip("/").rsplit("/", 1)[1])
        pair = state["presentation"] != "single"
        body = {
            "chosen": CHOICES[state["question"]][taken_for_real],
            "rtMs": self.random.lognormvariate(6.4, 0.4),
            "leftOnsetMs": state["blankMs"],
            "leftExposureMs": exposure,
            "rightOnsetMs": state["blankMs"] if pair else None,
            "rightExposureMs": exposure if pair else None,
            "frames": round(exposure / 16.7),
            "longestGapMs": 17,
            "refreshMs": 16.7,
            "hidden": False,
            "visibilityChanges": 0,
            "focusChanges": 0,
            "repeated": False,
        }
        return dict(self._send(trial["responseUrl"], body).json())

    def _pass_checks(self, run: str) -> None:
        """The screen, and the plates as often as they are shown."""
        self._send(f"{run}screen/", SCREEN)
        while PLATES in self._get(run).text:
            digits = enumerate(self.digits(run.split("/")[2]), start=1)
            self._submit(run, {f"plate_{number}": digit for number, digit in digits}, to="vision/")

    def _send(self, address: str, body: dict[str, Any]) -> httpx.Response:
        """Post JSON as the scripts of the pages do."""
        headers = {"X-CSRFToken": self.client.cookies["csrftoken"], **self._referer()}
        return self.client.post(address, json=body, headers=headers).raise_for_status()

    def _taken_for_real(self, token: str) -> str:
        """The side that the bot takes for the real photo."""
        real, catch = self.real_side(token)
        fooled = self.random.random() < (1 - self.catch_rate if catch else self.fool_rate)
        return OTHER[real] if fooled else real

    def _submit(self, page: str, fields: dict[str, str], to: str = "") -> str:
        """Fill in a page's form; returns the path on which the site then puts the participant."""
        hidden = dict(HIDDEN.findall(self._get(page).text))
        if not hidden:
            raise ValueError(f"{page} has no form: the study may be closed.")
        data = {**hidden, **fields}
        reply = self.client.post(page + to, data=data, headers=self._referer(), follow_redirects=True)
        return reply.raise_for_status().url.path

    def _get(self, address: str) -> httpx.Response:
        return self.client.get(address, follow_redirects=True).raise_for_status()

    def _referer(self) -> dict[str, str]:
        return {"Referer": str(self.client.base_url)}

"""Every address of the read interface: the site's addresses and the description are both made from this table. Pure."""

from dataclasses import dataclass

from colortest.analysis.api import shapes

JSON, CSV, NDJSON = "application/json", "text/csv", "application/x-ndjson"
ROOT = "/api/"


@dataclass(frozen=True)
class Endpoint:
    """One address, which answers to GET.

    path: below ROOT; `{slug}` stands for a study.
    answers: what its JSON holds; none where it is a table of responses.
    """

    name: str
    path: str
    summary: str
    media_type: str = JSON
    answers: type | None = None

    @property
    def of_a_study(self) -> bool:
        return "{slug}" in self.path


ENDPOINTS = (
    Endpoint("api_studies", "studies/", "The studies of your teams", answers=shapes.Studies),
    Endpoint("api_study", "studies/{slug}/", "One study and its design", answers=shapes.Design),
    Endpoint("api_fool_rates", "studies/{slug}/fool-rates/", "Its fool rates", answers=shapes.FoolRates),
    Endpoint("api_csv", "studies/{slug}/responses.csv", "Every response, one row each", CSV),
    Endpoint("api_ndjson", "studies/{slug}/responses.ndjson", "Every response, one JSON object a line", NDJSON),
)

"""The content of a report, for tests of what is drawn and shown from it."""

from typing import Any


def arm(name: str | None = None, split: str | None = None, rate: float = 0.3, **numbers: Any) -> dict[str, Any]:
    """A fool rate with everything beside it."""
    return {
        "algorithm": name and name.lower(),
        "name": name,
        "split": split,
        "asked_ms": None,
        "fooled": round(720 * rate),
        "countable": 720,
        "participants": 40,
        "photos": 30,
        "rate": rate,
        "low": rate - 0.06,
        "high": rate + 0.07,
        "wilson": {"low": rate - 0.03, "high": rate + 0.03},
        "sequence": {"low": rate - 0.11, "high": rate + 0.12},
        "half": {"p": 0.0002, "p_holm": 0.0004},
        "equivalence": {"margin": 0.05, "low": rate - 0.05, "high": rate + 0.06, "p": 0.9, "equivalent": False},
        "before": {"fooled": round(800 * rate) + 20, "countable": 800, "rate": rate + 0.025},
        **numbers,
    }


def difference(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    """Of two arms."""
    value = a["rate"] - b["rate"]
    margin = {"margin": 0.05, "low": value - 0.04, "high": value + 0.04, "p": 0.8, "equivalent": False}
    keys = ("algorithm", "name", "split", "asked_ms")
    return {
        "a": {key: a[key] for key in keys},
        "b": {key: b[key] for key in keys},
        "value": value,
        "low": value - 0.05,
        "high": value + 0.05,
        "p": 0.01,
        "p_holm": 0.02,
        "beats": 0.99,
        "equivalence": margin,
        "shared_participants": 40,
        "shared_photos": 30,
        "sentence": "paired by participant and photo",
    }


def estimate(value: float, reach: float = 0.1) -> dict[str, float]:
    return {"value": value, "low": value - reach, "high": value + reach}


def content() -> dict[str, Any]:
    """Of a study of two algorithms on two splits."""
    arms = [arm("Grey", "test", 0.08), arm("Grey", "train", 0.1), arm("Net", "test", 0.31), arm("Net", "train", 0.44)]
    spread = {"edges": [tenth / 10 for tenth in range(11)], "counts": [1, 4, 9, 14, 8, 3, 1, 0, 0, 0], "count": 40}
    spread |= {"mean": 0.3, "sd": 0.1, "quartiles": [0.2, 0.3, 0.4]}
    return {
        "version": 1,
        "level": 0.95,
        "draws": 10000,
        "seed": 1,
        "design_hash": "0" * 64,
        "margin": 0.05,
        "counts": {
            "finished": 44,
            "counted": 40,
            "excluded": 4,
            "participants": 40,
            "photos": 60,
            "countable": 2880,
            "fooled": 670,
            "shown": 3168,
            "flagged": 12,
        },
        "overall": arm(rate=0.2325),
        "arms": arms,
        "differences": {
            "algorithms": [difference(arms[2], arms[0]), difference(arms[3], arms[1])],
            "splits": [difference(arms[3], arms[2])],
            "exposures": [],
            "algorithms_pooled": [],
        },
        "rankings": {
            "rows": [
                {"algorithm": "net", "name": "Net", "ability": estimate(-0.6), "rank": 1, "rank_low": 1, "rank_high": 1}
                | {"best": 1.0},
                {"algorithm": "grey", "name": "Grey", "ability": estimate(-2.4), "rank": 2, "rank_low": 2}
                | {"rank_high": 2, "best": 0.0},
            ],
            "sentence": "On the scale of log odds against the photo.",
        },
        "distributions": {"participants": spread, "photos": {**spread, "count": 60}},
        "detection": {
            "task": "2AFC",
            "rows": [
                {key: one[key] for key in ("algorithm", "name", "split", "asked_ms")}
                | {"d_prime": estimate(0.7), "criterion": estimate(0.02), "unbiased": estimate(0.68)}
                for one in arms
            ],
            "sentence": "Intervals are those of the crossed bootstrap.",
        },
        **conduct(),
        "sample": {"participants": 44, "of": 44, "sentence": ""},
        "remarks": [],
        "warnings": ["60 photos are few: below 200, they decide more than people do."],
    }


def conduct() -> dict[str, Any]:
    """How trials went, and what checks the fool rates, in the same study."""
    trials = [("PRACTICE", 1, 10, 0.4), ("TEST", 1, 12, 0.33), ("TEST", 13, 24, 0.3), ("TEST", 25, 36, 0.28)]
    return {
        "bias": {"left": {**estimate(0.52, 0.03), "p": 0.2}, "first": None, "sentence": ""},
        "catch": {"trials": 176, "caught": 171, "share": estimate(0.97, 0.02)},
        "response_times": {"count": 2880, "quartiles": [420.0, 610.0, 980.0], "p95": 2100.0, "fast": 0.002},
        "learning": [
            {"kind": kind, "from": first, "to": last, "fooled": 10, "countable": 100, "rate": rate}
            | {"low": rate - 0.05, "high": rate + 0.05}
            for kind, first, last, rate in trials
        ],
        "exposure": [
            {
                "asked_ms": 1000,
                "count": 3168,
                "quartiles": [-2.0, 0.0, 3.0],
                "within": 0.996,
                "edges": [-50, -25, -10, 0, 10, 25, 50],
                "counts": [4, 10, 1100, 1900, 146, 8],
            }
        ],
        "agreement": {
            "rows": [
                {"algorithm": None, "name": None, "split": None, "asked_ms": None, "responses": 48.0}
                | {"single": estimate(0.12, 0.05), "mean": estimate(0.8), "components": {}}
            ],
            "sentence": "One-way, over all photos.",
        },
        "mixed": {
            "rows": [
                {"algorithm": "net", "name": "Net", "split": "test", "asked_ms": None}
                | {"rate": estimate(0.305, 0.06), "participant_sd": 0.5, "photo_sd": 0.9}
            ],
            "sentence": "By Laplace’s approximation.",
        },
        "exclusion": {
            "before": {"fooled": 760, "countable": 3160, "rate": 0.24},
            "after": {"fooled": 670, "countable": 2880, "rate": 0.2326},
            "reasons": [{"reason": "caught too few catch trials", "participants": 4}],
        },
        "timeline": {
            "unit": "hour",
            "rows": [
                {"from": f"2026-11-23T{hour:02}:00:00+00:00", "finished": 11, "excluded": 1, "countable": 720}
                for hour in range(9, 13)
            ],
        },
    }

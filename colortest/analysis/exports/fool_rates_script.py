"""Finds the fool rates of people in this dataset: python analysis/fool_rates.py

Nothing but Python is needed. It travels within the Psych-DS export, beside the data that it reads.
"""

import csv
from collections import Counter
from pathlib import Path


def counts(row: dict[str, str]) -> bool:
    """Whether a response enters a fool rate."""
    person = row["simulated"] == "False" and row["finished"] == "True" and row["excluded"] == "False"
    shows_fake = row["fake_side"] != ""
    return person and row["kind"] == "TEST" and row["flags"] == "" and shows_fake


def main() -> None:
    fooled, countable = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for path in sorted(Path(__file__).resolve().parent.parent.glob("data/*_data.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in filter(counts, csv.DictReader(file)):
                arm = (row["algorithm"], row["split"])
                countable[arm] += 1
                fooled[arm] += row["fooled"] == "True"
    print("algorithm", "split", "fooled", "countable", "fool_rate", sep="\t")
    for arm, count in sorted(countable.items()):
        print(*arm, fooled[arm], count, f"{fooled[arm] / count:.4f}", sep="\t")


if __name__ == "__main__":
    main()

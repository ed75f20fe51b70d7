"""How large rows are, indexes included: `make bench ARGS=sizes`. docs/scaling.md multiplies with them.

The database is filled as for `make bench ARGS=results`, with fewer people.
"""

import shutil

from colortest import embedded
from colortest.embedded import postgres
from tests.load.bench_results import _run
from tests.running import new_folder

PEOPLE = 5000
TABLES = (
    "stimuli_photo",
    "stimuli_colorization",
    "experiment_participant",
    "experiment_trial",
    "experiment_response",
    "analysis_tally",
)


def main() -> None:
    home = new_folder()
    try:
        with embedded.serve(home / "var", redis=False, durable=False):
            _run(home, "fill", PEOPLE)
            for table in TABLES:
                sizes = f"SELECT count(*), pg_table_size('{table}'), pg_indexes_size('{table}') FROM {table}"  # noqa: S608
                (row,) = postgres.query(home / "var", sizes)
                count, heap, indexes = (int(str(value)) for value in row)
                each = (heap + indexes) / max(1, count)
                print(f"{table:24} {count:10,} rows {each:8.0f} bytes each, {indexes / max(1, count):6.0f} of indexes")
    finally:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()

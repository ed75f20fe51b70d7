"""The formats in which a study is downloaded. The page and `manage.py export` both write these very pieces."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from colortest.analysis.exports.amt import wide_csv
from colortest.analysis.exports.numbers import numbers_json
from colortest.analysis.exports.psych_ds import psych_ds_zip
from colortest.analysis.exports.tidy import tidy_csv
from colortest.experiment.models import Study
from colortest.refusal import Refused


@dataclass(frozen=True)
class Format:
    """One format.

    write: the file of a study, piece by piece; raises Refused where the study cannot be written so.
    """

    ending: str  # of the file's name, behind the study's
    content_type: str
    holds: str
    write: Callable[[Study], Iterator[bytes]]

    def pieces(self, study: Study) -> Iterator[bytes]:
        """The file of a study, piece by piece.

        Raises:
            Refused: the design hides the responses for now, or the study cannot be written so.
        """
        if self.write is not numbers_json:  # which hides them itself
            require_told(study)
        return self.write(study)

    def file_name(self, study: Study) -> str:
        """By which it is saved."""
        return f"{study.slug}{self.ending}"


def require_told(study: Study) -> None:
    """Raises Refused while the study's design hides what was chosen in it."""
    if study.showing == study.Interim.HIDDEN:
        raise Refused("The design of this study hides what people choose until it is closed: so do its downloads.")


CSV = "text/csv; charset=utf-8"
FORMATS = {
    "tidy": Format(".csv", CSV, "Every response, one row each", tidy_csv),
    "amt": Format("-wide.csv", CSV, "One row a participant, as the script of AMT_Real_vs_Fake reads it", wide_csv),
    "psych-ds": Format("-psych-ds.zip", "application/zip", "A Psych-DS dataset with its codebook", psych_ds_zip),
    "json": Format(".json", "application/json", "The numbers of this page", numbers_json),
}

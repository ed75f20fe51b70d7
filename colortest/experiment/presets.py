"""Protocols from the literature, by name: the numbers a study starts from."""

from dataclasses import dataclass

REAL, FAKE = "REAL", "FAKE"


@dataclass(frozen=True)
class Protocol:
    """The numbers of a study, as its columns hold them."""

    question: str  # which of the two is taken for REAL, or for FAKE
    exposure_ms: int  # both stimuli are on screen this long
    blank_ms: int  # empty screen before each pair
    practice_trials: int  # with feedback, never counted
    test_trials: int  # catch trials included
    catch_share: float  # of the test trials, against an obviously wrong colorization
    min_catch_accuracy: float  # below it a participant is excluded; 0 excludes nobody


# Pérez García 2020, chapter 4, after Zhang, Isola and Efros 2016, section 3.2: a real photo and its colorization
# side by side for a second, then "which is real?"; 10 practice trials and 40 test trials, a tenth of them catch trials.
PRESETS = {
    "thesis-2020": Protocol(
        question=REAL,
        exposure_ms=1000,
        blank_ms=500,
        practice_trials=10,
        test_trials=40,
        catch_share=0.1,
        min_catch_accuracy=0.5,
    )
}

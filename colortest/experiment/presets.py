"""Protocols from the literature, by name: the numbers a study starts from. docs/protocols.md tells of each."""

from dataclasses import dataclass, fields, replace
from math import ceil

from colortest.experiment.schedule import Counts

SIDE_BY_SIDE, SEQUENTIAL, SINGLE = "SIDE_BY_SIDE", "SEQUENTIAL", "SINGLE"
REAL, FAKE, EITHER = "REAL", "FAKE", "EITHER"
LEFT_FIRST, BALANCED = "LEFT_FIRST", "BALANCED"
WITHIN, BETWEEN = "WITHIN", "BETWEEN"

UNTIL_CHOICE = 0  # as an exposure: the stimuli stay until the participant has chosen


@dataclass(frozen=True)
class Protocol:
    """The numbers of a study, as its columns hold them. Times are milliseconds, shares 0..1."""

    presentation: str = SIDE_BY_SIDE
    question: str = REAL  # which of two is REAL, which is FAKE; or, of a single one, EITHER
    exposures_ms: tuple[int, ...] = (1000,)  # each in as many trials as any other; UNTIL_CHOICE for no limit
    first_blank_ms: int = 500  # empty screen before the first trial of a block
    blank_ms: int = 500  # and before any other
    gap_ms: int = 0  # between two stimuli that follow each other
    delay_ms: int = 0  # from the last stimulus to the question
    masks: int = 0  # pictures of noise straight after a stimulus
    mask_ms: int = 0  # each
    order: str = LEFT_FIRST  # of two stimuli that follow each other
    assignment: str = WITHIN  # a participant sees all algorithms, or one of them
    blocks: int = 1  # the test trials are dealt to, with a break between
    staircase_up_ms: int = 0  # longer after an error; with the next, 0 where exposures do not adapt
    staircase_down_ms: int = 0  # shorter after a correct response
    shortest_ms: int = 0  # the staircase stays between these
    longest_ms: int = 0
    practice_trials: int = 10  # never counted
    feedback: bool = True  # in practice
    qualification: float = 0.0  # least share right in practice, of photos and of fakes each; 0 lets everybody in
    test_trials: int = 40  # catch trials included
    reserve_share: float = 0.1  # more test trials, for those whose exposure fails
    catch_share: float = 0.1  # of the test trials, against an obviously wrong colorization
    min_catch_accuracy: float = 0.5  # below it a participant is excluded; 0 excludes nobody
    max_fast_share: float = 1.0  # above this share of responses under 200 ms one is excluded; 1 excludes nobody
    max_same_side_share: float = 1.0  # of choices of one side
    max_flagged_share: float = 1.0  # of test trials whose exposure failed
    quota: int = 0  # people who finish, for each algorithm where each sees one; 0 for any number

    @property
    def counts(self) -> Counts:
        """Trials of each kind for one participant."""
        catch = round(self.test_trials * self.catch_share)
        test = self.test_trials - catch
        return Counts(self.practice_trials, test, catch, ceil(test * self.reserve_share), self.blocks)


# Pérez García 2020, chapter 4, after Zhang et al. 2016: a second side by side, then "which is real?".
THESIS = Protocol(quota=40)

PRESETS = {
    "thesis-2020": THESIS,
    # Zhang, Isola and Efros 2016, on perceptual realism: which is fake; an algorithm a person; random colour to catch.
    "zhang-2016": replace(THESIS, question=FAKE, assignment=BETWEEN),
    # richzhang/AMT_Real_vs_Fake, what its page does rather than what papers say: one after the other, left first.
    "amt-code": replace(
        THESIS,
        presentation=SEQUENTIAL,
        question=FAKE,
        first_blank_ms=1200,
        blank_ms=900,
        gap_ms=600,
        delay_ms=100,
        test_trials=50,
        quota=50,
    ),
    # Isola et al. 2017, on evaluation metrics: an algorithm a session.
    "pix2pix-2017": replace(THESIS, question=FAKE, assignment=BETWEEN, catch_share=0.0, quota=50),
    # Zhu et al. 2017, section 5.1.1: an algorithm a session.
    "cyclegan-2017": replace(THESIS, assignment=BETWEEN, catch_share=0.0, quota=25),
    # Saharia et al. 2022, on the evaluation protocol: which was taken by a camera, for three and for five seconds.
    "palette-2022": replace(THESIS, exposures_ms=(3000, 5000), catch_share=0.0, quota=0),
    # Zhou et al. 2019, on HYPE∞: one image, as long as one likes, after a qualification.
    "hype-infinity": Protocol(
        presentation=SINGLE,
        question=EITHER,
        exposures_ms=(UNTIL_CHOICE,),
        practice_trials=100,
        qualification=0.65,
        test_trials=100,
        catch_share=0.0,
        min_catch_accuracy=0.0,
        quota=30,
    ),
    # Zhou et al. 2019, on HYPE-time: one image and noise; longer after an error, shorter after a correct response.
    "hype-time": Protocol(
        presentation=SINGLE,
        question=EITHER,
        exposures_ms=(500,),
        masks=4,
        mask_ms=30,
        blocks=3,
        staircase_up_ms=30,
        staircase_down_ms=10,
        shortest_ms=100,
        longest_ms=1000,
        practice_trials=10,
        test_trials=450,
        catch_share=0.0,
        min_catch_accuracy=0.0,
        quota=30,
    ),
}

PROTOCOL = tuple(field.name for field in fields(Protocol))

"""When an exposure spoils a trial."""

from dataclasses import replace

import pytest

from colortest.experiment.exposure import Exposure, flags


def exposure(left: float, right: float | None = None, *, frames: int = 60, refresh: float = 16.7) -> Exposure:
    return Exposure(
        left_onset_ms=500,
        left_ms=left,
        right_onset_ms=500,
        right_ms=left if right is None else right,
        frames=frames,
        longest_gap_ms=17,
        refresh_ms=refresh,
        hidden=False,
        repeated=False,
        visibility_changes=0,
        focus_changes=0,
    )


@pytest.mark.parametrize("achieved", [975.0, 983.3, 1000.0, 1016.7, 1025.0])
def test_within_a_frame_or_25_ms_it_counts(achieved: float) -> None:
    assert flags(exposure(achieved), asked_ms=1000) == []


@pytest.mark.parametrize(
    "shown",
    [
        exposure(974.0),
        exposure(1026.0),
        exposure(1000.0, 1040.0),
        exposure(0.0),
        # A page that stalls draws few frames: its own slowness must not excuse it.
        exposure(1900.0, frames=2),
        exposure(1100.0, frames=9),
        exposure(1100.0, frames=9, refresh=110.0),
    ],
)
def test_beyond_it_is_flagged_however_few_frames_there_were(shown: Exposure) -> None:
    assert flags(shown, asked_ms=1000) == ["EXPOSURE"]


def test_a_slow_screen_may_miss_by_one_of_its_frames() -> None:
    assert flags(exposure(1033.0, frames=31, refresh=33.3), asked_ms=1000) == []
    assert flags(exposure(1035.0, frames=31, refresh=33.3), asked_ms=1000) == ["EXPOSURE"]


def test_stimuli_that_stay_until_the_choice_cannot_miss() -> None:
    assert flags(exposure(12_345.0), asked_ms=0) == []
    assert flags(replace(exposure(12_345.0), hidden=True), asked_ms=0) == ["HIDDEN"]


def test_a_single_image_is_judged_by_its_own_exposure() -> None:
    alone = replace(exposure(1000.0), right_ms=None, right_onset_ms=None)
    assert flags(alone, asked_ms=1000) == []
    assert flags(replace(alone, left_ms=900.0), asked_ms=1000) == ["EXPOSURE"]

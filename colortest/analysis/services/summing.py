"""From tallies to the numbers of a fool rate."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property

import numpy as np
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Max, Min

from colortest.analysis.models import FoolRate, Sums, Tally, TallyQuerySet
from colortest.analysis.statistics.bootstrap import CROSSED, amt_bootstrap, crossed_interval
from colortest.analysis.statistics.intervals import wilson
from colortest.analysis.statistics.sums import Arm, ArmSums, Responses
from colortest.experiment.models import ParticipantQuerySet, Study

# Nothing can be added to the AMT script's bootstrap. It is drawn again once there are so many more people: before that,
# what they change is less than what chance does in 10,000 draws.
MORE_PEOPLE = 1.01


class Summer:
    """Sums the fool rates of one study, under its lock; nothing is stored.

    Args:
        new: numbers of the rows of participants who were tallied just now.
    """

    def __init__(self, study: Study, *, new: Sequence[int], now: datetime) -> None:
        self.study = study
        self.new = new
        self.now = now
        self.photos = np.array(study.photos().aggregate(all=ArrayAgg("pk", order_by="pk"))["all"] or [], np.int64)

    @cached_property
    def _all_numbers(self) -> range:
        return _numbers(self.study.participants.all())

    @cached_property
    def _new_numbers(self) -> range:
        return _numbers(self.study.participants.filter(pk__in=self.new))

    def sum_anew(self, rate: FoolRate, responses: Iterable[Responses] | None = None) -> Sums:
        """From all tallies of its arm, or from these responses."""
        rate.fooled_before = rate.countable_before = rate.participants_before = 0
        found = self._tallies(rate).responses() if responses is None else responses
        return self._numbered(rate, self._take(rate, found, self._all_numbers), amt_participants=0)

    def add_new(self, sums: Sums) -> Sums:
        """The tallies of the new participants, who are not in these sums yet."""
        rate = sums.fool_rate
        new = self._tallies(rate).filter(participant__in=self.new).responses()
        taken = self._take(rate, new, self._new_numbers)
        return self._numbered(rate, sums.arm + taken, amt_participants=sums.amt_participants)

    def _tallies(self, rate: FoolRate) -> TallyQuerySet:
        tallies = Tally.objects.of_study(self.study, simulated=rate.simulated)
        arm = tallies.filter(algorithm=rate.algorithm_id, split=rate.split)
        return arm if rate.asked_ms is None else arm.filter(asked_ms=rate.asked_ms)

    def _take(self, rate: FoolRate, responses: Iterable[Responses], people: range) -> ArmSums:
        """Sums of the countable responses; those of excluded participants add to the numbers before exclusions."""
        arm = Arm(self.photos, people)
        for part in responses:
            arm.add(part)
        before = arm.before_exclusions()
        rate.fooled_before += before.fooled
        rate.countable_before += before.countable
        rate.participants_before += before.participants
        return arm.sums(seed=self.study.seed)

    def _numbered(self, rate: FoolRate, arm: ArmSums, *, amt_participants: int) -> Sums:
        """The unsaved sums of a fool rate that has its new numbers and is not saved either."""
        fooled, countable = arm.fooled, arm.countable
        rate.fooled, rate.countable, rate.participants, rate.photos = (
            fooled,
            countable,
            arm.participants,
            len(arm.photos),
        )
        rate.method, rate.computed = CROSSED, self.now
        rate.rate = rate.low = rate.high = rate.wilson_low = rate.wilson_high = None
        if countable:
            crossed, single = crossed_interval(arm.draws, fooled=fooled, countable=countable), wilson(fooled, countable)
            rate.rate, rate.low, rate.high = fooled / countable, crossed.low, crossed.high
            rate.wilson_low, rate.wilson_high = single.low, single.high
        if arm.participants == 0:
            rate.amt_mean = rate.amt_sd = None
        elif arm.participants >= MORE_PEOPLE * amt_participants:
            self._draw_amt(rate, arm)
            amt_participants = arm.participants
        return Sums.of(rate, arm, amt_participants=amt_participants)

    def _draw_amt(self, rate: FoolRate, arm: ArmSums) -> None:
        counts = self.study.counts
        fooled, countable, people = arm.people.T
        spread = amt_bootstrap(people, fooled, countable, trials=counts.test + counts.catch, seed=self.study.seed)
        rate.amt_mean, rate.amt_sd = spread.mean, spread.sd


def _numbers(participants: ParticipantQuerySet) -> range:
    """From the lowest to the highest."""
    ends = participants.aggregate(first=Min("number"), last=Max("number"))
    return range(ends["first"] or 0, (ends["last"] or 0) + 1)

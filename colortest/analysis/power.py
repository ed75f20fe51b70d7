"""What a design can show before anybody takes part: how wide an interval will be, how small a difference is seen. Pure.

Participants and photos are both samples. The logit of being fooled is a constant, plus a normal deviation of the
participant, plus one of the photo; the photo's belongs to one algorithm, as each colours it in its own way. Of the mean
of N responses, pairs that share a participant have the covariance A, pairs that share a photo B, and a response with
itself r(1 − r):

    variance = [r(1 − r) + (responses of the same participant − 1) A + (responses to the same photo − 1) B] / N

Owen 2007, Annals of Applied Statistics 1, p. 386, for these moments; Westfall, Kenny and Judd 2014, Journal of
Experimental Psychology: General 143, p. 2020, for power with both samples and for the floor that the photos set.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from math import sqrt
from statistics import NormalDist

import numpy as np
import scipy
from scipy.special import expit

FEW_PHOTOS = 200  # below, photos and not people decide how wide an interval is
MOST_PEOPLE = 100_000  # for which anybody would plan
FINE = 5.0  # points of difference that are worth planning for
LEAST_RANGE, STEPS = 120, 60  # people and points of a curve
NODES = 40  # of the quadrature: more change the fifth digit


@dataclass(frozen=True)
class Plan:
    """A design in the numbers that its precision depends on. Shares are 0 to 1, deviations are of logits.

    people: who respond in an arm: all, or those who see its algorithm where each person sees one.
    photos: that an arm has.
    trials: test trials of one person that show a fake.
    arms: to which these trials are dealt.
    between: the arms to compare are seen by different people.
    """

    people: int
    photos: int
    trials: int
    arms: int = 1
    between: bool = False
    rate: float = 0.35
    person_sd: float = 0.5
    photo_sd: float = 1.0

    def __post_init__(self) -> None:
        counts = (self.people, self.photos, self.trials, self.arms)
        if min(counts) < 1 or not 0 < self.rate < 1 or min(self.person_sd, self.photo_sd) < 0:
            raise ValueError("It takes people, photos, trials and arms, a rate between 0 and 1, and no negative SD.")
        if self.trials < self.arms:
            raise ValueError(f"{self.trials} trials cannot be dealt to {self.arms} arms: each needs at least one.")
        if self.trials_per_arm > self.photos:
            raise ValueError(
                f"{self.trials_per_arm:.0f} trials a person need as many different photos in an arm; "
                f"there are {self.photos}."
            )

    @property
    def trials_per_arm(self) -> float:
        """Of one person, on average."""
        return self.trials / self.arms

    @property
    def paired(self) -> bool:
        """Whether those who see one of two arms see the other too."""
        return self.arms > 1 and not self.between


@dataclass(frozen=True)
class Summary:
    """What a plan can show. Widths and differences are percentage points.

    people: the fewest in each arm who see a difference of `fine`; None where the photos hide it.
    """

    plan: Plan
    width: float
    floor: float
    difference: float
    fine: float
    people: int | None


def summary(plan: Plan) -> Summary:
    """All that a page tells of a plan."""
    return Summary(
        plan=plan,
        width=interval_width(plan),
        floor=floor_width(plan),
        difference=smallest_difference(plan),
        fine=FINE,
        people=people_to_see(FINE, plan),
    )


def widths(plan: Plan) -> list[tuple[int, float]]:
    """(people, interval width) from five people to some times as many as planned."""
    most = max(LEAST_RANGE, 3 * plan.people)
    people = sorted({max(5, round(most * (step / STEPS) ** 2)) for step in range(1, STEPS + 1)})
    return [(count, interval_width(replace(plan, people=count))) for count in people]


def interval_width(plan: Plan, level: float = 0.95) -> float:
    """Expected width of the interval of one arm's fool rate, from bound to bound, in percentage points."""
    return 200 * _z((1 + level) / 2) * sqrt(_variance(plan))


def floor_width(plan: Plan, level: float = 0.95) -> float:
    """What the width comes to with ever more people: the photos alone. Percentage points."""
    return 200 * _z((1 + level) / 2) * sqrt(_shared(plan)[1] / plan.photos)


def smallest_difference(plan: Plan, power: float = 0.8, alpha: float = 0.05) -> float:
    """The difference between two arms that a two-sided test sees with this power, in percentage points.

    What makes a person easy to fool is the same in both arms, and cancels, where each person sees both. With one arm
    it is the difference between two studies of this size.
    """
    variance = _variance(plan)
    if plan.paired:
        variance -= _shared(plan)[0] / plan.people
    return 100 * (_z(1 - alpha / 2) + _z(power)) * sqrt(2 * variance)


def people_to_see(difference: float, plan: Plan) -> int | None:
    """The fewest people in each arm with whom `smallest_difference` is at most this; None where no number does."""
    if smallest_difference(replace(plan, people=MOST_PEOPLE)) > difference:
        return None
    few, enough = 0, MOST_PEOPLE
    while enough - few > 1:
        middle = (few + enough) // 2
        seen = smallest_difference(replace(plan, people=middle)) <= difference
        few, enough = (few, middle) if seen else (middle, enough)
    return enough


def _variance(plan: Plan) -> float:
    """Of one arm's fool rate."""
    same_person, same_photo = _shared(plan)
    responses = plan.people * plan.trials_per_arm
    own = plan.rate * (1 - plan.rate)
    others = (plan.trials_per_arm - 1) * same_person + _others_of_photo(responses / plan.photos) * same_photo
    return (own + others) / responses


def _others_of_photo(mean: float) -> float:
    """How many more responses the photo of a response has, when photos are shown `mean` times each, within one."""
    fewer = int(mean)
    return fewer * (fewer - 1 + 2 * (mean - fewer)) / mean


def _shared(plan: Plan) -> tuple[float, float]:
    """Covariance of two responses of the same participant to different photos, and the other way round."""
    return covariances(plan.rate, plan.person_sd, plan.photo_sd)


@lru_cache(maxsize=256)
def covariances(rate: float, person_sd: float, photo_sd: float) -> tuple[float, float]:
    """By Gauss–Hermite quadrature over both deviations, around the constant that gives the rate."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    weights = weights / weights.sum()
    deviations = person_sd * nodes[:, None] + photo_sd * nodes[None, :]
    widest = 10 + float(np.abs(deviations).max())
    constant = scipy.optimize.brentq(lambda c: weights @ expit(c + deviations) @ weights - rate, -widest, widest)
    fooled = expit(constant + deviations)
    of_person, of_photo = fooled @ weights, weights @ fooled
    return float(weights @ (of_person - rate) ** 2), float(weights @ (of_photo - rate) ** 2)


def _z(share: float) -> float:
    return NormalDist().inv_cdf(share)

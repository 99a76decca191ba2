"""How far a scorer can be relied on: rho, from counted trials, in exact integers. Pure.

Whoever holds the three counts of a `scorer` statement computes the same rho, in any language with big integers.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

from okuzuke.core.errors import InputError

PPM = 1_000_000
MOST_TRIALS = 1_000
"""The exact tail of more trials takes a reader seconds, and they would raise the bound by two points at the most."""
_DOUBT = 20
"""One in twenty: the lower bound is one-sided at 95 per cent."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How a head did on families that no step and no sum has seen."""

    correct: int
    trials: int
    classes: int

    @property
    def rho_ppm(self) -> int:
        return reliability_ppm(self.correct, self.trials, self.classes)


def lower_bound_ppm(correct: int, trials: int) -> int:
    """Return the one-sided lower 95 % bound of a success rate, rounded down to parts per million.

    It is the largest p on that grid at which `correct` or more successes in `trials` are no likelier than 5 %.
    Source: Clopper and Pearson 1934, The use of confidence or fiducial limits illustrated in the case of the binomial.

    >>> lower_bound_ppm(10, 10)
    741134
    """
    if not 0 <= correct <= trials <= MOST_TRIALS:
        raise InputError(
            f"{correct} of {trials} trials is no count of successes", remedy=f"give at most {MOST_TRIALS} trials"
        )
    if correct == 0:
        return 0
    low, high = 0, PPM
    while high - low > 1:
        middle = (low + high) // 2
        if _DOUBT * _tail(correct, trials, middle) <= PPM**trials:
            low = middle
        else:
            high = middle
    return low


def reliability_ppm(correct: int, trials: int, classes: int) -> int:
    """Return rho: the lower bound of the accuracy a, set to chance-corrected (a - 1/C) / (1 - 1/C), squared, in ppm.

    Where there is nothing to tell apart, or the bound is no better than chance, rho is 0.

    >>> reliability_ppm(10, 10, 4)
    428822
    """
    above_chance = lower_bound_ppm(correct, trials) * classes - PPM
    if classes < 2 or above_chance <= 0:
        return 0
    return above_chance**2 // (PPM * (classes - 1) ** 2)


def _tail(correct: int, trials: int, p_ppm: int) -> int:
    """Return PPM**trials times the probability of `correct` or more successes at p.

    The shorter side is summed.
    """
    q_ppm = PPM - p_ppm
    upper = trials - correct < correct
    counts = range(correct, trials + 1) if upper else range(correct)
    powers_p, powers_q = _powers(p_ppm, trials), _powers(q_ppm, trials)
    side = sum(comb(trials, count) * powers_p[count] * powers_q[trials - count] for count in counts)
    return side if upper else PPM**trials - side


def _powers(base: int, highest: int) -> list[int]:
    powers = [1]
    for _ in range(highest):
        powers.append(powers[-1] * base)
    return powers

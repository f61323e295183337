"""How good a probability is that a training will suffer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from benchmarks.diagnosis.judgement import Judgement


@dataclass(frozen=True)
class Calibration:
    """Probabilities against outcomes.

    Attributes:
        against_share: the mean squared distance of a network's probability from the share of its seeds that suffer.
        against_seeds: the Brier score of the same probabilities against each seed's outcome. It cannot be lower than
            the variance of the outcomes of one network.
        of_the_draw: the Brier score if each seed's own untrained network is asked, and says 0 or 1.
    """

    against_share: float
    against_seeds: float
    of_the_draw: float


def brier(probabilities: Sequence[float], outcomes: Sequence[float]) -> float:
    """The mean squared distance of probabilities from what happened (Brier 1950).

    Args:
        probabilities: N numbers between 0 and 1.
        outcomes: N outcomes, 0 or 1, or shares between them.

    Example:
        >>> brier([1.0, 0.5], [1.0, 0.0])
        0.125
    """
    return fmean((p - y) ** 2 for p, y in zip(probabilities, outcomes, strict=True))


def without_each(flags: Sequence[bool]) -> list[float]:
    """For each of the flags the share of true ones among the others.

    Example:
        >>> without_each([True, False, False])
        [0.0, 0.5, 0.5]
    """
    return [(sum(flags) - flag) / (len(flags) - 1) for flag in flags]


def calibration(networks: Sequence[Sequence[Judgement]]) -> Calibration:
    """The calibration of what is foreseen.

    The probability for one seed is the share of the network's *other* seeds whose untrained network we warned of.

    Args:
        networks: for each network the judgements of its seeds, at least two.
    """
    foretold, shares, probabilities, outcomes, own = [], [], [], [], []
    for seeds in networks:
        foretold.append(fmean(seed.foreseen for seed in seeds))
        shares.append(fmean(seed.suffers for seed in seeds))
        probabilities += without_each([seed.foreseen for seed in seeds])
        outcomes += [float(seed.suffers) for seed in seeds]
        own += [float(seed.foreseen) for seed in seeds]
    return Calibration(brier(foretold, shares), brier(probabilities, outcomes), brier(own, outcomes))

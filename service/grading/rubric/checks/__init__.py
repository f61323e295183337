"""Lists the checks that a rubric can hold. Adding one touches its own file and one line of the union."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypeAliasType

from service.grading.rubric.checks.answer import Answer
from service.grading.rubric.checks.base import Case, Check, Examples, Visibility
from service.grading.rubric.checks.beats_baseline import BeatsBaseline
from service.grading.rubric.checks.clipped_fraction import ClippedFraction
from service.grading.rubric.checks.dead_fraction import DeadFraction
from service.grading.rubric.checks.depth import Depth
from service.grading.rubric.checks.forbids_component import ForbidsComponent
from service.grading.rubric.checks.gradient_ratio import GradientRatio
from service.grading.rubric.checks.has_finding import HasFinding
from service.grading.rubric.checks.initializer_matches_activation import InitializerMatchesActivation
from service.grading.rubric.checks.manual import Manual
from service.grading.rubric.checks.metric import MetricCheck
from service.grading.rubric.checks.never_diverges import NeverDiverges
from service.grading.rubric.checks.no_finding import NoFinding
from service.grading.rubric.checks.parameter_budget import ParameterBudget
from service.grading.rubric.checks.reproduces import Reproduces
from service.grading.rubric.checks.saturated_fraction import SaturatedFraction
from service.grading.rubric.checks.step_budget import StepBudget
from service.grading.rubric.checks.update_ratio import UpdateRatio
from service.grading.rubric.checks.uses_component import UsesComponent
from service.grading.rubric.checks.variance_ratio_at_initialization import VarianceRatioAtInitialization
from service.grading.rubric.checks.width import Width

CheckUnion = TypeAliasType(
    "CheckUnion",
    Annotated[
        MetricCheck
        | BeatsBaseline
        | ParameterBudget
        | StepBudget
        | Depth
        | Width
        | UsesComponent
        | ForbidsComponent
        | InitializerMatchesActivation
        | NoFinding
        | HasFinding
        | GradientRatio
        | UpdateRatio
        | DeadFraction
        | SaturatedFraction
        | ClippedFraction
        | VarianceRatioAtInitialization
        | NeverDiverges
        | Reproduces
        | Answer
        | Manual,
        Field(discriminator="type"),
    ],
)

__all__ = [
    "Answer",
    "BeatsBaseline",
    "Case",
    "Check",
    "CheckUnion",
    "ClippedFraction",
    "DeadFraction",
    "Depth",
    "Examples",
    "ForbidsComponent",
    "GradientRatio",
    "HasFinding",
    "InitializerMatchesActivation",
    "Manual",
    "MetricCheck",
    "NeverDiverges",
    "NoFinding",
    "ParameterBudget",
    "Reproduces",
    "SaturatedFraction",
    "StepBudget",
    "UpdateRatio",
    "UsesComponent",
    "VarianceRatioAtInitialization",
    "Visibility",
    "Width",
]

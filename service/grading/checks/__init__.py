"""Checks: what a rubric can ask. Adding one touches its own file and one line of the union."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypeAliasType

from service.grading.checks.answer import Answer
from service.grading.checks.base import Case, Check, Examples, Visibility
from service.grading.checks.beats_baseline import BeatsBaseline
from service.grading.checks.clipped_fraction import ClippedFraction
from service.grading.checks.dead_fraction import DeadFraction
from service.grading.checks.depth import Depth
from service.grading.checks.forbids_component import ForbidsComponent
from service.grading.checks.gradient_ratio import GradientRatio
from service.grading.checks.has_finding import HasFinding
from service.grading.checks.initializer_matches_activation import InitializerMatchesActivation
from service.grading.checks.manual import Manual
from service.grading.checks.metric import MetricCheck
from service.grading.checks.never_diverges import NeverDiverges
from service.grading.checks.no_finding import NoFinding
from service.grading.checks.parameter_budget import ParameterBudget
from service.grading.checks.reproduces import Reproduces
from service.grading.checks.saturated_fraction import SaturatedFraction
from service.grading.checks.step_budget import StepBudget
from service.grading.checks.update_ratio import UpdateRatio
from service.grading.checks.uses_component import UsesComponent
from service.grading.checks.variance_ratio_at_initialization import VarianceRatioAtInitialization
from service.grading.checks.width import Width

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

"""Lists all diagnoses, causes before what they cause."""

from __future__ import annotations

from typing import Final

from models.diagnoses.data.constant import ConstantColumns
from models.diagnoses.data.dependence import IndependentTargets
from models.diagnoses.data.features import UnscaledFeatures
from models.diagnoses.data.imbalance import ClassImbalance
from models.diagnoses.data.repeated import RepeatedRows
from models.diagnoses.data.targets import TargetScale
from models.diagnoses.initialization.dead import DeadStart
from models.diagnoses.initialization.exploding import ExplodingStart
from models.diagnoses.initialization.initial_loss import HighInitialLoss, InitialLoss
from models.diagnoses.initialization.judgement import StartJudgement
from models.diagnoses.initialization.saturation import SaturatedStart
from models.diagnoses.initialization.single_batch import SingleBatch
from models.diagnoses.initialization.vanishing import VanishingStart
from models.diagnoses.rule import Rule
from models.diagnoses.specification.attenuation import ExpectedAttenuation
from models.diagnoses.specification.budget import StepBudget
from models.diagnoses.specification.clip_bound import ClipBound
from models.diagnoses.specification.leakage import SeenTestRows
from models.diagnoses.specification.learning_rate import LearningRateBand
from models.diagnoses.specification.linear_stack import LinearStack
from models.diagnoses.specification.one_sided import OneSidedInitialization
from models.diagnoses.specification.output_contract import OutputContract
from models.diagnoses.specification.pairing import InitializerPairing
from models.diagnoses.specification.stack import LayerConflict
from models.diagnoses.specification.symmetry import SymmetricInitialization
from models.diagnoses.training.clipping import ClippingShare
from models.diagnoses.training.collapse import OutputCollapse
from models.diagnoses.training.dead import DeadUnits
from models.diagnoses.training.exploding import ExplodingGradients
from models.diagnoses.training.large_updates import LargeUpdates
from models.diagnoses.training.no_learning import NoLearning
from models.diagnoses.training.noise import GradientNoise
from models.diagnoses.training.normalization import NormalizationGap
from models.diagnoses.training.oscillation import OscillatingLoss
from models.diagnoses.training.overfitting import Overfitting
from models.diagnoses.training.penalty import DominantPenalty
from models.diagnoses.training.rebound import LossRebound
from models.diagnoses.training.saturation import SaturatedUnits
from models.diagnoses.training.small_updates import SmallUpdates
from models.diagnoses.training.unfinished import Unfinished
from models.diagnoses.training.vanishing import VanishingGradients

ON_A_BATCH: Final = SingleBatch()  # judged in preflights, after all that may cause it
DIAGNOSES: Final[tuple[Rule, ...]] = (
    OutputContract(),
    SymmetricInitialization(),
    ConstantColumns(),
    IndependentTargets(),
    UnscaledFeatures(),
    LayerConflict(),
    DominantPenalty(),
    ExplodingGradients(),
    VanishingGradients(),
    DeadUnits(),
    SaturatedUnits(),
    TargetScale(),
    LearningRateBand(),
    LargeUpdates(),
    SmallUpdates(),
    NormalizationGap(),
    OscillatingLoss(),
    GradientNoise(),
    LossRebound(),
    ClipBound(),
    ClippingShare(),
    OneSidedInitialization(),
    ExpectedAttenuation(),
    LinearStack(),
    StepBudget(),
    Overfitting(),
    NoLearning(),
    ON_A_BATCH,
    InitialLoss(),
    OutputCollapse(),
    ClassImbalance(),
    SeenTestRows(),
    RepeatedRows(),
    InitializerPairing(),
    Unfinished(),
)

# What is found in random starts of the untrained network; their codes are those of the list above.
STARTS: Final[tuple[StartJudgement, ...]] = (
    ExplodingStart(),
    VanishingStart(),
    DeadStart(),
    SaturatedStart(),
    HighInitialLoss(),
)

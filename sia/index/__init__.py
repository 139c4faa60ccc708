"""Composite index: screen, impute, treat, normalise, weigh, aggregate, rank, and doubt it.

``build_index(values, IndexDesign(structure, ...))`` gives every stage; ``uncertainty`` and
``sensitivity`` say how far the ranks can be trusted; ``audit`` prints the checks of the OECD/JRC
handbook. Each step is a pure function in its own module.
"""

from sia.index.aggregation import (
    Aggregator,
    Arithmetic,
    Copeland,
    GeneralisedMean,
    Geometric,
    Harmonic,
    MazziottaPareto,
    Median,
    WeightedSum,
    aggregate,
)
from sia.index.build import IndexResult, build_index
from sia.index.change import decompose_change
from sia.index.choices import Choices, DataError, DirichletWeights, RecordedDraws, WeightNoise
from sia.index.contributions import shapley
from sia.index.denominators import Denominate, denominate
from sia.index.design import IndexDesign
from sia.index.diagnostics import (
    Audit,
    AuditRules,
    audit,
    cronbach_alpha,
    main_effect,
    pillar_correlations,
)
from sia.index.imputation import (
    EM,
    DomainImputation,
    GroupImputation,
    Imputer,
    MeanImputation,
    MedianImputation,
    NearestNeighbours,
    NoImputation,
    impute,
    impute_panel,
)
from sia.index.least_winsorising import LeastWinsorising
from sia.index.moments import kurtosis, skewness
from sia.index.normalisation import (
    Borda,
    DistanceToMax,
    DistanceToReference,
    DistanceToTarget,
    ExponentialIMD,
    FractionOfMax,
    FromNorms,
    Goalposts,
    MinMax,
    NoNormalisation,
    Normaliser,
    NormalScores,
    PercentileRank,
    RankScore,
    Scaled,
    ZScore,
    normalise,
)
from sia.index.order import order_proof
from sia.index.panel import compound_growth, percent_change
from sia.index.ranking import rank_within
from sia.index.screening import Screening, screen
from sia.index.sensitivity_analysis import (
    SensitivityResult,
    WeightSwap,
    leave_one_out,
    sensitivity,
    sobol_indices,
    weight_swap,
)
from sia.index.shrinkage import Shrinkage, rate_variance, shrink
from sia.index.treatment import (
    Always,
    BoxCox,
    LogCT,
    LogGII,
    LogShift,
    NoTreatment,
    SkewKurtosis,
    Treatment,
    treat,
)
from sia.index.uncertainty_analysis import UncertaintyResult, uncertainty
from sia.index.weights import (
    EqualWeights,
    FactorWeights,
    GivenWeights,
    OptimisedWeights,
    PCAWeights,
    Weighting,
    optimise_weights,
)

__all__ = [
    "EM",
    "Aggregator",
    "Always",
    "Arithmetic",
    "Audit",
    "AuditRules",
    "Borda",
    "BoxCox",
    "Choices",
    "Copeland",
    "DataError",
    "Denominate",
    "DirichletWeights",
    "DistanceToMax",
    "DistanceToReference",
    "DistanceToTarget",
    "DomainImputation",
    "EqualWeights",
    "ExponentialIMD",
    "FactorWeights",
    "FractionOfMax",
    "FromNorms",
    "GeneralisedMean",
    "Geometric",
    "GivenWeights",
    "Goalposts",
    "GroupImputation",
    "Harmonic",
    "Imputer",
    "IndexDesign",
    "IndexResult",
    "LeastWinsorising",
    "LogCT",
    "LogGII",
    "LogShift",
    "MazziottaPareto",
    "MeanImputation",
    "Median",
    "MedianImputation",
    "MinMax",
    "NearestNeighbours",
    "NoImputation",
    "NoNormalisation",
    "NoTreatment",
    "NormalScores",
    "Normaliser",
    "OptimisedWeights",
    "PCAWeights",
    "PercentileRank",
    "RankScore",
    "RecordedDraws",
    "Scaled",
    "Screening",
    "SensitivityResult",
    "Shrinkage",
    "SkewKurtosis",
    "Treatment",
    "UncertaintyResult",
    "WeightNoise",
    "WeightSwap",
    "WeightedSum",
    "Weighting",
    "ZScore",
    "aggregate",
    "audit",
    "build_index",
    "compound_growth",
    "cronbach_alpha",
    "decompose_change",
    "denominate",
    "impute",
    "impute_panel",
    "kurtosis",
    "leave_one_out",
    "main_effect",
    "normalise",
    "optimise_weights",
    "order_proof",
    "percent_change",
    "pillar_correlations",
    "rank_within",
    "rate_variance",
    "screen",
    "sensitivity",
    "shapley",
    "shrink",
    "skewness",
    "sobol_indices",
    "treat",
    "uncertainty",
    "weight_swap",
]

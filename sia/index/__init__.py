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
    Median,
    WeightedSum,
    aggregate,
)
from sia.index.build import IndexResult, build_index
from sia.index.change import decompose_change
from sia.index.choices import Choices, DataError, RecordedDraws, WeightNoise
from sia.index.contributions import shapley
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
    DomainImputation,
    Imputer,
    MeanImputation,
    MedianImputation,
    NoImputation,
    impute,
)
from sia.index.normalisation import (
    ExponentialIMD,
    FromNorms,
    Goalposts,
    MinMax,
    NoNormalisation,
    Normaliser,
    NormalScores,
    PercentileRank,
    RankScore,
    ZScore,
    normalise,
)
from sia.index.order import order_proof
from sia.index.panel import compound_growth
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
from sia.index.treatment import (
    LogCT,
    NoTreatment,
    SkewKurtosis,
    Treatment,
    kurtosis,
    skewness,
    treat,
)
from sia.index.uncertainty_analysis import UncertaintyResult, uncertainty
from sia.index.weights import (
    EqualWeights,
    FactorWeights,
    GivenWeights,
    OptimisedWeights,
    Weighting,
)

__all__ = [
    "Aggregator",
    "Arithmetic",
    "Audit",
    "AuditRules",
    "Choices",
    "Copeland",
    "DataError",
    "DomainImputation",
    "EqualWeights",
    "ExponentialIMD",
    "FactorWeights",
    "FromNorms",
    "GeneralisedMean",
    "Geometric",
    "GivenWeights",
    "Goalposts",
    "Harmonic",
    "Imputer",
    "IndexDesign",
    "IndexResult",
    "LogCT",
    "MeanImputation",
    "Median",
    "MedianImputation",
    "MinMax",
    "NoImputation",
    "NoNormalisation",
    "NoTreatment",
    "NormalScores",
    "Normaliser",
    "OptimisedWeights",
    "PercentileRank",
    "RankScore",
    "RecordedDraws",
    "Screening",
    "SensitivityResult",
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
    "impute",
    "kurtosis",
    "leave_one_out",
    "main_effect",
    "normalise",
    "order_proof",
    "pillar_correlations",
    "rank_within",
    "screen",
    "sensitivity",
    "shapley",
    "skewness",
    "sobol_indices",
    "treat",
    "uncertainty",
    "weight_swap",
]

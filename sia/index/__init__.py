"""Composite index: screen, impute, treat, normalise, weigh, aggregate, rank, and doubt it.

``build_index(values, IndexDesign(structure, ...))`` gives every stage; ``uncertainty`` and
``sensitivity`` say how far the ranks can be trusted; ``audit`` prints the checks of the OECD/JRC
handbook. Each step is a pure function in its own module.
"""

from sia.index.aggregation import Aggregator as Aggregator
from sia.index.aggregation import Arithmetic as Arithmetic
from sia.index.aggregation import Copeland as Copeland
from sia.index.aggregation import GeneralisedMean as GeneralisedMean
from sia.index.aggregation import Geometric as Geometric
from sia.index.aggregation import Harmonic as Harmonic
from sia.index.aggregation import Median as Median
from sia.index.aggregation import WeightedSum as WeightedSum
from sia.index.aggregation import aggregate as aggregate
from sia.index.build import IndexResult as IndexResult
from sia.index.build import Screening as Screening
from sia.index.build import build_index as build_index
from sia.index.build import screen as screen
from sia.index.change import compound_growth as compound_growth
from sia.index.change import decompose_change as decompose_change
from sia.index.change import percent_change as percent_change
from sia.index.choices import Choices as Choices
from sia.index.choices import DataError as DataError
from sia.index.choices import RecordedDraws as RecordedDraws
from sia.index.choices import WeightNoise as WeightNoise
from sia.index.contributions import shapley as shapley
from sia.index.design import IndexDesign as IndexDesign
from sia.index.diagnostics import Audit as Audit
from sia.index.diagnostics import AuditRules as AuditRules
from sia.index.diagnostics import audit as audit
from sia.index.diagnostics import cronbach_alpha as cronbach_alpha
from sia.index.diagnostics import main_effect as main_effect
from sia.index.diagnostics import pillar_correlations as pillar_correlations
from sia.index.imputation import DomainImputation as DomainImputation
from sia.index.imputation import Imputer as Imputer
from sia.index.imputation import MeanImputation as MeanImputation
from sia.index.imputation import MedianImputation as MedianImputation
from sia.index.imputation import NoImputation as NoImputation
from sia.index.imputation import impute as impute
from sia.index.normalisation import ExponentialIMD as ExponentialIMD
from sia.index.normalisation import FromNorms as FromNorms
from sia.index.normalisation import Goalposts as Goalposts
from sia.index.normalisation import MinMax as MinMax
from sia.index.normalisation import NoNormalisation as NoNormalisation
from sia.index.normalisation import Normaliser as Normaliser
from sia.index.normalisation import NormalScores as NormalScores
from sia.index.normalisation import PercentileRank as PercentileRank
from sia.index.normalisation import RankScore as RankScore
from sia.index.normalisation import ZScore as ZScore
from sia.index.normalisation import normalise as normalise
from sia.index.order import order_proof as order_proof
from sia.index.ranking import rank_within as rank_within
from sia.index.sensitivity_analysis import SensitivityResult as SensitivityResult
from sia.index.sensitivity_analysis import WeightSwap as WeightSwap
from sia.index.sensitivity_analysis import leave_one_out as leave_one_out
from sia.index.sensitivity_analysis import sensitivity as sensitivity
from sia.index.sensitivity_analysis import sobol_indices as sobol_indices
from sia.index.sensitivity_analysis import weight_swap as weight_swap
from sia.index.shrinkage import Shrinkage as Shrinkage
from sia.index.shrinkage import rate_variance as rate_variance
from sia.index.shrinkage import shrink as shrink
from sia.index.treatment import LogCT as LogCT
from sia.index.treatment import NoTreatment as NoTreatment
from sia.index.treatment import SkewKurtosis as SkewKurtosis
from sia.index.treatment import Treatment as Treatment
from sia.index.treatment import kurtosis as kurtosis
from sia.index.treatment import skewness as skewness
from sia.index.treatment import treat as treat
from sia.index.uncertainty_analysis import UncertaintyResult as UncertaintyResult
from sia.index.uncertainty_analysis import uncertainty as uncertainty
from sia.index.weights import EqualWeights as EqualWeights
from sia.index.weights import FactorWeights as FactorWeights
from sia.index.weights import GivenWeights as GivenWeights
from sia.index.weights import OptimisedWeights as OptimisedWeights
from sia.index.weights import Weighting as Weighting

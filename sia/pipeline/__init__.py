"""The stages in their order, from raw files to report: what notebooks and `sia` call.

Each ``..._step`` reads what earlier stages wrote, calls the pure functions of the package, and
writes its own tables; the other functions lay a table out for a reader.
"""

from sia.pipeline.border_history import (
    border_history,
    border_table,
    conversion_table,
    history_text,
    kind_table,
    loss_table,
)
from sia.pipeline.demo import ensure_demo
from sia.pipeline.fetching import fetch_sources
from sia.pipeline.intake import (
    check_intake,
    coverage,
    intake_counts,
    intake_step,
    read_intake,
)
from sia.pipeline.outputs import (
    check_map,
    check_report,
    cijfers,
    key_sentences,
    map_step,
    material,
    report_step,
    scores_by_year,
)
from sia.pipeline.panel import comparable_years
from sia.pipeline.run import Run, check_request, open_run
from sia.pipeline.scores import (
    audit_table,
    audit_tables,
    check_scores,
    external_table,
    proxy_table,
    ranking,
    sensitivity_step,
    weighing_step,
)
from sia.pipeline.show import domain_names, show
from sia.pipeline.space import (
    agreement_text,
    area_table,
    areas_step,
    association_step,
    compare_table,
    moran_table,
    moran_text,
)
from sia.pipeline.status import status_text
from sia.pipeline.table import (
    catalogue,
    check_indicators,
    indicator_names,
    indicator_summary,
    indicators_step,
    load_indicators,
    not_ranked,
)
from sia.pipeline.trajectories import (
    change_text,
    changed_table,
    check_trajectories,
    left_out_table,
    panel_text,
    trajectories_step,
    transition_table,
    trend_table,
)
from sia.pipeline.types import (
    approach_step,
    approach_table,
    check_approach,
    doubtful_table,
    pocket_figures,
    pocket_table,
    pockets_step,
    type_table,
    typology_step,
)

__all__ = [
    "Run",
    "agreement_text",
    "approach_step",
    "approach_table",
    "area_table",
    "areas_step",
    "association_step",
    "audit_table",
    "audit_tables",
    "border_history",
    "border_table",
    "catalogue",
    "change_text",
    "changed_table",
    "check_approach",
    "check_indicators",
    "check_intake",
    "check_map",
    "check_report",
    "check_request",
    "check_scores",
    "check_trajectories",
    "cijfers",
    "comparable_years",
    "compare_table",
    "conversion_table",
    "coverage",
    "domain_names",
    "doubtful_table",
    "ensure_demo",
    "external_table",
    "fetch_sources",
    "history_text",
    "indicator_names",
    "indicator_summary",
    "indicators_step",
    "intake_counts",
    "intake_step",
    "key_sentences",
    "kind_table",
    "left_out_table",
    "load_indicators",
    "loss_table",
    "map_step",
    "material",
    "moran_table",
    "moran_text",
    "not_ranked",
    "open_run",
    "panel_text",
    "pocket_figures",
    "pocket_table",
    "pockets_step",
    "proxy_table",
    "ranking",
    "read_intake",
    "report_step",
    "scores_by_year",
    "sensitivity_step",
    "show",
    "status_text",
    "trajectories_step",
    "transition_table",
    "trend_table",
    "type_table",
    "typology_step",
    "weighing_step",
]

"""The stages in their order, from raw files to report: what notebooks and `sia` call.

Each ``..._step`` reads what earlier stages wrote, calls the pure functions of the package, and
writes its own tables; the other functions lay a table out for a reader.
"""

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
from sia.pipeline.types import (
    approach_step,
    approach_table,
    check_approach,
    pocket_table,
    pockets_step,
    type_table,
    typology_step,
)

__all__ = [
    "Run",
    "approach_step",
    "approach_table",
    "audit_table",
    "audit_tables",
    "catalogue",
    "check_approach",
    "check_indicators",
    "check_intake",
    "check_map",
    "check_report",
    "check_request",
    "check_scores",
    "cijfers",
    "coverage",
    "domain_names",
    "ensure_demo",
    "external_table",
    "fetch_sources",
    "indicator_names",
    "indicator_summary",
    "indicators_step",
    "intake_counts",
    "intake_step",
    "key_sentences",
    "load_indicators",
    "map_step",
    "material",
    "not_ranked",
    "open_run",
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
    "type_table",
    "typology_step",
    "weighing_step",
]

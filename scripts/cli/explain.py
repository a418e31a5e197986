"""``taizhang explain``: from a duty, a finding or a figure of a notice down to its events."""

from __future__ import annotations

from typing import Annotated

import typer

from ...infrastructure.history.explanations import EVENTS
from ...projections.explanation.references import FORMS
from ...projections.explanation.render_text import explanation_lines
from .console import SYSTEM_STAFF_ID, Agency, Staff, asking


def explain(
    reference: Annotated[
        str,
        typer.Argument(metavar="DUTY|FINDING|NOTICE-FIGURE", help=f"One of: {'  '.join(FORMS)}."),
    ],
    agency: Agency,
    staff: Staff = SYSTEM_STAFF_ID,
    events: Annotated[int, typer.Option(min=1, help="Events to show at most.")] = EVENTS,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Say where a duty, a finding or a figure of a notice comes from, down to its events.

    A duty's reference is in `worklist --json` and `history --format json`. A finding is the N-th problem
    of a notice, from 1, or what was found in an item of a spot-check under a rule. A figure is named by
    its path into the notice's JSON, as `overall.flows.published`, `agencies.110105001.rate.checked`,
    `rules.38.1.problems.first`, `duties.110105001.38.1.duties.missed`: an item of a list by what it is
    about, or by its place from 0.
    """
    with asking(staff, agency) as (queries, by):
        found = queries.explanations.explain(reference, by=by, events=events)
    typer.echo(found.model_dump_json(indent=2) if as_json else "\n".join(explanation_lines(found)))

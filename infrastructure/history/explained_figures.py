"""Explains a figure of an issued notice: what it states, counted again, and what it was counted from."""

from __future__ import annotations

from ...domain.organisation.powers import Actor
from ...projections.explanation.labels import figure_label
from ...projections.explanation.model import Explanation, facts
from ...projections.explanation.paths import figure_at, figure_reference
from ...projections.explanation.references import FigureReference
from ..notices.office import NoticeOffice


class ExplainedFigures:
    """Asks the maker of a notice what a figure was counted from."""

    def __init__(self, notices: NoticeOffice) -> None:
        """Stand on the notices."""
        self._notices = notices

    def explain(self, reference: FigureReference, by: Actor) -> Explanation:
        """Return what a figure was counted from. Raises NotFound, NotAuthorised. Rule 9.1."""
        notice_id, path = reference
        with self._notices.evidence(notice_id, by=by) as (notice, evidence):
            figure = figure_at(notice, notice_id, path)
            things, made_of, note_zh = evidence.figure(figure)
        value = None if figure.within else figure.value
        is_count = things is not None
        return Explanation(
            reference=figure_reference(notice_id, path),
            title_zh=figure_label(notice, figure),
            facts=facts(
                ("通报", notice.number),
                ("发文机构", f"{notice.superior.name} {notice.superior.code}"),
                ("截至日志", f"第{notice.basis.position}位"),
                ("通报所载", None if is_count else value),
                ("说明", note_zh or (None if is_count else "该项不是计数")),
            ),
            stated=value,
            counted=None if things is None else sum(thing.number for thing in things),
            things=things or (),
            made_of=made_of,
        )

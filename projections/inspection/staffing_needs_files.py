"""The rules of a key enterprise's staffing needs file (用人需求档案) and of the team around it: Articles 46 to 48."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ...domain.events import Event, RecordedEvent
from ...domain.key_enterprise.agreements import KeyEnterpriseAgreement
from ...domain.key_enterprise.gaps import gaps_of
from ...domain.key_enterprise.needs_file import NeedsFileOpened, NeedsFileRevised
from ...domain.key_enterprise.support import EffectAssessed, SupportGiven
from ...domain.key_enterprise.team import TeamFormed
from ...domain.supervision.spot_check.findings import Evidence, Finding
from .record import InspectedRecord, met_unless, not_applicable, seen


def of_the_file(
    check: Callable[[InspectedRecord], Iterable[Finding]],
) -> Callable[[InspectedRecord], Iterable[Finding]]:
    """Return a check of the agreement's own entries alone, not of the employer's ledger."""

    def of_agreement(record: InspectedRecord) -> Iterable[Finding]:
        return check(record.only(lambda one: one.stream_id == record.record_id))

    return of_agreement


def file(record: InspectedRecord) -> Iterator[Finding]:
    """Find a key enterprise without a staffing needs file.

    Rule 46.
    """
    opened = record.last(NeedsFileOpened, NeedsFileRevised)
    yield _kept("46", "46/needs_file", "建立用人需求档案", record, ("needs_file",), opened)


def content(record: InspectedRecord) -> Iterator[Finding]:
    """Find a file that lacks one of the four parts, or some of it.

    Rule 48.1.
    """
    title = "用人需求档案内容"
    if agreement_of(record).needs.content is None:
        yield not_applicable("48.1", "48.1", title, "未建立用人需求档案")
        return
    last = record.last(NeedsFileOpened, NeedsFileRevised)
    yield _kept("48.1", "48.1", title, record, ("needs_file.",), last)


def team(record: InspectedRecord) -> Iterator[Finding]:
    """Find an agreement without a support team, or with one that lacks a profession.

    Rule 47.
    """
    yield _kept("47", "47/team", "组成服务支持团队", record, ("team",), record.last(TeamFormed))


def effect(record: InspectedRecord) -> Iterator[Finding]:
    """Find an enterprise that was supported without the effect being assessed.

    Rule 46.
    """
    title = "评估服务效果"
    if not record.has(SupportGiven):
        yield not_applicable("46", "46/effect", title, "未提供服务支持")
        return
    yield _kept("46", "46/effect", title, record, ("effect",), record.last(EffectAssessed))


def agreement_of(record: InspectedRecord) -> KeyEnterpriseAgreement:
    """Return the agreement whose stream is the record, as it stood at the cut-off."""
    own = [one for one in record.events if one.stream_id == record.record_id]
    return KeyEnterpriseAgreement.replay(own)


def _kept(
    rule: str,
    key: str,
    title_zh: str,
    record: InspectedRecord,
    gaps: tuple[str, ...],
    last: tuple[Event, RecordedEvent] | None,
) -> Finding:
    """Return whether the agreement has none of the gaps whose keys begin so; `last` is what it rests on."""
    wrong = [
        Evidence(text_zh=gap.text_zh)
        for gap in gaps_of(agreement_of(record))
        if gap.rule == rule and gap.key.startswith(gaps)
    ]
    right = seen("已记录", last[1]) if last is not None else None
    return met_unless(rule, key, title_zh, wrong, right)

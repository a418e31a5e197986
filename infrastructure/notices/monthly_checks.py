"""Which spot-checks a monthly notice tells of, and what they found.

Every check of the agency is told of in one notice: the first one issued after it was closed. One that
goes on is named in each notice until then.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row

from ...domain.supervision.spot_check.drawing import Mode
from ...projections.monthly_ledger_notice.facts import CheckRow, DomainRow, ItemRow, StratumRow

_CHECKS = """
    SELECT * FROM spot_checks_asof
    WHERE agency_id = %(agency)s AND month BETWEEN %(first)s AND %(month)s
      AND (closed_on IS NULL OR closed_on >= %(since)s) AND NOT check_id = ANY(%(told)s)
    ORDER BY month, kind, check_id
"""
_ITEMS = """
    SELECT i.*, c.kind FROM spot_check_items_asof i JOIN spot_checks_asof c USING (check_id)
    WHERE i.check_id = ANY(%s) ORDER BY i.check_id, i.number
"""


_Kept = defaultdict[tuple[UUID, str], Counter[str]]
"""What was drawn by chance of each check and keeping agency: drawn, inspected, faulty."""


class Checks(NamedTuple):
    """Spot-checks, and the items of those that are closed."""

    checks: list[CheckRow]
    items: list[ItemRow]


def checks_of(
    connection: Connection[Any],
    agency_id: UUID,
    month: date,
    *,
    first: date = date.min,
    since: date = date.min,
    told: Collection[UUID] = (),
) -> Checks:
    """Return the checks of an agency up to a month, and the items of those that are closed.

    `since` is the day of the notice before, `told` the checks that it told of. Rule 56.2b.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            _CHECKS,
            {
                "agency": agency_id,
                "first": first,
                "month": month,
                "since": since,
                "told": list(told),
            },
        ).fetchall()
        closed = [row["check_id"] for row in rows if row["closed_on"] is not None]
        items = cursor.execute(_ITEMS, (closed,)).fetchall()
    kept: _Kept = defaultdict(Counter)
    for item in items:
        if item["mode"] == Mode.RANDOM:
            inspected = item["inspected_on"] is not None
            kept[item["check_id"], item["agency_code"]].update(
                drawn=1, inspected=inspected, faulty=inspected and bool(item["faulty"])
            )
    return Checks([_check(row, kept) for row in rows], [_item(item) for item in items])


def _check(row: dict[str, Any], kept: _Kept) -> CheckRow:
    closed = row["closed_on"] is not None
    return CheckRow(
        check_id=row["check_id"],
        kind=row["kind"],
        month=row["month"],
        position=row["log_position"],
        commitment=row["commitment"],
        seed=row["seed"],
        frame_digest=row["frame_digest"],
        closed_on=row["closed_on"],
        strata=tuple(_stratum(row["check_id"], one, kept) for one in row["counts"])
        if closed
        else (),
    )


def _stratum(check_id: UUID, counts: dict[str, Any], kept: _Kept) -> StratumRow:
    return StratumRow(
        agency_code=counts["agency_code"],
        population=counts["population"],
        drawn=counts["sample_size"],
        inspected=counts["inspected"],
        faulty=counts["faulty"],
        targeted=counts["targeted_inspected"],
        targeted_faulty=counts["targeted_faulty"],
        domains=tuple(
            _domain(one, kept[check_id, one["agency_code"]]) for one in counts["domains"]
        ),
    )


def _domain(domain: dict[str, Any], counted: Counter[str]) -> DomainRow:
    return DomainRow(
        agency_code=domain["agency_code"],
        population=domain["population"],
        drawn=counted["drawn"],
        inspected=counted["inspected"],
        faulty=counted["faulty"],
    )


def _item(row: dict[str, Any]) -> ItemRow:
    return ItemRow(
        check_id=row["check_id"],
        item_no=row["number"],
        kind=row["kind"],
        number=row["record_number"] or str(row["record_id"])[:8].upper(),
        agency_code=row["stratum_code"],
        mode=row["mode"],
        inspected_on=row["inspected_on"],
        faulty=row["faulty"],
    )

"""Queries about spot-checks: the superior sees them whole, an inspected agency what concerns it.

Whoever may look at the superior's records sees the whole check. An agency below it sees, once the sample is
drawn, the items whose records it and those below it keep; an inspector from such an agency also those that
are assigned to him or her.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from ...application.ports import Clock
from ...application.service import CommandService
from ...application.views.spot_checks import (
    InspectedEntry,
    InspectedItem,
    SpotCheckItemView,
    SpotCheckStratum,
    SpotCheckView,
)
from ...domain.calendar import WorkingDayCalendar
from ...domain.errors import NotAuthorised, NotFound
from ...domain.events import RecordedEvent
from ...domain.organisation.directory import Directory
from ...domain.organisation.powers import Actor, Power, reaches
from ...domain.regulation.edition import Edition
from ...domain.supervision.spot_check.estimate import Counted, estimate, estimate_together
from ...domain.supervision.spot_check.inspecting import ItemAnswered
from ...domain.supervision.spot_check.kinds import RecordKind
from ..database import Database
from ..spot_checks.inspected_records import InspectedRecords
from ..store.event_store import PostgresEventStore
from .looking import Looking

_COUNTS = """
    SELECT stratum_id, mode, status, coalesce(faulty, false) AS faulty, count(*) AS number
    FROM spot_check_items WHERE check_id = %s GROUP BY 1, 2, 3, 4
"""
_DRAWN = """
    SELECT agency_code, status, coalesce(faulty, false) AS faulty FROM spot_check_items
    WHERE check_id = %s AND mode = 'random'
"""


class SpotCheckQueries(Looking):
    """What can be asked about spot-checks."""

    def __init__(
        self,
        database: Database,
        store: PostgresEventStore,
        service: CommandService,
        clock: Clock,
        calendar: WorkingDayCalendar,
        editions: tuple[Edition, ...],
    ) -> None:
        """Stand on the read models, and on the events for the inspected records."""
        super().__init__(database, service, clock)
        self._store = store
        self._records = InspectedRecords(store, calendar, editions)

    def checks(
        self, agency_code: str, *, by: Actor, month: date | None = None
    ) -> list[SpotCheckView]:
        """Return the checks that an agency makes of those below it, latest month first. Rule 56.1."""
        self._may_look(by, agency_code)
        today = self._today()
        superior = self._service.directory.holder(agency_code, today)
        rows = self._rows(
            "SELECT * FROM spot_checks WHERE agency_id = %s AND (%s::date IS NULL OR month = %s) "
            "ORDER BY month DESC, kind",
            (superior.stream_id if superior else None, month, month),
        )
        return [self._view(row) for row in rows]

    def check(self, check_id: UUID, *, by: Actor) -> SpotCheckView:
        """Return a check with its strata. Raises NotFound, NotAuthorised. Rule 56.1."""
        row = self._row(check_id)
        self._may_look(by, row["agency_code"])
        return self._view(row)

    def items(
        self, check_id: UUID, *, by: Actor, inspector: str | None = None, faulty: bool | None = None
    ) -> list[SpotCheckItemView]:
        """Return the items that `by` may see, in their order; those of an inspector, or faulty ones, alone.

        Raises NotFound, NotAuthorised where there is none to see. Rule 56.1.
        """
        row = self._row(check_id)
        found = self._rows(
            "SELECT * FROM spot_check_items WHERE check_id = %s ORDER BY number", (check_id,)
        )
        self._may_look(by, by.agency_code)  # whoever asks is who he says
        seen = [one for one in found if self._may_see(row, one, by)]
        if not seen:
            self._may_look(by, row["agency_code"])
        return self._item_views(
            [
                one
                for one in seen
                if (inspector is None or one["inspector"] == inspector)
                and (faulty is None or bool(one["faulty"]) is faulty)
            ]
        )

    def item(self, check_id: UUID, number: int, *, by: Actor) -> InspectedItem:
        """Return an item, its record as it stood at the cut-off with what came later, and the answers.

        Personal fields of the record are left out; the answers are shown to whoever may see the item.
        Raises NotFound, NotAuthorised. Rules 51.2, 56.1.
        """
        row = self._row(check_id)
        found = self._rows(
            "SELECT * FROM spot_check_items WHERE check_id = %s AND number = %s", (check_id, number)
        )
        if not found:
            raise NotFound(f"the check has no item {number}", field="number")
        self._may_look(by, by.agency_code)
        if not self._may_see(row, found[0], by):
            raise NotAuthorised(f"item {number} is another agency's", rule_id="56.1")
        held = self._records.held(
            RecordKind(row["kind"]), found[0]["record_id"], row["log_position"]
        )
        (item,) = self._item_views(found)
        return InspectedItem(
            item=item,
            entries=tuple(
                _entry(recorded, later=later)
                for later, events in ((False, held.events), (True, held.later))
                for recorded in events
            ),
            answers=tuple(
                recorded.event.answer
                for recorded in self._store.history(check_id)
                if isinstance(recorded.event, ItemAnswered) and recorded.event.number == number
            ),
        )

    # --- helpers ------------------------------------------------------------------------------

    def _row(self, check_id: UUID) -> dict[str, Any]:
        rows = self._rows("SELECT * FROM spot_checks WHERE check_id = %s", (check_id,))
        if not rows:
            raise NotFound(f"there is no spot-check {check_id}", field="check_id")
        return rows[0]

    def _item_views(self, rows: Sequence[dict[str, Any]]) -> list[SpotCheckItemView]:
        """Return rows as views, each with the masked name that the log has of it, where it can be read."""
        positions = [at for row in rows if (at := row["examined_position"]) is not None]
        records = [row["record_id"] for row in rows]
        names = dict(self._store.personal_at(sorted(positions), "masked_name", of=records))
        views = []
        for row in rows:
            shown = {
                "masked_name": names.get(row["examined_position"]),
                "findings": _loaded(row["findings"]),
            }
            views.append(SpotCheckItemView.model_validate({**row, **shown}, extra="ignore"))
        return views

    def _may_see(self, check: dict[str, Any], item: dict[str, Any], by: Actor) -> bool:
        directory, today = self._service.directory, self._today()
        return item["inspector"] == by.staff_id or any(
            reaches(directory, by, Power.LOOK, code, today)
            for code in (check["agency_code"], item["agency_code"])
        )

    def _view(self, row: dict[str, Any]) -> SpotCheckView:
        directory, day = self._service.refresh_directory(), row["cut_off"]
        counts = _loaded(row["counts"])
        if row["status"] == "drawn":
            self._fill(counts, row["check_id"])
        drawn: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        if any(stratum.get("domains") for stratum in counts):
            for item in self._rows(_DRAWN, (row["check_id"],)):
                drawn[item["agency_code"]].append(item)
        strata = []
        for stratum in counts:
            agency = directory.agency(UUID(stratum["agency_id"]))
            name = agency.name_on(day) if agency else ""
            stratum["domains"] = [
                _domain(one, drawn.get(one["agency_code"], ()), directory, day)
                for one in stratum.get("domains", ())
            ]
            strata.append(
                SpotCheckStratum.model_validate({**stratum, "name": name}, extra="ignore")
            )
        superior = directory.agency(row["agency_id"])
        together = estimate_together(
            [Counted(one.population or 0, one.inspected, one.faulty) for one in strata]
        )
        return SpotCheckView.model_validate(
            {
                **row,
                "agency_name": superior.name_on(day) if superior else "",
                "kind_zh": RecordKind(row["kind"]).label_zh,
                "strata": strata,
                "rate": together.rate if together else None,
                "low": together.low if together else None,
                "high": together.high if together else None,
            },
            extra="ignore",
        )

    def _fill(self, counts: list[dict[str, Any]], check_id: UUID) -> None:
        """Add to the strata of a check that is not closed how far it has come."""
        held: Counter[tuple[str, str]] = Counter()
        for row in self._rows(_COUNTS, (check_id,)):
            stratum, prefix = str(row["stratum_id"]), "targeted_" * (row["mode"] == "targeted")
            if row["status"] == "inspected":
                held[stratum, f"{prefix}inspected"] += row["number"]
                held[stratum, f"{prefix}faulty"] += row["number"] * row["faulty"]
            elif not prefix:
                held[stratum, "not_inspected"] += row["number"]
        for one in counts:
            for (stratum, what), number in held.items():
                if stratum == one["agency_id"]:
                    one[what] = number
            found = estimate(
                Counted(one["population"], one.get("inspected", 0), one.get("faulty", 0))
            )
            if found is not None:
                one.update(found._asdict())


def _domain(
    domain: dict[str, Any], drawn: Sequence[dict[str, Any]], directory: Directory, day: date
) -> dict[str, Any]:
    """Return an agency's part of a stratum, with the estimate that what was drawn of it allows."""
    code, population = domain["agency_code"], domain["population"]
    inspected = [item for item in drawn if item["status"] == "inspected"]
    faulty = sum(item["faulty"] for item in inspected)
    found = estimate(Counted(population, len(inspected), faulty))
    keeper = directory.holder(code, day)
    return {
        **domain,
        "name": keeper.name_on(day) if keeper else "",
        "drawn": len(drawn),
        "inspected": len(inspected),
        "faulty": faulty,
        **(found._asdict() if found else {}),
    }


def _entry(recorded: RecordedEvent, *, later: bool) -> InspectedEntry:
    return InspectedEntry(
        position=recorded.position,
        event=recorded.event.event_name,
        what=recorded.event.model_dump(mode="json", exclude=set(recorded.event.personal_fields)),
        occurred_on=recorded.occurred_on,
        recorded_at=recorded.recorded_at,
        staff_id=recorded.staff_id,
        agency_code=recorded.agency_code,
        later=later,
    )


def _loaded(held: Any) -> list[dict[str, Any]]:
    """Return JSON of a read model, which a cursor gives as text or loaded."""
    loaded: list[dict[str, Any]] = json.loads(held) if isinstance(held, str) else held
    return loaded

"""What every ledger is examined for: traceable responsibility (首问负责), and an archive without a gap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from uuid import UUID

from ...domain.events import Event, RecordedEvent
from ...domain.organisation.powers import SYSTEM_STAFF_ID
from ...domain.supervision.spot_check.findings import Finding
from .record import Check, InspectedRecord, met_unless, seen


def responsibility(by_person: Collection[type[Event]]) -> Check:
    """Return the check that each entry names who acted; services `by_person` are not the system's.

    Rule 5.b.
    """

    def check(record: InspectedRecord) -> list[Finding]:
        nameless = [
            one
            for one in record.events
            if not one.staff_id.strip()
            or not one.agency_code.strip()
            or (one.staff_id == SYSTEM_STAFF_ID and type(one.event) in by_person)
        ]
        right = seen(f"{len(record.events)}条记录均载明经办人和机构", *record.events[:1])
        wrong = [seen(f"{len(nameless)}条记录未载明经办人或机构", *nameless[:20])] * bool(nameless)
        return [met_unless("5.b", "5.b", "责任可追溯（经办人、机构）", wrong, right)]

    return check


def archive(opened_by: Collection[type[Event]]) -> Callable[[InspectedRecord], Iterable[Finding]]:
    """Return the check that each stream of the archive is kept from its opening on without a gap.

    Rule 9.1.
    """

    def check(record: InspectedRecord) -> list[Finding]:
        streams: dict[UUID, list[RecordedEvent]] = defaultdict(list)
        for recorded in record.events:
            streams[recorded.stream_id].append(recorded)
        wrong = []
        for entries in streams.values():
            if [one.version for one in entries] != list(range(1, len(entries) + 1)):
                wrong.append(seen("电子档案记录不连续，有缺失", entries[0], entries[-1]))
        own = streams.get(record.record_id, [])
        if not own or type(own[0].event) not in opened_by:
            wrong.append(seen("电子档案没有建立记录", *own[:1]))
        right = seen(f"自建立起{len(record.events)}条记录连续、完整", *own[:1])
        return [met_unless("9.1", "9.1", "电子档案连续、完整", wrong, right)]

    return check

"""Making a history: a pure function of a record's events, the directory and the numbers to judge by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic import TypeAdapter

from ...domain.aggregate import Aggregate
from ...domain.calendar import WorkingDayCalendar, shanghai_day
from ...domain.events import Event, RecordedEvent
from ...domain.obligations import TITLES_ZH, Obligation, Outcome, late_entry
from ...domain.organisation.directory import Directory
from ...domain.regulation.edition import Edition
from ...domain.regulation.rules import RULES
from ..judged import InForce
from ..ledger_entries import section_of
from ..obligations import Obligations
from ..read_model import fold_in_memory
from .changes import Change, changes_between
from .events import EVENT_WORDS, EventWords
from .model import (
    MISSED,
    Difference,
    DutyDifference,
    DutyMark,
    History,
    HistoryEvent,
    Moment,
    Part,
    PartDifference,
    State,
)

MASK: Final = "＊＊＊"
"""What a personal field reads as in a history."""

KINDS_ZH: Final = {
    "job_seeker_ledger": "个人服务台账",
    "assistance_case": "就业援助",
    "group_session": "分类指导活动",
    "employer_ledger": "用人单位服务台账",
    "job_fair": "招聘会",
    "key_enterprise_agreement": "重点企业日常服务协议",
    "restricted_industries": "产业禁止和限制目录",
    "registry_report": "向失业登记管理部门报送",
    "spot_check": "抽查",
    "rectification": "问题整改",
    "warning_thresholds": "预警线",
    "duty_reminder": "逾期提醒",
    "accesses": "个人信息查阅记录",
    "erasure": "个人信息删除",
    "notice": "通报",
}
"""What each kind of stream is called; others by the first word of their events."""


class Standard(NamedTuple):
    """By what a record's duties are judged."""

    calendar: WorkingDayCalendar
    editions: tuple[Edition, ...]


def build_history(
    name: str,
    events: Iterable[RecordedEvent],
    moment: Moment,
    *,
    directory: Directory,
    commands: Mapping[UUID, str],
    standard: Standard,
    today: date,
) -> History:
    """Return the history of the record called `name`, whose streams hold `events`, from a moment.

    `commands` gives the names of the commands that caused the events, by their ids. Duties are judged
    on the moment's day of effect, else on the last day of entry that counts, else today.
    """
    seen = sorted(
        (recorded for recorded in events if _counts(recorded, moment)), key=lambda e: e.position
    )
    judged_on = _judged_on(seen, moment, today)
    duties = _duties(seen, judged_on, standard)
    replay = _Replay(seen)
    lines = []
    in_force = InForce(standard.editions)
    for recorded in seen:
        changes = replay.take(recorded)
        edition = in_force[recorded.occurred_on]
        late = edition is not None and late_entry(recorded, edition, standard.calendar) is not None
        lines.append(
            _line(recorded, changes, duties.get(recorded.position, _NO_DUTIES), late, directory, commands)
        )  # fmt: skip
    return History(
        name=name,
        moment=moment,
        judged_on=judged_on,
        calendar=standard.calendar.version,
        editions=tuple(edition.name for edition in standard.editions),
        parts=replay.parts(),
        events=tuple(lines),
        duties=tuple(mark for marks in duties.values() for mark in marks.raised),
    )


def differences(before: History, after: History) -> Difference:
    """Return what tells two histories of one record apart."""
    held = {event.position for event in before.events}
    kept = {event.position for event in after.events}
    first = {part.stream_id: part for part in before.parts}
    second = {part.stream_id: part for part in after.parts}
    parts = []
    for stream_id, part in (first | second).items():
        old, new = (
            (side[stream_id].state if stream_id in side else part.blank) or {}
            for side in (first, second)
        )
        changes = tuple(changes_between(old, new))
        if changes:
            parts.append(
                PartDifference(
                    stream_id=stream_id, kind=part.kind, kind_zh=part.kind_zh, changes=changes
                )
            )
    return Difference(
        name=after.name,
        before=before.moment,
        after=after.moment,
        only_before=tuple(event for event in before.events if event.position not in kept),
        only_after=tuple(event for event in after.events if event.position not in held),
        parts=tuple(parts),
        duties=tuple(_duty_differences(before.duties, after.duties)),
    )


def _counts(recorded: RecordedEvent, moment: Moment) -> bool:
    position, effective_on = moment.position, moment.effective_on
    return (position is None or recorded.position <= position) and (
        effective_on is None or recorded.occurred_on <= effective_on
    )


def _judged_on(seen: Sequence[RecordedEvent], moment: Moment, today: date) -> date:
    if moment.effective_on is not None:
        return moment.effective_on
    if moment.position is not None and seen:
        return max(shanghai_day(recorded.recorded_at) for recorded in seen)
    return today


# --- states -----------------------------------------------------------------------------------


class _Replay:
    """The states of a record's streams, brought forward event by event."""

    def __init__(self, seen: Sequence[RecordedEvent]) -> None:
        kinds = _kinds()
        self._states: dict[UUID, Aggregate | None] = {}
        self._names: dict[UUID, str] = {}
        for recorded in seen:
            kind = kinds.get(type(recorded.event))
            if self._states.get(recorded.stream_id) is None:
                self._states[recorded.stream_id] = None if kind is None else kind()
            self._names.setdefault(recorded.stream_id, recorded.event.event_name.partition(".")[0])
        self._dumps = {stream: _dump(state) for stream, state in self._states.items()}
        self._blank = dict(self._dumps)

    def take(self, recorded: RecordedEvent) -> tuple[Change, ...]:
        """Apply an event and return what it changed."""
        stream_id = recorded.stream_id
        state = self._states[stream_id]
        if state is None:
            return ()
        try:
            state.apply(recorded)
        except LookupError:
            return ()  # of a view that leaves out what the event rests on: it changes nothing there
        old, new = self._dumps[stream_id], _dump(state)
        self._dumps[stream_id] = new
        return tuple(changes_between(old, new))

    def parts(self) -> tuple[Part, ...]:
        """Return the streams with their states as they are now."""
        found = []
        for stream_id, state in self._states.items():
            kind = self._names[stream_id] if state is None else state.kind
            found.append(
                Part(
                    stream_id=stream_id,
                    kind=kind,
                    kind_zh=KINDS_ZH.get(kind, kind),
                    blank=self._blank[stream_id],
                    state=self._dumps[stream_id],
                )
            )
        return tuple(found)


def final_state(events: Iterable[RecordedEvent]) -> Aggregate | None:
    """Return the state of a stream after its events, None for one that decisions keep no state of."""
    history = list(events)
    kinds = _kinds()
    kind = next((kinds[type(e.event)] for e in history if type(e.event) in kinds), None)
    return None if kind is None else kind.replay(history)


def _kinds() -> dict[type[Event], type[Aggregate]]:
    """Return the aggregate that each event changes."""
    found: dict[type[Event], type[Aggregate]] = {}
    waiting = [Aggregate]
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        found.update(dict.fromkeys(kind.changes, kind))
    return found


def _dump(state: Aggregate | None) -> State | None:
    if state is None:
        return None
    kind = type(state)
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    dumped: State = _ADAPTERS[kind].dump_python(state, mode="json")
    del dumped["version"]  # it changes with every event and says nothing more
    return dumped


_ADAPTERS: dict[type[Aggregate], TypeAdapter[Any]] = {}


# --- duties -----------------------------------------------------------------------------------


class _Duties(NamedTuple):
    raised: tuple[DutyMark, ...] = ()
    closed: tuple[DutyMark, ...] = ()


_NO_DUTIES: Final = _Duties()


def _duties(
    seen: Sequence[RecordedEvent], judged_on: date, standard: Standard
) -> dict[int, _Duties]:
    """Return the spells of duties that began and ended at each position, in log order."""
    rows = fold_in_memory(Obligations(standard.calendar, standard.editions), [seen])
    raised: defaultdict[int, list[DutyMark]] = defaultdict(list)
    closed: defaultdict[int, list[DutyMark]] = defaultdict(list)
    for obligation in sorted(map(Obligation._make, rows), key=lambda o: (o.since_position, o.duty)):
        mark = _mark(obligation, judged_on)
        raised[obligation.since_position].append(mark)
        if obligation.closed_position is not None:
            closed[obligation.closed_position].append(mark)
    return {
        position: _Duties(tuple(raised[position]), tuple(closed[position]))
        for position in sorted({*raised, *closed})
    }


def _mark(obligation: Obligation, judged_on: date) -> DutyMark:
    is_missed = obligation.outcome == Outcome.OPEN.value and obligation.due_on < judged_on
    return DutyMark.model_validate(
        {
            **obligation._asdict(),
            "outcome": MISSED if is_missed else obligation.outcome,
            "reference": obligation.reference,
            "title_zh": TITLES_ZH[obligation.duty],
            "citation": RULES[obligation.rule].citation,
        },
        extra="ignore",
    )


def _duty_differences(
    before: Iterable[DutyMark], after: Iterable[DutyMark]
) -> Iterable[DutyDifference]:
    first = {(mark.duty, mark.since_position, mark.arose_position): mark for mark in before}
    second = {(mark.duty, mark.since_position, mark.arose_position): mark for mark in after}
    for key, mark in sorted((first | second).items(), key=lambda item: item[0][1]):
        old, new = first.get(key), second.get(key)
        if old != new:
            yield DutyDifference(
                duty=mark.duty,
                title_zh=mark.title_zh,
                arose_position=mark.arose_position,
                before=old,
                after=new,
            )


# --- lines ------------------------------------------------------------------------------------


def _line(
    recorded: RecordedEvent,
    changes: tuple[Change, ...],
    duties: _Duties,
    late: bool,
    directory: Directory,
    commands: Mapping[UUID, str],
) -> HistoryEvent:
    event = recorded.event
    words = EVENT_WORDS.get(event.event_name, EventWords(event.event_name))
    section = section_of(event)
    entered_on = shanghai_day(recorded.recorded_at)
    agency = directory.find(recorded.agency_code, entered_on)
    what = event.model_dump(mode="json")
    return HistoryEvent(
        position=recorded.position,
        stream_id=recorded.stream_id,
        version=recorded.version,
        event=event.event_name,
        title_zh=words.title_zh,
        rules=words.rules,
        section=None if section is None else section.value,
        section_zh=None if section is None else section.label_zh,
        occurred_on=recorded.occurred_on,
        recorded_at=recorded.recorded_at,
        days_late=(entered_on - recorded.occurred_on).days,
        is_late=late,
        staff_id=recorded.staff_id,
        agency_code=recorded.agency_code,
        agency_name=None if agency is None else agency.name_on(entered_on),
        command_id=recorded.command_id,
        command=commands.get(recorded.command_id),
        what=what | dict.fromkeys(event.personal_fields, MASK),
        hidden=event.personal_fields,
        changes=changes,
        raised=duties.raised,
        closed=duties.closed,
    )

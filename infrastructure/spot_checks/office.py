"""The office of spot-checks: plans, draws, examines and closes them, each step by its command.

Every step can be repeated: what is done already stays as it is, so that a draw that was killed in the middle
is taken up again and gives the same sample.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from uuid import NAMESPACE_URL, UUID, uuid5

from psycopg.rows import tuple_row

from ...application.commands.base import Command, CommandResult
from ...application.commands.spot_checks import (
    CloseSpotCheck,
    DrawSample,
    NameRecords,
    PlanSpotCheck,
    RecordExamination,
    SealFrame,
)
from ...application.ports import Clock
from ...application.service import CommandService
from ...application.views.spot_checks import SpotCheckProof
from ...domain.calendar import WorkingDayCalendar, shanghai_day
from ...domain.errors import InvalidInput, NotFound
from ...domain.events import ERASED
from ...domain.organisation.directory import Agency, Directory
from ...domain.organisation.powers import Actor, Power, require
from ...domain.organisation.staff import Role
from ...domain.regulation.edition import Edition, edition_on
from ...domain.supervision.spot_check.check import SpotCheck
from ...domain.supervision.spot_check.drawing import FrameSealed
from ...domain.supervision.spot_check.frame import Strata, differences, seal
from ...domain.supervision.spot_check.inspecting import ItemExamined
from ...domain.supervision.spot_check.item import Item
from ...domain.supervision.spot_check.kinds import RecordKind
from ...domain.supervision.spot_check.planning import (
    SpotCheckPlanned,
    check_stream,
    last_day,
    own_strata,
)
from ...domain.supervision.spot_check.ranking import SEED_BYTES
from ...domain.supervision.spot_check.sampling import Sampling
from ...projections.inspection.kinds import EXAMINED, examine
from ..database import Database
from ..projecting.projector import Projector
from ..store.event_store import PostgresEventStore
from .frames import Frames
from .inspected_records import InspectedRecords
from .proof import Proving
from .risks import Risks, with_named

EXAMINED_AT_ONCE = 50
"""Items whose examination is recorded in one transaction."""
_DUE = """
    SELECT check_id FROM spot_checks
    WHERE status = 'drawn' AND answer_by < %s AND agency_code = ANY(%s) ORDER BY month, check_id
"""


class SpotCheckOffice:
    """Plans, draws, examines, closes and proves spot-checks."""

    def __init__(
        self,
        database: Database,
        store: PostgresEventStore,
        service: CommandService,
        projector: Projector,
        calendar: WorkingDayCalendar,
        editions: tuple[Edition, ...],
        clock: Clock,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        """Stand on the log; the read models are asked only for what is at risk and what is due."""
        self._database = database
        self._store = store
        self._service = service
        self._projector = projector
        self._calendar = calendar
        self._editions = editions
        self._clock = clock
        self._random_bytes = random_bytes
        self._frames = Frames(database)
        self._risks = Risks(database, projector)
        self._records = InspectedRecords(store, calendar, editions)

    def check_id(self, agency_code: str, kind: RecordKind, month: date) -> UUID:
        """Return the id of a superior's check of a kind and month, planned or not. Raises NotFound."""
        directory = self._service.refresh_directory()
        superior = directory.holder(agency_code, last_day(month))
        if superior is None:
            raise NotFound(f"no agency bears the code {agency_code}", field="agency_code")
        return check_stream(superior.stream_id, kind, month)

    def plan(
        self,
        agency_code: str,
        kind: RecordKind,
        month: date,
        *,
        by: Actor,
        inspectors: Sequence[str] = (),
        cut_off: date | None = None,
        inspect_by: date | None = None,
        answer_by: date | None = None,
        command_id: UUID | None = None,
    ) -> UUID:
        """Plan a check and commit to a secret seed; return the check's id. Planned already, that stands.

        Left out: the cut-off is the last day of the month, the supervisors of the superior inspect, and
        there is the time of the edition's policy. Planned before the cut-off, nobody at all can know the
        frame; a later plan is noted in the proof.

        Raises InvalidInput, NotAuthorised, and RuleBroken 56.1.

        Rules 56.1, 56.2b.
        """
        today = self._today()
        directory = self._service.refresh_directory()
        require(directory, by, Power.SPOT_CHECK, agency_code, today)
        check_id = self.check_id(agency_code, kind, month)
        if self._check(check_id).is_planned:
            return check_id
        edition = edition_on(today, self._editions)
        cut_off = cut_off or last_day(month)
        if inspect_by is None:
            after = max(cut_off, today)
            inspect_by = edition.spot_check_inspection.due(after, self._calendar).day
        if answer_by is None:
            answer_by = edition.spot_check_answer.due(inspect_by, self._calendar).day
        if not inspectors:
            superior = directory.holder(agency_code, today)
            inspectors = _supervisors(directory, superior, today) if superior else ()
        command = PlanSpotCheck(
            agency_code=agency_code,
            kind=kind,
            month=month,
            cut_off=cut_off,
            inspectors=tuple(inspectors),
            inspect_by=inspect_by,
            answer_by=answer_by,
            seed=self._random_bytes(SEED_BYTES).hex(),
        )
        self._service.execute(command, by=by, command_id=command_id or self._new_id())
        return check_id

    def draw(self, check_id: UUID, *, by: Actor, named: Mapping[UUID, str] | None = None) -> UUID:
        """Seal the frame as of the cut-off, draw the sample and reveal the seed; return the check's id.

        Drawn already, that stands. `named` are records picked beside the sample, each with the reason (a
        complaint, say): they come first among the targeted picks.

        Raises InvalidInput while the cut-off day is not over, or for a record that is not in the frame.

        Rule 56.1.
        """
        check = self._check(check_id)
        check.require_planned()
        directory = self._service.refresh_directory()
        require(directory, by, Power.SPOT_CHECK, check.agency_code, self._today())
        if check.is_drawn:
            return check_id
        assert check.cut_off is not None
        if self._today() <= check.cut_off:
            raise InvalidInput(
                f"{check.cut_off} is not over: the frame is sealed from the next day on"
            )
        if check.log_position is None:
            self._seal(check, by)
            check = self._check(check_id)
        if named:
            self._name(check, named, by)
            check = self._check(check_id)
        self._draw(check, by)
        return check_id

    def examine(self, check_id: UUID, *, by: Actor) -> int:
        """Examine every item that was not examined yet, as it stood at the cut-off; return how many.

        Rule 56.1.
        """
        check = self._check(check_id)
        check.require_drawn()
        directory = self._service.refresh_directory()
        require(directory, by, Power.SPOT_CHECK, check.agency_code, self._today())
        waiting = [number for number, item in check.items.items() if not item.is_examined]
        directory = self._directory_at(check.log_position or 0)
        for start in range(0, len(waiting), EXAMINED_AT_ONCE):
            numbers = waiting[start : start + EXAMINED_AT_ONCE]
            examined = tuple(
                self._examined(check, number, check.items[number], directory) for number in numbers
            )
            command = RecordExamination(check_id=check_id, examined=examined)
            self._once(command, by, f"examine:{check_id}:{numbers[0]}-{numbers[-1]}")
        return len(waiting)

    def close_due(self, agency_code: str, *, by: Actor) -> list[UUID]:
        """Close the checks of a superior whose time to answer is over; return which.

        Rule 56.2b.
        """
        today = self._today()
        directory = self._service.refresh_directory()
        require(directory, by, Power.SPOT_CHECK, agency_code, today)
        superior = directory.holder(agency_code, today)
        codes = [] if superior is None else superior.codes.since(superior.founded_on)
        self._projector.catch_up()
        with self._database.use() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            due = [one for (one,) in cursor.execute(_DUE.encode(), (today, codes)).fetchall()]
        for check_id in due:
            self._once(CloseSpotCheck(check_id=check_id), by, f"close:{check_id}")
        return due

    def verify(self, check_id: UUID, *, by: Actor) -> SpotCheckProof:
        """Prove a check from the log alone; see `Proving`. Raises InvalidInput before it is drawn.

        Rule 56.1.
        """
        check = self._check(check_id)
        check.require_drawn()
        directory = self._service.refresh_directory()
        require(directory, by, Power.LOOK, check.agency_code, self._today())
        self._projector.catch_up()
        proving = Proving(self._database, self._frames, self._risks, self._directory_at)
        return proving.prove(list(self._store.history(check_id)))

    # --- helpers ------------------------------------------------------------------------------

    def _new_id(self) -> UUID:
        return UUID(bytes=self._random_bytes(16), version=4)

    def _seal(self, check: SpotCheck, by: Actor) -> None:
        assert check.record_kind is not None
        assert check.cut_off is not None
        assert check.sizing is not None
        position = self._frames.position_at_end_of(check.cut_off)
        strata = self._strata(check, self._directory_at(position))
        with self._frames.records(check.record_kind, position) as records:
            frame = seal(records, strata, check.sizing)
        command = SealFrame(
            check_id=check.check_id,
            log_position=position,
            strata=frame.strata,
            left_out=frame.left_out,
        )
        self._once(command, by, f"seal:{check.check_id}")

    def _name(self, check: SpotCheck, named: Mapping[UUID, str], by: Actor) -> None:
        assert check.record_kind is not None
        assert check.log_position is not None
        strata = self._strata(check, self._directory_at(check.log_position))
        with self._frames.records(check.record_kind, check.log_position) as records:
            found = {
                one.record_id
                for one in records
                if one.record_id in named and strata.of(one.agency_code)
            }
        if strange := sorted(named.keys() - found):
            raise InvalidInput(f"{strange[0]} is not in the frame of this check", field="named")
        command = NameRecords(check_id=check.check_id, named=dict(named))
        self._service.execute(command, by=by, command_id=self._new_id())

    def _draw(self, check: SpotCheck, by: Actor) -> None:
        assert check.record_kind is not None
        assert check.log_position is not None
        assert check.sizing is not None
        assert check.month is not None
        seed, sealed_at = self._seed_and_sealing(check)
        strata = self._strata(check, self._directory_at(check.log_position))
        assert check.cut_off is not None
        risks = with_named(self._risks.known(check.log_position, check.cut_off), check.named)
        sampling = Sampling(strata, check.strata, seed, risks, check.sizing.targeted)
        with self._frames.records(check.record_kind, check.log_position) as records:
            frame = seal(sampling.watch(records), strata, check.sizing)
        if any(differences(check.strata, frame.strata)):
            raise InvalidInput("the log no longer gives the frame that was sealed: was it touched?")
        staff = self._directory_at(sealed_at)  # who was employed after the cut-off may inspect, too
        own = own_strata(check.inspectors, staff, strata, check.month)
        items = tuple(sampling.items(check.inspectors, own))
        command = DrawSample(check_id=check.check_id, seed=seed.hex(), items=items)
        self._service.execute(command, by=by, command_id=self._new_id())

    def _examined(
        self, check: SpotCheck, number: int, item: Item, directory: Directory
    ) -> ItemExamined:
        kind, position = check.record_kind, check.log_position
        assert kind is not None
        assert position is not None
        assert check.month is not None
        assert check.cut_off is not None
        strata = self._strata(check, directory)

        def answers_for(code: str) -> bool:
            agency = strata.of(code)
            return agency is not None and agency.stream_id == item.stratum_id

        held = self._records.held(kind, item.record_id, position)
        record = self._records.record(item.record_id, held, check.month, check.cut_off, answers_for)
        shown = EXAMINED[kind].shown(record)
        last = (held.later or held.events)[-1].position
        return ItemExamined(
            number=number,
            record_number=shown.number,
            name_of=item.record_id if shown.name else check.check_id,
            masked_name=shown.name,
            findings=tuple(examine(kind, record)),
            later_entries=len(held.later),
            examined_to=last,
        )

    def _seed_and_sealing(self, check: SpotCheck) -> tuple[bytes, int]:
        """Return the secret seed, and the log position at which the frame was sealed."""
        seed, sealed_at = ERASED, 0
        for recorded in self._store.history(check.check_id):
            if isinstance(recorded.event, SpotCheckPlanned):
                seed = recorded.event.seed
            elif isinstance(recorded.event, FrameSealed):
                sealed_at = recorded.position
        if seed == ERASED:
            raise InvalidInput("the key of the check's seed was destroyed: it cannot be drawn")
        return bytes.fromhex(seed), sealed_at

    def _strata(self, check: SpotCheck, directory: Directory) -> Strata:
        assert check.cut_off is not None
        superior = directory.agency(check.agency_id)
        if superior is None:
            raise InvalidInput(
                f"the agency {check.agency_code} was entered only after {check.cut_off}: it has no frame"
            )
        return Strata(directory, superior, check.cut_off)

    def _check(self, check_id: UUID) -> SpotCheck:
        check = self._store.load(SpotCheck, check_id).aggregate
        assert isinstance(check, SpotCheck)
        return check

    def _directory_at(self, position: int) -> Directory:
        directory = Directory()
        for recorded in self._store.directory_events(0):
            if recorded.position > position:
                break
            directory.apply(recorded)
        return directory

    def _once(self, command: Command, by: Actor, what: str) -> CommandResult:
        """Carry out a step under an id made of its content: repeated, it gives the first result."""
        content = f"taizhang:spot_check:{what}:{command.model_dump_json()}"
        return self._service.execute(command, by=by, command_id=uuid5(NAMESPACE_URL, content))

    def _today(self) -> date:
        return shanghai_day(self._clock())


def _supervisors(directory: Directory, superior: Agency, day: date) -> tuple[str, ...]:
    return tuple(
        member.staff_id
        for member in directory.members_of(superior, day)
        if Role.SUPERVISOR in member.roles_on(day)
    )

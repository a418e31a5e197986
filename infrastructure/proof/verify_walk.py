"""Going through a stretch of the log: each event against its digest, all of them against the seals.

A stretch begins and ends at seals, whose chains are taken as given: if one of them lies, the stretch
before it or the one after it does not fit. So stretches are verified apart, by as many processes as
there are cores, and each with no more in memory than an event and the seals of the stretch.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from struct import Struct
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from psycopg import Connection, sql
from psycopg.rows import tuple_row

from ...application.views.proof import Fault, Finding
from ...domain.proof import Seal
from .binary_rows import COMMAND_COLUMNS, copied, refusals_digest
from .checked import BEFORE_ALL, MOST, Checked
from .signing import is_signed
from .verify_commands import ended_commands
from .verify_personal_keys import Subjects, missing_keys

_GAPS = 5
_NEVER = 2**63

# What an event and its command both hold, where it differs; 32 for the event with which a command ended as it should.
_DIFFERS: LiteralString = """
    CASE WHEN c.command_id IS NULL THEN 1
    WHEN e.staff_id = c.staff_id AND e.agency_code = c.agency_code AND e.recorded_at = c.recorded_at
        AND e.notification_id <= c.last_position THEN (e.notification_id = c.last_position)::int * 32
    ELSE (e.staff_id <> c.staff_id)::int * 2 + (e.agency_code <> c.agency_code)::int * 4
        + (e.recorded_at <> c.recorded_at)::int * 8 + (e.notification_id > c.last_position)::int * 16 END
"""
_ENDED = 32
_SHARED = ((2, "staff_id"), (4, "agency_code"), (8, "recorded_at"))
# The fields from the digest before on are sent just as they are digested: docs/proof-format.md. OFFSET 0 has the
# event before looked up by its key: joined otherwise, each stretch would read the whole table. The commands are those
# that ended in the stretch, and of the append that goes on after it.
_EVENTS = sql.SQL(
    "SELECT e.notification_id, coalesce(p.notification_id, 0), "
    + _DIFFERS
    + ", e.digest, coalesce(p.digest, decode(repeat('00', 32), 'hex')), e.originator_id, e.originator_version, "
    "e.topic, e.occurred_on, e.recorded_at, e.staff_id, e.agency_code, e.command_id, e.state, "
    + COMMAND_COLUMNS
    + """
    FROM stored_events e LEFT JOIN LATERAL (
        SELECT notification_id, digest FROM stored_events
        WHERE originator_id = e.originator_id AND originator_version = e.originator_version - 1 OFFSET 0
    ) p ON true LEFT JOIN (
        SELECT * FROM commands WHERE last_position > {after} AND last_position <= greatest({until}, (
            SELECT last_position FROM stored_events JOIN commands USING (command_id) WHERE notification_id = {until}))
    ) c USING (command_id)
    WHERE e.notification_id > {after} AND e.notification_id <= {until} ORDER BY e.notification_id
"""
)
# Of events whose command was not found there.
_ELSEWHERE = (
    "SELECT e.notification_id, e.originator_id, e.originator_version, "
    + _DIFFERS
    + " FROM stored_events e LEFT JOIN commands c USING (command_id) WHERE e.notification_id = ANY(%s) ORDER BY 1"
)
_HEAD = Struct(">hiqiqiii")
_POSITION = slice(6, 14)
_LENGTH = Struct(">i")
_PLACE = Struct(">i16siq")
_BEFORE_TOPIC, _AFTER_TOPIC, _COMMAND_ID = 4 + 16 + 4 + 8, 4 + 4 + 4 + 8, 4 + 16
_STREAM = slice(4, 4 + 16)


class Stretch(NamedTuple):
    """A part of the log: after one position up to another, and the seals that stand in it.

    `chain`, `events` and `refusals` are those at its beginning. Where it is not sealed to its end, the
    rest stands on its digests alone.
    """

    after: int
    until: int
    chain: bytes
    events: int
    refusals: int
    seals: tuple[Seal, ...]


def check_stretch(
    connection: Connection[Any],
    public_keys: dict[bytes, bytes],
    subjects: Subjects,
    stretch: Stretch,
) -> Checked:
    """Verify the events and seals of a stretch, with the commands, the refusals and the keys that belong to them."""
    walker = _Walker(stretch, public_keys, subjects)
    take = walker.take
    query = _EVENTS.format(after=sql.Literal(stretch.after), until=sql.Literal(stretch.until))
    for row in copied(connection, query):
        take(row)
    walked = walker.end()
    told = [
        *walked.findings,
        *_elsewhere(connection, walker.without_command),
        *ended_commands(connection, stretch.after, stretch.until, walker.ended),
        *_refusals(connection, stretch),
        *missing_keys(connection, walker.persons),
    ]
    return Checked(walked.rows, told[:MOST], walked.more_findings + len(told[MOST:]))


def _elsewhere(connection: Connection[Any], positions: list[int]) -> Iterator[Finding]:
    """Compare events with their commands, wherever those say that they ended."""
    if not positions:
        return
    cursor = connection.cursor(row_factory=tuple_row)
    for position, stream_id, version, differs in cursor.execute(
        _ELSEWHERE, (positions,)
    ).fetchall():
        if differs not in (0, _ENDED):
            yield Finding(
                fault=Fault.COMMAND,
                what=_told(differs),
                position=position,
                stream_id=stream_id,
                version=version,
            )


def _refusals(connection: Connection[Any], stretch: Stretch) -> Iterator[Finding]:
    """Compare the refusals with what each seal says of them."""
    covered = stretch.refusals or BEFORE_ALL
    for seal in stretch.seals:
        if seal.beside is None:
            continue
        first, last = max(covered, 0) + 1, seal.beside.refusals
        if refusals_digest(connection, covered, last) != seal.beside.refused:
            numbers = f"refusals {first} to {last}" if last >= first else f"refusals up to {last}"
            yield Finding(
                fault=Fault.COMMAND,
                what=f"{numbers} are not what was sealed: one was changed, taken out or put in",
                position=seal.position,
                seal=seal.number,
            )
        covered = last


class _Walker:
    """Takes the events of a stretch in their order."""

    def __init__(
        self, stretch: Stretch, public_keys: dict[bytes, bytes], subjects: Subjects
    ) -> None:
        self._chain = stretch.chain
        self._last = max(stretch.after, 0)
        self._sealed_events = stretch.events
        self._since_seal = 0
        self._sealed_to = self._last
        self._events = 0
        self._commands = sha256()
        self._commands_told = False
        self._gaps: list[str] = []
        self._seals = list(reversed(stretch.seals))
        self._next_seal = self._seals[-1].position if self._seals else _NEVER
        self._public_keys = public_keys
        self._subjects = subjects
        self._findings: list[Finding] = []
        self._more = 0
        self.ended = 0
        """How many commands ended with an event as they should."""
        self.without_command: list[int] = []
        """Events whose command did not end in the stretch."""
        self.persons: dict[bytes, int] = {}
        """Whose personal fields the stretch holds, by the id: the first event with any."""

    def take(self, row: bytes) -> None:
        """Verify one event: its row, as `_EVENTS` gives it."""
        _, _, position, _, before_position, _, differs, length = _HEAD.unpack_from(row)
        digest_ends = _HEAD.size + length
        digest = row[_HEAD.size : digest_ends]
        before = digest_ends + 4
        begins = before + _LENGTH.unpack_from(row, digest_ends)[0]
        # Over the lengths of the fields to the command: each is as long as it says.
        length_at = _LENGTH.unpack_from
        topic = begins + _BEFORE_TOPIC
        staff = topic + length_at(row, topic)[0] + _AFTER_TOPIC + 4
        agency = staff + length_at(row, staff)[0] + 4
        state = agency + length_at(row, agency)[0] + 4 + _COMMAND_ID
        ends = state + length_at(row, state)[0] + 4
        if position > self._next_seal:
            self._settle(position)
        if position != self._last + 1:
            self._note_gap(position)
        self._chain = sha256(self._chain + row[_POSITION] + digest).digest()
        self._commands.update(row[ends:])
        self._last = position
        self._events += 1
        self._since_seal += 1
        if sha256(row[before:ends]).digest() != digest:
            self._find(
                Fault.CHANGED,
                "its content or what was recorded around it is not what its digest says",
                row[begins:ends],
            )
        if before_position == 0:
            if _PLACE.unpack_from(row, begins)[3] != 1:
                what = "the event before it in its stream is missing"
                self._find(Fault.MISSING, what, row[begins:ends])
        elif before_position >= position:
            self._find(
                Fault.ORDER,
                f"the event before it in its stream stands after it, at position {before_position}",
                row[begins:ends],
            )
        if differs == _ENDED:
            self.ended += 1
        elif differs:
            self._note_command(differs, row[begins:ends])
        field = self._subjects.get(row[topic + 4 : staff - _AFTER_TOPIC])
        if field is not None:
            self._note_person(field, row[begins:ends], row[state + 4 : ends])

    def _note_command(self, differs: int, fields: bytes) -> None:
        self._commands_told = True
        if differs == 1 and len(self.without_command) < MOST:
            self.without_command.append(self._last)
        else:
            self._find(Fault.COMMAND, _told(differs), fields)

    def _note_person(self, field: bytes, fields: bytes, state: bytes) -> None:
        """Note whose personal fields an event holds; of one that is no longer JSON its digest tells."""
        person = fields[_STREAM]
        if field:
            _, _, named = state.partition(field)
            try:
                person = UUID(named[:36].decode()).bytes
            except ValueError:
                return
        self.persons.setdefault(person, self._last)

    def end(self) -> Checked:
        """Settle the last seals, and return what was found."""
        self._settle(None)
        return Checked(self._events, self._findings, self._more)

    def _settle(self, position: int | None) -> None:
        """Compare the chain with the seals that stand before the next position."""
        while self._seals and (position is None or self._seals[-1].position < position):
            seal = self._seals.pop()
            self._check_signature(seal)
            counted = self._sealed_events + self._since_seal
            differs = []
            if self._last != seal.position:
                differs.append("the event at its end is missing")
            if counted != seal.events:
                differs.append(f"{counted - seal.events:+d} event(s)")
            if self._chain != seal.chain:
                if self._gaps and counted < seal.events:
                    differs.append(f"no event stands at {', '.join(self._gaps)}")
                first = min(self._sealed_to + 1, seal.position)
                told = (
                    "; ".join(differs)
                    or "an event was exchanged, moved or put in the place of another"
                )
                self._add(
                    Finding(
                        fault=Fault.CHAIN,
                        what=f"positions {first} to {seal.position} are not what was sealed: {told}",
                        position=seal.position,
                        seal=seal.number,
                    )
                )
            elif seal.beside and self._commands.digest() != seal.beside.commands:
                self._check_commands(seal)
            # What comes after is judged by itself.
            self._commands, self._commands_told = sha256(), False
            self._chain, self._sealed_events, self._since_seal = seal.chain, seal.events, 0
            self._sealed_to = seal.position
            self._gaps.clear()
        self._next_seal = self._seals[-1].position if self._seals else _NEVER

    def _check_commands(self, seal: Seal) -> None:
        """Say that commands were changed, where that was not said of one of them."""
        if not self._commands_told:
            first = min(self._sealed_to + 1, seal.position)
            what = f"a command of positions {first} to {seal.position} is not what was sealed: it was changed"
            self._add(
                Finding(fault=Fault.COMMAND, what=what, position=seal.position, seal=seal.number)
            )

    def _check_signature(self, seal: Seal) -> None:
        public_key = self._public_keys.get(seal.key_id)
        if public_key is None:
            what = f"the public key {seal.key_id.hex()[:16]}… is not among signing_keys"
        elif not is_signed(seal.message(), seal.signature, public_key):
            what = "its signature is not by its key: the seal was changed"
        else:
            return
        self._add(Finding(fault=Fault.SEAL, what=what, position=seal.position, seal=seal.number))

    def _note_gap(self, position: int) -> None:
        if position <= self._last:
            what = "the position is taken twice" if position > 0 else "the log begins with 1"
            self._add(Finding(fault=Fault.ORDER, what=what, position=position))
        elif len(self._gaps) < _GAPS:
            first, last = self._last + 1, position - 1
            self._gaps.append(str(first) if first == last else f"{first} to {last}")

    def _find(self, fault: Fault, what: str, fields: bytes) -> None:
        _, stream_id, _, version = _PLACE.unpack_from(fields)
        self._add(
            Finding(
                fault=fault,
                what=what,
                position=self._last,
                stream_id=UUID(bytes=stream_id),
                version=version,
            )
        )

    def _add(self, finding: Finding) -> None:
        if len(self._findings) < MOST:
            self._findings.append(finding)
        else:
            self._more += 1


def _told(differs: int) -> str:
    if differs == 1:
        return (
            "the command that it names is not kept: the event was put in, or the command taken out"
        )
    if names := [name for bit, name in _SHARED if differs & bit]:
        return f"{', '.join(names)}: not what its command has"
    return "its command was done with an earlier position: the event was moved or put in"

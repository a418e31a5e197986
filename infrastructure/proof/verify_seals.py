"""The seals one after the other, and the log cut into stretches between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psycopg import Cursor

from ...application.views.proof import Fault, Finding
from ...domain.proof import ZEROS, Seal
from .checked import BEFORE_ALL, MOST
from .sealed import seal_of
from .signing import is_signed, key_id_of
from .verify_walk import Stretch

STRETCH_EVENTS = 10_000
_AT_ONCE = 5_000

# A moment that Python cannot hold was never sealed: any other one shows that as well.
_SEALS = """
    SELECT number, position, events, chain,
        CASE WHEN day IS NOT NULL THEN least(greatest(day, '0001-01-01'), '9999-12-31') END,
        least(greatest(sealed_at, '0001-01-02'), '9999-12-30'), before, key_id, signature,
        commands, refusals, refused
    FROM seals WHERE number > %s ORDER BY number LIMIT %s
"""


class SealWalk:
    """Goes through the seals after one of them, and yields the stretches of the log that they bound."""

    def __init__(
        self, cursor: Cursor[Any], public_keys: dict[bytes, bytes], since: Seal | None, head: int
    ) -> None:
        """Read by `cursor`; `head` is the position of the last event of the log."""
        self._cursor = cursor
        self._public_keys = public_keys
        self._head = head
        self.last = since
        self.count = 0
        self.without_commands = 0
        self.findings: list[Finding] = []
        self.more_findings = 0
        self.key_ids: dict[bytes, None] = {}

    def stretches(self) -> Iterator[Stretch]:
        """Yield the stretches up to the end of the log, the unsealed rest as the last."""
        begins = self.last
        held: list[Seal] = []
        for seal in self._seals():
            if not self._fits(seal):
                continue
            held.append(seal)
            if seal.events - (begins.events if begins else 0) >= STRETCH_EVENTS:
                yield _stretch(begins, held, seal.position)
                begins, held = seal, []
        yield _stretch(begins, held, self._head)

    def _seals(self) -> Iterator[Seal]:
        number = self.last.number if self.last else BEFORE_ALL
        while True:
            found = self._cursor.execute(_SEALS, (number, _AT_ONCE)).fetchall()
            yield from map(seal_of, found)
            if len(found) < _AT_ONCE:
                return
            number = found[-1][0]

    def _fits(self, seal: Seal) -> bool:
        """Compare a seal with the one before it; return whether the log can be compared with it."""
        last = self.last
        self.count += 1
        self.without_commands += seal.beside is None
        self.key_ids[seal.key_id] = None
        number = last.number + 1 if last else 1
        if seal.number != number:
            gone = str(number) if seal.number <= number + 1 else f"{number} to {seal.number - 1}"
            self._find(Fault.SEAL, f"seal {gone} is missing", seal)
        elif seal.before != (last.digest() if last else ZEROS):
            self._find(Fault.SEAL, "the seal before it is not the one that it names", seal)
        self.last = seal
        is_later = last is None or (seal.position >= last.position and seal.events >= last.events)
        if is_later and seal.position <= self._head:
            return True
        if not is_later:
            self._find(Fault.SEAL, "it stands before the seal before it", seal)
        else:
            self._find(
                Fault.CUT,
                f"the log ends at position {self._head}, and was sealed up to {seal.position}: its end was cut off",
                seal,
            )
        public_key = self._public_keys.get(seal.key_id)
        if public_key is None or not is_signed(seal.message(), seal.signature, public_key):
            self._find(Fault.SEAL, "it is not signed by a known key: the seal was changed", seal)
        if not is_later:
            self.last = last
        return False

    def _find(self, fault: Fault, what: str, seal: Seal) -> None:
        if len(self.findings) < MOST:
            self.findings.append(
                Finding(fault=fault, what=what, position=seal.position, seal=seal.number)
            )
        else:
            self.more_findings += 1


def public_keys(cursor: Cursor[Any]) -> tuple[dict[bytes, bytes], list[Finding]]:
    """Return the public keys by their ids, and those whose id is not theirs as findings."""
    known: dict[bytes, bytes] = {}
    findings = []
    for key_id, public_key in cursor.execute("SELECT key_id, public_key FROM signing_keys"):
        if key_id_of(bytes(public_key)) == bytes(key_id):
            known[bytes(key_id)] = bytes(public_key)
        else:
            what = f"signing_keys: {bytes(key_id).hex()[:16]}… is not the id of its public key"
            findings.append(Finding(fault=Fault.KEY, what=what))
    return known, findings


def _stretch(begins: Seal | None, seals: list[Seal], until: int) -> Stretch:
    return Stretch(
        after=begins.position if begins else BEFORE_ALL,
        until=until,
        chain=begins.chain if begins else ZEROS,
        events=begins.events if begins else 0,
        refusals=begins.beside.refusals if begins and begins.beside else 0,
        seals=tuple(seals),
    )

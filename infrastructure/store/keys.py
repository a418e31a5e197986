"""Keys: one for each person, wrapped by the master key; and stream ids that disclose nothing.

Destroying a person's key is erasure: the events stay, the person is gone from them.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from threading import Lock
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ...domain.errors import InvalidInput
from ..database import Database
from .wrapping import NONCE_BYTES, unwrap, wrap

KEY_BYTES = 32
CACHED_KEYS = 10_000
ROTATED_AT_ONCE = 1_000
MASTER, IDENTITY = "TAIZHANG_MASTER_KEY", "TAIZHANG_IDENTITY_KEY"
GENERATIONS_AT_ONCE = 4
"""Ids of one number that are looked up together: most numbers are in their first generation."""
REMEMBERED_SECONDS = 60.0
"""How long a process goes on with a person's key that was destroyed by another one."""


def check_keys(
    database: Database,
    master_key: bytes,
    identity_key: bytes,
    former_master_key: bytes | None = None,
) -> None:
    """Make sure that the database was never used with other keys.

    While the master key is rotated, the former one may be the one that it was used with.
    Raises InvalidInput.
    """
    for name, *keys in ((MASTER, master_key, former_master_key), (IDENTITY, identity_key)):
        fingerprints = [fingerprint_of(name, key) for key in keys if key is not None]
        with database.use() as connection:
            connection.execute(
                "INSERT INTO key_checks (name, fingerprint) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                (name, fingerprints[0]),
            )
            known = connection.execute(
                "SELECT fingerprint FROM key_checks WHERE name = %s", (name,)
            ).fetchone()
        if known is None or bytes(known["fingerprint"]) not in fingerprints:
            raise InvalidInput(f"{name} is not the key that this database was used with")


def fingerprint_of(name: str, key: bytes) -> bytes:
    """Return what tells one key from another and gives neither away."""
    return hmac.digest(key, f"check:{name}".encode(), sha256)


def nobody_erased(ids: Sequence[UUID]) -> Collection[UUID]:
    """Return which of these persons were erased, where there is no log to ask: none."""
    return ()


class StreamIds:
    """Derives the ids of streams and persons by a keyed hash.

    The same number always gives the same id, so that one person cannot have two ledgers; without
    the key nobody finds the number for an id. Once the person of an id was erased, the number gives
    the id of the next generation: who comes back begins anew, and nothing stored joins the two.
    """

    def __init__(
        self,
        identity_key: bytes,
        erased: Callable[[Sequence[UUID]], Collection[UUID]] = nobody_erased,
    ) -> None:
        """Keep the permanent identity key, and ask `erased` which of some ids were erased."""
        self._key = identity_key
        self._erased = erased

    def employer(self, credit_code: str) -> UUID:
        """Return the stream of an employer's ledger."""
        return self._derive("employer", credit_code)

    def person(self, number: str, kind: str = "", country: str = "") -> UUID:
        """Return the id of a person who was not erased: by the citizen identity number, or by another document."""
        stated = f"{kind}:{country}:{number}" if kind else number
        first = 0
        while True:
            ids = [
                self._derive(f"person/{generation}" if generation else "person", stated)
                for generation in range(first, first + GENERATIONS_AT_ONCE)
            ]
            erased = self._erased(ids)
            for person_id in ids:
                if person_id not in erased:
                    return person_id
            first += GENERATIONS_AT_ONCE

    def fingerprint(self, content: bytes) -> bytes:
        """Return a digest that tells two contents apart and cannot be tried out without the key."""
        return hmac.digest(self._key, b"command:" + content, sha256)

    def _derive(self, purpose: str, number: str) -> UUID:
        digest = hmac.digest(self._key, f"{purpose}:{number}".encode(), sha256)
        return UUID(bytes=digest[:16], version=4)


class KeyRing:
    """The keys of persons: made on first use, unwrapped when needed, gone once destroyed."""

    def __init__(
        self,
        database: Database,
        master_key: bytes,
        now: Callable[[], datetime],
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
        *,
        former_master_key: bytes | None = None,
    ) -> None:
        """Keep the master key that wraps the keys of persons, and the one before while it is rotated."""
        self._database = database
        self._master_keys = [master_key, *([former_master_key] if former_master_key else [])]
        self._masters = [AESGCM(key) for key in self._master_keys]
        self._now = now
        self._random = random_bytes
        self._known: OrderedDict[UUID, tuple[AESGCM, float]] = OrderedDict()
        self._lock = Lock()

    def encrypt(self, subject_id: UUID, place: str, text: str) -> bytes:
        """Encrypt a personal value; `place` (stream, version, field) cannot be exchanged afterwards.

        Raises InvalidInput when the person was erased: nothing new is recorded of them.
        """
        key = self._key(subject_id, create=True)
        if key is None:
            raise InvalidInput("the data of this person were erased: nothing new can be recorded")
        nonce = self._random(NONCE_BYTES)
        return nonce + key.encrypt(nonce, text.encode(), place.encode())

    def decrypt(self, subject_id: UUID, place: str, secret: bytes) -> str | None:
        """Return a personal value, None when the person's key was destroyed.

        Raises InvalidInput when the value was tampered with or moved from its place.
        """
        key = self._key(subject_id, create=False)
        if key is None:
            return None
        try:
            return key.decrypt(secret[:NONCE_BYTES], secret[NONCE_BYTES:], place.encode()).decode()
        except InvalidTag as error:
            raise InvalidInput(f"a personal field was altered: {place}") from error

    def take(self, subject_id: UUID, wrapped: bytes) -> None:
        """Take a person's key as the table holds it, read along with what it opens."""
        now = time.monotonic()
        with self._lock:
            known = self._known.get(subject_id)
        if known is None or now - known[1] >= REMEMBERED_SECONDS:
            self._remember(subject_id, wrapped, now)

    def fetch(self, subject_ids: Iterable[UUID]) -> None:
        """Read the keys of many persons at once, so that decrypting need not ask for each."""
        now = time.monotonic()
        with self._lock:
            wanted = [
                subject_id
                for subject_id in set(subject_ids)
                if (known := self._known.get(subject_id)) is None
                or now - known[1] >= REMEMBERED_SECONDS
            ]
        if not wanted:
            return
        rows = self._database.patiently(
            lambda connection: connection.execute(
                "SELECT subject_id, wrapped FROM personal_keys "
                "WHERE subject_id = ANY(%s) AND wrapped IS NOT NULL",
                (wanted,),
            ).fetchall()
        )
        for row in rows:
            self._remember(row["subject_id"], bytes(row["wrapped"]), now)

    def forget(self, subject_ids: Iterable[UUID]) -> None:
        """Remember these persons' keys no longer: they were destroyed with an event."""
        with self._lock:
            for subject_id in subject_ids:
                self._known.pop(subject_id, None)

    def rotate(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Wrap every person's key by the present master key; return how many were wrapped by a former one.

        The events stay as they are. It can be stopped at any time and run again: each key is wrapped by
        the one or the other, and both are tried for it. At the end the database takes the present
        master key for its own.

        Raises InvalidInput for a key that no master key given opens.
        """
        counted = self._database.patiently(
            lambda connection: connection.execute(
                "SELECT count(*) AS total FROM personal_keys WHERE wrapped IS NOT NULL"
            ).fetchone()
        )
        total = int(counted["total"]) if counted else 0
        done = changed = 0
        last: UUID | None = None
        while True:
            seen, wrapped_anew = self._rotate_some(last)
            if not seen:
                break
            last, done, changed = seen[-1], done + len(seen), changed + wrapped_anew
            if progress is not None:
                progress(done, total)
        with self._database.use() as connection:
            connection.execute(
                "UPDATE key_checks SET fingerprint = %s WHERE name = %s",
                (fingerprint_of(MASTER, self._master_keys[0]), MASTER),
            )
        return changed

    def _rotate_some(self, after: UUID | None) -> tuple[list[UUID], int]:
        """Go on with the next keys in the order of their ids, in one transaction."""
        with self._database.use() as connection, connection.transaction():
            rows = connection.execute(
                "SELECT subject_id, wrapped FROM personal_keys WHERE wrapped IS NOT NULL "
                "AND (%(after)s::uuid IS NULL OR subject_id > %(after)s) "
                "ORDER BY subject_id LIMIT %(limit)s FOR UPDATE",
                {"after": after, "limit": ROTATED_AT_ONCE},
            ).fetchall()
            fresh = []
            for row in rows:
                subject_id, wrapped = row["subject_id"], bytes(row["wrapped"])
                key, opened_by = self._unwrap(subject_id, wrapped)
                if opened_by > 0:
                    fresh.append((self._wrap(subject_id, key), subject_id))
            if fresh:
                with connection.cursor() as cursor:
                    cursor.executemany(
                        "UPDATE personal_keys SET wrapped = %s WHERE subject_id = %s", fresh
                    )
        return [row["subject_id"] for row in rows], len(fresh)

    def _wrap(self, subject_id: UUID, key: bytes) -> bytes:
        return wrap(self._masters[0], self._random(NONCE_BYTES), subject_id, key)

    def _unwrap(self, subject_id: UUID, wrapped: bytes) -> tuple[bytes, int]:
        """Return a person's key, and which master key opened it: 0 is the present one."""
        if (opened := unwrap(self._masters, subject_id.bytes, wrapped)) is not None:
            return opened
        raise InvalidInput(
            "TAIZHANG_MASTER_KEY is not the key that this database was used with"
            " (while it is rotated, TAIZHANG_FORMER_MASTER_KEY names the one before)"
        )

    @property
    def master_keys(self) -> tuple[bytes, ...]:
        """The present master key, and the one before while it is rotated: for who verifies all keys."""
        return tuple(self._master_keys)

    def _key(self, subject_id: UUID, *, create: bool) -> AESGCM | None:
        now = time.monotonic()
        with self._lock:
            known = self._known.get(subject_id)
            if known is not None and now - known[1] < REMEMBERED_SECONDS:
                self._known.move_to_end(subject_id)
                return known[0]
        wrapped = self._find(subject_id) or (self._make(subject_id) if create else None)
        return None if wrapped is None else self._remember(subject_id, wrapped, now)

    def _remember(self, subject_id: UUID, wrapped: bytes, now: float) -> AESGCM:
        key = AESGCM(self._unwrap(subject_id, wrapped)[0])
        with self._lock:
            self._known[subject_id] = key, now
            while len(self._known) > CACHED_KEYS:
                self._known.popitem(last=False)
        return key

    def _find(self, subject_id: UUID) -> bytes | None:
        row = self._database.patiently(
            lambda connection: connection.execute(
                "SELECT wrapped FROM personal_keys WHERE subject_id = %s", (subject_id,)
            ).fetchone()
        )
        return None if row is None or row["wrapped"] is None else bytes(row["wrapped"])

    def _make(self, subject_id: UUID) -> bytes | None:
        wrapped = self._wrap(subject_id, self._random(KEY_BYTES))
        # Of two makers at once the first one's key stands; a tombstone stays a tombstone.
        self._database.patiently(
            lambda connection: connection.execute(
                "INSERT INTO personal_keys (subject_id, wrapped, created_at) VALUES (%s, %s, %s) "
                "ON CONFLICT DO NOTHING",
                (subject_id, wrapped, self._now()),
            )
        )
        return self._find(subject_id)

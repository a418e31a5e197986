"""Keys: one for each person, wrapped by the master key; and stream ids that disclose nothing.

Destroying a person's key is erasure: the events stay, the person is gone from them.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import sha256
from threading import Lock
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..domain.errors import InvalidInput
from .database import Database

NONCE_BYTES = 12
CACHED_KEYS = 10_000
REMEMBERED_SECONDS = 60.0
"""How long a process goes on with a person's key that was destroyed by another one."""


def check_keys(database: Database, master_key: bytes, identity_key: bytes) -> None:
    """Make sure that the database was never used with other keys. Raises InvalidInput."""
    for name, key in (("TAIZHANG_MASTER_KEY", master_key), ("TAIZHANG_IDENTITY_KEY", identity_key)):
        fingerprint = hmac.digest(key, f"check:{name}".encode(), sha256)
        with database.use() as connection:
            connection.execute(
                "INSERT INTO key_checks (name, fingerprint) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                (name, fingerprint),
            )
            known = connection.execute(
                "SELECT fingerprint FROM key_checks WHERE name = %s", (name,)
            ).fetchone()
        if known is None or bytes(known["fingerprint"]) != fingerprint:
            raise InvalidInput(f"{name} is not the key that this database was used with")


class StreamIds:
    """Derives the ids of streams and persons by a keyed hash.

    The same number always gives the same id, so that one person cannot have two ledgers; without
    the key nobody finds the number for an id.
    """

    def __init__(self, identity_key: bytes) -> None:
        """Keep the permanent identity key."""
        self._key = identity_key

    def employer(self, credit_code: str) -> UUID:
        """Return the stream of an employer's ledger."""
        return self._derive("employer", credit_code)

    def person(self, number: str, kind: str = "", country: str = "") -> UUID:
        """Return the id of a person: by the citizen identity number, or by another document."""
        return self._derive("person", f"{kind}:{country}:{number}" if kind else number)

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
    ) -> None:
        """Keep the master key that wraps the keys of persons."""
        self._database = database
        self._master = AESGCM(master_key)
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

    def destroy(self, subject_id: UUID) -> bool:
        """Destroy a person's key for ever; return whether there was one."""
        with self._database.use() as connection:
            done = connection.execute(
                "UPDATE personal_keys SET wrapped = NULL, destroyed_at = %s "
                "WHERE subject_id = %s AND wrapped IS NOT NULL",
                (self._now(), subject_id),
            )
        with self._lock:
            self._known.pop(subject_id, None)
        return done.rowcount == 1

    def unwraps(self, subject_id: UUID, wrapped: bytes) -> bool:
        """Say whether a person's key is one that was wrapped for this person by the master key."""
        try:
            self._master.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], subject_id.bytes)
        except (InvalidTag, ValueError):
            return False
        return True

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
        try:
            key = AESGCM(
                self._master.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], subject_id.bytes)
            )
        except InvalidTag as error:
            raise InvalidInput(
                "TAIZHANG_MASTER_KEY is not the key that this database was used with"
            ) from error
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
        nonce = self._random(NONCE_BYTES)
        fresh = AESGCM.generate_key(bit_length=256)
        wrapped = nonce + self._master.encrypt(nonce, fresh, subject_id.bytes)
        # Of two makers at once the first one's key stands; a tombstone stays a tombstone.
        self._database.patiently(
            lambda connection: connection.execute(
                "INSERT INTO personal_keys (subject_id, wrapped, created_at) VALUES (%s, %s, %s) "
                "ON CONFLICT DO NOTHING",
                (subject_id, wrapped, self._now()),
            )
        )
        return self._find(subject_id)

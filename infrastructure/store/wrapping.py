"""The key of a person, wrapped by the master key: what stands in `personal_keys`."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


def wrap(master: AESGCM, nonce: bytes, subject_id: UUID, key: bytes) -> bytes:
    """Return a person's key, wrapped for that person alone."""
    return nonce + master.encrypt(nonce, key, subject_id.bytes)


def unwrap(masters: Sequence[AESGCM], subject: bytes, wrapped: bytes) -> tuple[bytes, int] | None:
    """Return the key of the person with this id, and which master key opened it; None where none does."""
    for place, master in enumerate(masters):
        try:
            return master.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], subject), place
        except (InvalidTag, ValueError):
            continue
    return None

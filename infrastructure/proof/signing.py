"""The key that signs seals, and the public keys by which they are verified for ever."""

from __future__ import annotations

from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


class SigningKey:
    """An Ed25519 key, made of its 32 secret bytes."""

    def __init__(self, secret: bytes) -> None:
        """Keep the key."""
        self._key = Ed25519PrivateKey.from_private_bytes(secret)
        self.public_key = self._key.public_key().public_bytes_raw()
        self.key_id = key_id_of(self.public_key)

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message, the same each time."""
        return self._key.sign(message)


def key_id_of(public_key: bytes) -> bytes:
    """Return the id of a public key: its SHA-256."""
    return sha256(public_key).digest()


def is_signed(message: bytes, signature: bytes, public_key: bytes) -> bool:
    """Say whether the holder of a key signed a message."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True

"""Settings, from arguments or from the environment (``TAIZHANG_…``)."""

from __future__ import annotations

import base64
import binascii
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from ..domain.errors import InvalidInput

KEY_BYTES = 32


def _check_key(secret: SecretStr | None) -> SecretStr | None:
    if secret is not None:
        decode_key(secret)
    return secret


def decode_key(secret: SecretStr) -> bytes:
    """Return the 32 bytes of a key given in base64. Raises ValueError for anything else."""
    try:
        key = base64.b64decode(secret.get_secret_value(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(
            "a key is 32 random bytes in base64: `taizhang keys new` makes one"
        ) from error
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key is {KEY_BYTES} bytes in base64, this has {len(key)}")
    return key


Key = Annotated[SecretStr | None, AfterValidator(_check_key)]


class Settings(BaseSettings):
    """What an operator decides.

    Without `database_url` a private PostgreSQL is started from the `embedded` extra, with its data
    and generated keys in `data_dir`. With one, master and identity key must be given: they are secrets
    that belong to the operator, are kept apart from the database, and are lost for ever when lost.
    """

    model_config = SettingsConfigDict(
        env_prefix="TAIZHANG_", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    database_url: SecretStr | None = None
    schema_name: str = Field(default="taizhang", pattern=r"^[a-z][a-z0-9_]{0,30}$")
    data_dir: Path = Path(".taizhang")
    master_key: Key = None
    """Wraps the key of each person. 32 bytes, base64."""
    former_master_key: Key = None
    """The master key before the present one, while `taizhang keys rotate` is under way."""
    identity_key: Key = None
    """Derives stream ids from identity numbers and credit codes. Permanent. 32 bytes, base64."""
    sealing_key: Key = None
    """Signs the seals over the log (Ed25519). Only who seals needs it. May be replaced. 32 bytes, base64."""
    pool_size: int = Field(default=8, ge=1, le=200)
    cached_ledgers: int = Field(default=4096, ge=0)
    retry_seconds: float = Field(default=30.0, ge=0)
    """How long a command waits for a database that is away before it gives up."""
    calendar_file: Path | None = None
    """Years of working days beyond those the calendar knows: lines of date,is_workday[,name]."""
    jobs_poll_seconds: float = Field(default=30.0, ge=0.1, le=3600)
    """How often `serve-jobs` looks for what is due."""
    jobs_begin_on: date | None = None
    """Jobs have nothing to do before this day. Left out: since each agency was founded and entered."""
    jobs_retry_seconds: float = Field(default=60.0, ge=0, le=3600)
    """The wait before the second try of a run that failed; each later one is twice as long."""
    jobs_late_minutes: float = Field(default=60.0, ge=0)
    """A run that is not done so long after it was due counts as late."""
    log_level: str = "INFO"
    log_json: bool = True

    @classmethod
    def read(cls, **options: Any) -> Self:
        """Return the settings of the environment and `options`. Raises InvalidInput, naming the first bad one."""
        try:
            return cls(**options)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            name = "TAIZHANG_" + "_".join(map(str, first["loc"])).upper()
            raise InvalidInput(first["msg"], field=name) from error

    def required_keys(self) -> tuple[bytes, bytes]:
        """Return master key and identity key. Raises InvalidInput, saying what to set."""
        if self.master_key is None or self.identity_key is None:
            raise InvalidInput(
                "TAIZHANG_MASTER_KEY and TAIZHANG_IDENTITY_KEY must be set beside TAIZHANG_DATABASE_URL; "
                "`taizhang keys new` makes a key"
            )
        return decode_key(self.master_key), decode_key(self.identity_key)

    def signing_key(self) -> bytes | None:
        """Return the key that signs seals, None where none is set."""
        return None if self.sealing_key is None else decode_key(self.sealing_key)

    def former_key(self) -> bytes | None:
        """Return the former master key, None where none is set."""
        return None if self.former_master_key is None else decode_key(self.former_master_key)

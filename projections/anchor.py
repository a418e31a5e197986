"""The anchor of a report: where the chain of the log stood, so that what is printed holds the log to it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Anchor(BaseModel):
    """The chain of the log at a position, and the seal that is signed over it (docs/proof.md).

    Nobody can change what the log held up to there without the chain there becoming another. `number` and
    `key_id` are those of the seal; None where the log was not sealed that far.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    position: int
    chain: str
    number: int | None
    key_id: str | None

    @property
    def text(self) -> str:
        """The anchor as `taizhang verify --anchor` takes it."""
        return f"{self.position}:{self.chain}"

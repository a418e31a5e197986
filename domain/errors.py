"""What can go wrong, as an integrator sees it: one base class, each message one that a clerk can act on."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel


class ErrorDetail(BaseModel):
    """An error as it goes over a wire."""

    code: str
    message: str
    rule: str | None = None
    field: str | None = None


class TaizhangError(Exception):
    """Base of every error that the package raises on purpose."""

    code: ClassVar[str] = "error"

    def detail(self) -> ErrorDetail:
        """Return the error as data, for a wire or a log."""
        return ErrorDetail(code=self.code, message=str(self))


class RuleBroken(TaizhangError):
    """A command would break a rule of the regulation: it is refused and nothing is recorded."""

    code = "rule_broken"

    def __init__(self, rule_id: str, reason: str) -> None:
        super().__init__(f"rule {rule_id}: {reason}")
        self.rule_id = rule_id
        self.reason = reason

    def detail(self) -> ErrorDetail:
        """Return the error as data, with the rule that was broken."""
        return ErrorDetail(code=self.code, message=self.reason, rule=self.rule_id)


class InvalidInput(TaizhangError):
    """The data of a command or query make no sense; `field` says which, where one can be named."""

    code = "invalid_input"

    def __init__(self, reason: str, *, field: str | None = None) -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.reason = reason
        self.field = field

    def detail(self) -> ErrorDetail:
        """Return the error as data, with the field at fault."""
        return ErrorDetail(code=self.code, message=self.reason, field=self.field)


class NotFound(InvalidInput):
    """What a command or query names does not exist."""

    code = "not_found"


class NotAuthorised(TaizhangError):
    """The person or the agency has no power to do or see this; `rule_id` says by which rule, if any."""

    code = "not_authorised"

    def __init__(self, reason: str, *, rule_id: str | None = None) -> None:
        super().__init__(f"rule {rule_id}: {reason}" if rule_id else reason)
        self.reason = reason
        self.rule_id = rule_id

    def detail(self) -> ErrorDetail:
        """Return the error as data, with the rule that withholds the power."""
        return ErrorDetail(code=self.code, message=self.reason, rule=self.rule_id)


class Conflict(TaizhangError):
    """Somebody else changed the same record again and again meanwhile: try once more."""

    code = "conflict"


class Unavailable(TaizhangError):
    """The database did not answer in the time allowed; nothing is known to be lost: repeat the same command."""

    code = "unavailable"


class TooEarly(TaizhangError):
    """A query asked to see a log position that the read models have not reached in the time allowed."""

    code = "too_early"

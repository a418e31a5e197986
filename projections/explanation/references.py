"""References: the one string by which a duty, a finding or a figure in a notice is asked for."""

from __future__ import annotations

from typing import Final, NamedTuple
from uuid import UUID

from ...domain.errors import InvalidInput

FORMS: Final = (
    "duty:DUTY_KEY:SUBJECT_ID:AROSE_POSITION[:TURN]",
    "finding:NOTICE_ID:N",
    "finding:CHECK_ID:ITEM_NO:RULE",
    "figure:NOTICE_ID:PATH",
)
"""What a reference looks like."""


class DutyReference(NamedTuple):
    """A duty by its identity: key, subject, the log position where it arose, and its turn."""

    duty: str
    subject_id: UUID
    arose_position: int
    turn: int = 0


class NoticeFindingReference(NamedTuple):
    """The n-th problem of a notice, in the order of its JSON, from 1."""

    notice_id: str
    number: int


class CheckFindingReference(NamedTuple):
    """What was found in an item of a spot-check under a rule, or under one key of the item's findings."""

    check_id: UUID
    item_no: int
    rule: str


class FigureReference(NamedTuple):
    """A figure of a notice, by its path into the notice's JSON."""

    notice_id: str
    path: str


Reference = DutyReference | NoticeFindingReference | CheckFindingReference | FigureReference


def parse_reference(text: str) -> Reference:
    """Read a reference. Raises InvalidInput, saying which forms there are."""
    form, _, rest = text.strip().partition(":")
    parts = rest.split(":")
    try:
        match form, parts:
            case "duty", [duty, subject, position] if duty:
                return DutyReference(duty, UUID(subject), _number(position, 1))
            case "duty", [duty, subject, position, turn] if duty:
                return DutyReference(duty, UUID(subject), _number(position, 1), _number(turn, 0))
            case "finding", [notice, number] if notice:
                return NoticeFindingReference(notice, _number(number, 1))
            case "finding", [check, item, rule] if rule:
                return CheckFindingReference(UUID(check), _number(item, 1), rule)
            case "figure", [notice, path] if notice and path:
                return FigureReference(notice, path)
    except ValueError as error:
        raise _unread(text, f": {error}") from error
    raise _unread(text)


def _number(text: str, least: int) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) < least:
        raise ValueError(f"{text!r} is no number from {least} on")
    return int(text)


def _unread(text: str, why: str = "") -> InvalidInput:
    return InvalidInput(
        f"{text!r} is no reference{why}; there are: {', '.join(FORMS)}", field="reference"
    )

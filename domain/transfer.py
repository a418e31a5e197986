"""The transfer of a service relation (服务关系划转), for persons and key enterprises alike.

Asked for by the person to the specialist → verified → applied for by the agency → passed upward level
by level → decided by the one with power: the lowest superior that both agencies have in common, a
district within its bounds, the city across them (Articles 23, 24 and 45). The aggregate that is
transferred has events of its own, made of what the functions here return.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .errors import InvalidInput, NotFound, RuleBroken
from .organisation.agency import AgencyLevel
from .organisation.directory import Agency, Directory


class TransferStep(StrEnum):
    """How far a transfer has come."""

    REQUESTED = "requested"
    VERIFIED = "verified"
    APPLIED = "applied"

    @property
    def label_zh(self) -> str:
        """The step as an official writes it."""
        return {"requested": "本人已提出", "verified": "专员已核实", "applied": "已上报待批"}[self]


_COMES_FIRST = {
    None: "the person asks the specialist for it first",
    TransferStep.REQUESTED: "the specialist verifies it first",
    TransferStep.VERIFIED: "the agency applies for it first",
    TransferStep.APPLIED: "it lies with the superior agency",
}


@dataclass(slots=True)
class Transfer:
    """A transfer under way: to which agency, how far it has come, with whom it lies, who decides."""

    to_agency_code: str
    requested_on: date
    step: TransferStep = TransferStep.REQUESTED
    lies_with: str = ""
    decided_by: str = ""


def approver(directory: Directory, from_code: str, to_code: str, day: date) -> Agency:
    """Return the agency with power to approve: the lowest common superior of both.

    Rules 23.3, 24, 45.1. Raises NotFound for an agency that does not exist, InvalidInput for a transfer to itself.
    """
    giving, receiving = _existing(directory, from_code, day), _existing(directory, to_code, day)
    if giving is receiving:
        raise InvalidInput("it is served by this agency already", field="to_agency_code")
    for superior in giving.line_upwards():
        if superior is not giving and receiving.is_at_or_below(superior):
            return superior
    raise InvalidInput(f"{from_code} and {to_code} have no superior in common")


def route(directory: Directory, from_code: str, to_code: str, day: date) -> tuple[str, ...]:
    """Return the codes of the agencies through which the application goes, the one that decides last."""
    giving = _existing(directory, from_code, day)
    last = approver(directory, from_code, to_code, day)
    upwards = list(giving.line_upwards())
    return tuple(agency.code_on(day) for agency in upwards[1 : upwards.index(last) + 1])


def request(
    transfer: Transfer | None,
    directory: Directory,
    from_code: str,
    to_code: str,
    day: date,
    *,
    level: AgencyLevel = AgencyLevel.SUBDISTRICT,
) -> None:
    """Check that a transfer may be asked for: none is under way, and the other agency may serve.

    Rules 23.3, 24, 45.1.
    """
    if transfer is not None:
        raise RuleBroken("24", f"a transfer to {transfer.to_agency_code} is under way already")
    approver(directory, from_code, to_code, day)
    if _existing(directory, to_code, day).level is not level:
        raise RuleBroken("23.3", f"{to_code} is no {level} agency: it cannot take the service over")


def require_step(transfer: Transfer | None, step: TransferStep, day: date) -> Transfer:
    """Return the transfer, which stands at `step`. Raises RuleBroken 24 naming what comes first."""
    if transfer is None or transfer.step is not step:
        raise RuleBroken("24", _COMES_FIRST[None if transfer is None else transfer.step])
    if day < transfer.requested_on:
        raise InvalidInput(f"it was asked for only on {transfer.requested_on}", field="occurred_on")
    return transfer


def above(directory: Directory, transfer: Transfer, from_code: str, day: date) -> str:
    """Return to whom an application is passed on. Raises RuleBroken where its holder is the one to decide."""
    way = route(directory, from_code, transfer.to_agency_code, day)
    lies_with = directory.holder(transfer.lies_with, day)
    here = lies_with.code_on(day) if lies_with else transfer.lies_with
    if here == way[-1]:
        raise RuleBroken("24", f"{here} has the power to decide: it is not passed on")
    return way[way.index(here) + 1]


def require_decider(directory: Directory, transfer: Transfer, from_code: str, day: date) -> None:
    """Make sure that the application has come to the one with power. Raises RuleBroken 24."""
    last = approver(directory, from_code, transfer.to_agency_code, day)
    if directory.holder(transfer.lies_with, day) is not last:
        raise RuleBroken(
            "24",
            f"{transfer.lies_with} has no power to decide: it is passed on to {last.code_on(day)}",
        )


def _existing(directory: Directory, code: str, day: date) -> Agency:
    agency = directory.holder(code, day)
    if agency is None or not agency.exists_on(day):
        raise NotFound(f"no agency answers for the code {code} on {day}", field="to_agency_code")
    return agency

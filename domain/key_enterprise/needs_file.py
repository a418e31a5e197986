"""The staffing needs file opened, brought up to date, and the contact at least once a quarter (Articles 46, 48)."""

from __future__ import annotations

from enum import StrEnum

from ..aggregate import Occasion, changed_by
from ..errors import InvalidInput, NotFound, RuleBroken
from ..events import Event, RecordedEvent
from .needs import StaffingNeeds, next_quarter, quarter_of
from .state import KeyEnterpriseAgreement, OfAgreement


class ContactMethod(StrEnum):
    """How the enterprise is contacted."""

    PHONE = "phone"
    VISIT = "visit"
    FRONT_DESK = "front_desk"
    ONLINE = "online"

    @property
    def label_zh(self) -> str:
        """The method as an official writes it."""
        return {
            "phone": "电话联系",
            "visit": "上门走访",
            "front_desk": "前台接待",
            "online": "网络联系",
        }[self]


# --- events -----------------------------------------------------------------------------------


class NeedsFileOpened(OfAgreement, Event, name="key_enterprise_agreement.needs_file_opened"):
    """The staffing needs file was opened."""

    content: StaffingNeeds


class NeedsFileRevised(OfAgreement, Event, name="key_enterprise_agreement.needs_file_revised"):
    """The file says this from now on, for this reason."""

    content: StaffingNeeds
    reason: str


class EnterpriseContacted(OfAgreement, Event, name="key_enterprise_agreement.contacted"):
    """The enterprise was contacted; `up_to_date` says that the file then holds the coming quarter's plan."""

    method: ContactMethod
    learnt: str
    up_to_date: bool


# --- state ------------------------------------------------------------------------------------


@changed_by(NeedsFileOpened)
def _opened(
    agreement: KeyEnterpriseAgreement, event: NeedsFileOpened, recorded: RecordedEvent
) -> None:
    agreement.needs.content = event.content
    agreement.needs.opened_on = agreement.needs.revised_on = recorded.occurred_on


@changed_by(NeedsFileRevised)
def _revised(
    agreement: KeyEnterpriseAgreement, event: NeedsFileRevised, recorded: RecordedEvent
) -> None:
    agreement.needs.content = event.content
    agreement.needs.revised_on = recorded.occurred_on
    agreement.needs.revisions += 1


@changed_by(EnterpriseContacted)
def _contacted(
    agreement: KeyEnterpriseAgreement, _: EnterpriseContacted, recorded: RecordedEvent
) -> None:
    agreement.last_contact_on = max(
        agreement.last_contact_on or recorded.occurred_on, recorded.occurred_on
    )


# --- decisions --------------------------------------------------------------------------------


def open_file(
    agreement: KeyEnterpriseAgreement, occasion: Occasion, content: StaffingNeeds
) -> list[Event]:
    """Open the file; what is not known yet of its four parts may be added.

    Rules 46, 48.1.
    """
    agreement.require(occasion, "46")
    if agreement.needs.content is not None:
        raise InvalidInput(
            f"the file is open since {agreement.needs.opened_on}: revise it, with the reason"
        )
    _require_plan(content, occasion)
    return [NeedsFileOpened(**agreement.whose, content=content)]


def revise_file(
    agreement: KeyEnterpriseAgreement, occasion: Occasion, content: StaffingNeeds, reason: str
) -> list[Event]:
    """Bring the file up to date, with the reason; nothing where it says so already.

    Rules 48.1, 48.2.
    """
    agreement.require(occasion, "48.2")
    if agreement.needs.content is None:
        raise NotFound("there is no needs file yet: open it first")
    if not reason.strip():
        raise InvalidInput("say why the file changes", field="reason")
    if content == agreement.needs.content:
        return []
    since = agreement.needs.revised_on
    if since is not None and occasion.occurred_on < since:
        raise InvalidInput(
            f"the file was revised on {since}: what was learnt before does not replace that",
            field="content",
        )
    _require_plan(content, occasion)
    return [NeedsFileRevised(**agreement.whose, content=content, reason=reason)]


def contact(
    agreement: KeyEnterpriseAgreement,
    occasion: Occasion,
    method: ContactMethod,
    learnt: str,
    content: StaffingNeeds | None,
) -> list[Event]:
    """Record a contact, with the file as it is brought up to date (None: nothing in it changes).

    The quarter's contact is made once the file holds the plan of the coming quarter.

    Rule 48.2.
    """
    agreement.require(occasion, "48.2")
    if not learnt.strip():
        raise InvalidInput("say what the contact learnt", field="learnt")
    changed: list[Event] = []
    if content is not None and agreement.needs.content is None:
        changed = open_file(agreement, occasion, content)
    elif content is not None:
        changed = revise_file(agreement, occasion, content, f"定期联系：{method.label_zh}")
    present = agreement.needs.content if content is None else content
    plan = None if present is None else present.plan
    up_to_date = plan is not None and plan.begins_on >= next_quarter(occasion.occurred_on)
    said = EnterpriseContacted(
        **agreement.whose, method=method, learnt=learnt, up_to_date=up_to_date
    )
    return [*changed, said]


def _require_plan(content: StaffingNeeds, occasion: Occasion) -> None:
    if content.plan is None:
        return
    day, begins_on = occasion.occurred_on, content.plan.begins_on
    if begins_on != quarter_of(begins_on):
        raise InvalidInput(
            f"{begins_on} does not begin a quarter: {quarter_of(begins_on)} does", field="begins_on"
        )
    if begins_on not in (quarter_of(day), next_quarter(day)):
        raise RuleBroken(
            "48.1",
            f"the hiring plan is for the quarter that begins on {begins_on}: on {day} it is "
            f"that of the coming quarter, which begins on {next_quarter(day)}",
        )

"""given / when / then for key enterprises: commands carried out on a log in memory, duties folded from it."""

from __future__ import annotations

from datetime import date
from typing import Any, Self, TypeVar
from uuid import UUID, uuid4

import pytest

from taizhang.application.commands.agreements import AgreementCommand
from taizhang.application.commands.catalogues import LoadRestrictedIndustries
from taizhang.application.commands.key_enterprise_course import SignEnterpriseAgreement
from taizhang.application.commands.key_enterprises import (
    ContactKeyEnterprise,
    FollowUpKeyEnterprise,
    FormSupportTeam,
    GuideKeyEnterprise,
)
from taizhang.domain.duties import key_enterprises
from taizhang.domain.employer.ledger import EmployerLedger
from taizhang.domain.key_enterprise.agreements import KeyEnterpriseAgreement
from taizhang.domain.key_enterprise.needs import (
    Basics,
    Post,
    QuarterPlan,
    StaffingNeeds,
    Workforce,
    next_quarter,
)
from taizhang.domain.key_enterprise.state import agreement_stream
from taizhang.domain.organisation.powers import Actor
from taizhang.domain.organisation.staff import Role
from taizhang.projections.obligations import ObligationRow

from ..assistance.conftest import (
    CITY,
    CREDIT_CODE,
    DISTRICT,
    FAR,
    FIRST_DAY,
    HERE,
    NEXT_DOOR,
    OTHER_DISTRICT,
    Desk,
    rows_of,
)
from ..assistance.memory import Ids

__all__ = [
    "CITY", "CREDIT_CODE", "DISTRICT", "FAR", "FIRST_DAY", "HERE", "NEXT_DOOR", "OTHER_DISTRICT",
    "Agreed", "Ids", "rows_of",
]  # fmt: skip

DUTIES = {duty.key for duty in key_enterprises.DUTIES}
C = TypeVar("C", bound=AgreementCommand)


class Agreed(Desk):
    """A key enterprise at a subdistrict of the assistance desk's city, with its catalogues loaded."""

    def _set_up(self) -> None:
        super()._set_up()
        for code in (HERE, NEXT_DOOR, FAR):
            for role in (Role.INFORMATION_ANALYST, Role.SERVICE_STAFF):
                self._employ(f"{role}-{code}", code, role, date(2019, 1, 1))
        for code in (DISTRICT, OTHER_DISTRICT):
            self._employ(f"head-{code}", code, Role.SUPERVISOR, date(2019, 1, 1))

    # --- given ---

    def restricted(
        self, *codes: str, area: str = CITY, edition: str = "2018", **conditions: str
    ) -> Self:
        """Load an edition in force from the start of 2019, in which these codes are listed."""
        entries = [{"industry_code": code} for code in codes]
        entries += [
            {"industry_code": code[1:], "conditions": text} for code, text in conditions.items()
        ]
        before, self.actor = self.actor, Actor.system(area)
        self.done(
            LoadRestrictedIndustries(
                area_code=area,
                edition=edition,
                in_force_from=date(2019, 1, 1),
                entries=tuple(entries),
            )
        )
        self.actor = before
        return self

    def listed(self) -> Self:
        """Give the enterprise its ledger, registered, and the city its catalogue."""
        self.vacancy_id = self.vacancy()
        return self.restricted("51", "2110")

    def agreed(self, **changes: Any) -> Self:
        return self.listed().done(self.sign(**changes))

    def served(self) -> Self:
        """Sign, form the team and open a complete file."""
        self.agreed()
        self.done(self.of(FormSupportTeam, members=self.team()))
        return self.done(
            self.of(ContactKeyEnterprise, method="visit", learnt="走访", content=self.needs())
        )

    # --- when ---

    def sign(self, number: int = 1, **changes: Any) -> SignEnterpriseAgreement:
        self.number = number
        agency = self.actor.agency_code
        fields: dict[str, Any] = {
            "credit_code": CREDIT_CODE,
            "number": number,
            "specialist_id": f"specialist-{agency}",
            "place": "operating",
            "registered_area": DISTRICT,
            "operating_area": agency,
            "industry_code": "I6513",
            "valid_until": date(2026, 12, 31),
        }
        return SignEnterpriseAgreement(**{**fields, **changes})

    def team(self) -> tuple[dict[str, str], ...]:
        agency = self.actor.agency_code
        return (
            {"staff_id": f"information_analyst-{agency}", "role": "information_analyst"},
            {"staff_id": f"service_staff-{agency}", "role": "employment_service"},
        )

    def needs(self, **changes: Any) -> StaffingNeeds:
        """Return a complete content, with the plan of the quarter to come."""
        complete = StaffingNeeds(
            basics=Basics(
                nature="有限责任公司", industry="软件开发", economic_type="私营", size="中型"
            ),
            workforce=Workforce(employees=320, joined=12, left=9),
            plan=QuarterPlan(
                begins_on=next_quarter(self.day), posts=(Post(title="测试工程师", headcount=3),)
            ),
            other="每季度组织一次校园招聘",
        )
        return complete.model_copy(update=changes)

    def contact(self, **fields: Any) -> Any:
        told: dict[str, Any] = {"method": "phone", "learnt": "用工平稳", **fields}
        return self.of(ContactKeyEnterprise, **told)

    def guided(self) -> UUID:
        guidance_id = uuid4()
        self.done(
            self.of(
                GuideKeyEnterprise,
                guidance_id=guidance_id,
                guidance="specialised",
                about="岗位描述",
                advice="完善任职条件",
            )
        )
        return guidance_id

    def follow_up(self, about_id: UUID, **fields: Any) -> Any:
        told: dict[str, Any] = {"method": "phone", "learnt": "已了解", **fields}
        return self.of(FollowUpKeyEnterprise, follow_up_id=uuid4(), about_id=about_id, **told)

    @property
    def agreement_id(self) -> UUID:
        return agreement_stream(Ids().employer(CREDIT_CODE), self.number)

    def of(self, command: type[Any], **fields: Any) -> Any:
        """Return a command about the present agreement."""
        return command(agreement_id=self.agreement_id, **fields)

    # --- then ---

    @property
    def agreement(self) -> KeyEnterpriseAgreement:
        return KeyEnterpriseAgreement.replay(self.store.history(self.agreement_id))

    @property
    def employer(self) -> EmployerLedger:
        return EmployerLedger.replay(self.store.history(Ids().employer(CREDIT_CODE)))

    def open(self, duty: str = "", position: int | None = None) -> list[ObligationRow]:
        """Return the open duties to the enterprise whose time has come."""
        return [
            row
            for row in self.rows(position)
            if row.outcome == "open"
            and row.duty in DUTIES
            and row.opens_on <= self.day
            and duty in ("", row.duty)
        ]


@pytest.fixture
def desk() -> Agreed:
    return Agreed()

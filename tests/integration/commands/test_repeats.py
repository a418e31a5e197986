"""Commands repeated: nothing is recorded twice, whoever asks again."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from taizhang import (
    ArchiveVacancy,
    DraftVacancy,
    FoundAgency,
    InvalidInput,
    LapseVacancies,
    RegisterEmployer,
    RuleBroken,
    VerifyLicence,
    WithdrawVacancy,
)
from taizhang.domain.employer.papers import LicenceKind
from taizhang.domain.employer.vacancy import WithdrawalReason
from taizhang.domain.organisation.agency import AgencyLevel

from .conftest import DISTRICT, basics, opening

if TYPE_CHECKING:
    from ..conftest import World


class TestRepeats:
    def test_a_repeat_records_nothing_and_gives_the_first_result(self, world: World) -> None:
        command, command_id = opening(world.credit_code()), uuid4()
        first = world.do(command, command_id=command_id)
        events = world.count("stored_events")
        again = world.do(command, command_id=command_id)
        assert again == first.model_copy(update={"repeated": True})
        assert not first.repeated
        assert first.position > 0
        assert world.count("stored_events") == events
        assert world.count("refusals") == 0

    def test_it_does_so_later_and_in_another_process_whatever_has_happened_since(
        self, world: World
    ) -> None:
        code = world.register()
        content, vacancy_id, command_id = world.content, uuid4(), uuid4()
        draft = DraftVacancy(credit_code=code, vacancy_id=vacancy_id, content=content)
        first = world.do(draft, command_id=command_id)
        world.do(
            WithdrawVacancy(
                credit_code=code, vacancy_id=vacancy_id, reason=WithdrawalReason.CANCELLED
            )
        )
        world.do(ArchiveVacancy(credit_code=code, vacancy_id=vacancy_id))
        world.clock.forward(days=40)
        with world.reopen() as other:
            again = other.execute(draft, by=world.actor("clerk"), command_id=command_id)
        assert again == first.model_copy(update={"repeated": True})
        assert world.event_names(world.stream(code)).count("vacancy.drafted") == 1

    def test_a_repeat_that_would_be_accepted_anew_is_not_recorded_anew(self, world: World) -> None:
        code, command_id = world.open_ledger(), uuid4()
        first = world.do(basics(code), command_id=command_id)
        again = world.do(basics(code), command_id=command_id)
        assert again == first.model_copy(update={"repeated": True})
        assert world.event_names(world.stream(code)) == [
            "employer_ledger.opened",
            "employer_ledger.basics_changed",
        ]

    def test_a_repeat_that_would_find_nothing_to_do_gives_the_first_result(
        self, world: World
    ) -> None:
        code = world.register()
        vacancy_id = world.publish(code, valid_until=world.clock.today)
        world.clock.forward(days=1)
        command_id = uuid4()
        first = world.do(LapseVacancies(credit_code=code), command_id=command_id)
        assert first.events == ("vacancy.lapsed",)
        again = world.do(LapseVacancies(credit_code=code), command_id=command_id)
        assert again == first.model_copy(update={"repeated": True})
        assert vacancy_id is not None

    def test_a_registration_repeated_gives_the_first_result(self, world: World) -> None:
        code, command_id = world.open_ledger(), uuid4()
        world.do(
            VerifyLicence(
                credit_code=code,
                licence=LicenceKind.BUSINESS_LICENCE,
                valid_from=date(2020, 1, 1),
            )
        )
        world.do(world.agent(code))
        first = world.do(RegisterEmployer(credit_code=code), command_id=command_id)
        again = world.do(RegisterEmployer(credit_code=code), command_id=command_id)
        assert again == first.model_copy(update={"repeated": True})
        assert again.events == ("employer_ledger.registered",)

    def test_a_command_with_nothing_to_do_records_nothing(self, world: World) -> None:
        code = world.register()
        before = world.count("stored_events"), world.count("commands")
        result = world.do(RegisterEmployer(credit_code=code))
        assert (result.events, result.position, result.version) == ((), 0, 4)
        assert (world.count("stored_events"), world.count("commands")) == before

    def test_an_id_used_for_another_command_is_refused(self, world: World) -> None:
        code, command_id = world.open_ledger(), uuid4()
        world.do(basics(code), command_id=command_id)
        for other in (basics(code, "别名"), RegisterEmployer(credit_code=code)):
            with pytest.raises(InvalidInput, match="was used for another command"):
                world.do(other, command_id=command_id)
        assert world.count("stored_events") == len(world.sql("SELECT 1 FROM stored_events"))
        assert len(world.event_names(world.stream(code))) == 2

    def test_a_refused_command_may_be_tried_again_with_its_id(self, world: World) -> None:
        code, command_id = world.open_ledger(), uuid4()
        draft = DraftVacancy(credit_code=code, vacancy_id=uuid4(), content=world.content)
        with pytest.raises(RuleBroken):
            world.do(draft, command_id=command_id)
        world.do(world.agent(code))
        with pytest.raises(RuleBroken):
            world.do(draft, command_id=command_id)
        assert world.count("refusals") == 2

    def test_a_repeat_about_agencies_gives_the_first_result(self, world: World) -> None:
        found = FoundAgency(
            code="110105003",
            name="呼家楼街道",
            level=AgencyLevel.SUBDISTRICT,
            parent_code=DISTRICT,
            effective_on=world.clock.today,
        )
        command_id = uuid4()
        first = world.do(found, "administrator", command_id)
        again = world.do(found, "administrator", command_id)
        assert again == first.model_copy(update={"repeated": True})

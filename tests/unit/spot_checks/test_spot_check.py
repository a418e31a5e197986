"""The spot-check as an aggregate: each step after the one before, and by whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, Self
from uuid import UUID, uuid4

import pytest

from taizhang.domain.aggregate import Occasion
from taizhang.domain.errors import InvalidInput, NotAuthorised, NotFound, RuleBroken, TaizhangError
from taizhang.domain.events import Event, RecordedEvent
from taizhang.domain.organisation.agency import AgencyFounded, AgencyLevel, agency_stream
from taizhang.domain.organisation.directory import Directory
from taizhang.domain.organisation.powers import Actor
from taizhang.domain.organisation.staff import Role, StaffJoined, StaffMoved, staff_stream
from taizhang.domain.regulation.edition import EDITION_2018
from taizhang.domain.supervision.spot_check import closing, drawing, inspecting, planning
from taizhang.domain.supervision.spot_check.check import SpotCheck
from taizhang.domain.supervision.spot_check.drawing import DrawnItem, Mode
from taizhang.domain.supervision.spot_check.findings import Evidence, Finding, Verdict
from taizhang.domain.supervision.spot_check.frame import KeptRecord, Strata, seal
from taizhang.domain.supervision.spot_check.kinds import RecordKind
from taizhang.domain.supervision.spot_check.sample_size import sizing_of

pytestmark = pytest.mark.rule("56.1")

FOUNDED = date(2018, 8, 1)
DISTRICT, HERE, NEXT_DOOR = "110105", "110105001", "110105002"
MONTH, CUT_OFF = date(2026, 11, 1), date(2026, 11, 30)
INSPECT_BY, ANSWER_BY = date(2026, 12, 14), date(2026, 12, 17)
SEED = bytes(range(32))
STREAM = UUID(int=99)


def a_directory() -> Directory:
    directory = Directory()
    founded = (
        ("110000", None, AgencyLevel.CITY), (DISTRICT, "110000", AgencyLevel.DISTRICT),
        (HERE, DISTRICT, AgencyLevel.SUBDISTRICT), (NEXT_DOOR, DISTRICT, AgencyLevel.SUBDISTRICT),
    )  # fmt: skip
    joined = (
        ("boss", DISTRICT, Role.SUPERVISOR), ("second", DISTRICT, Role.SUPERVISOR),
        ("street", HERE, Role.SUPERVISOR), ("clerk", HERE, Role.SERVICE_STAFF),
        ("neighbour", NEXT_DOOR, Role.SERVICE_STAFF), ("moved", HERE, Role.SUPERVISOR),
    )  # fmt: skip
    events: list[tuple[Event, UUID]] = [
        (
            AgencyFounded(
                code=code, name=code, level=level, parent_code=parent, effective_on=FOUNDED
            ),
            agency_stream(code, FOUNDED),
        )
        for code, parent, level in founded
    ]
    events += [
        (
            StaffJoined(
                staff_id=staff, name="某", agency_code=code, roles=(role,), effective_on=FOUNDED
            ),
            staff_stream(staff),
        )
        for staff, code, role in joined
    ]
    moved = StaffMoved(agency_code=DISTRICT, effective_on=date(2026, 11, 20))
    events.append((moved, staff_stream("moved")))
    for position, (event, stream) in enumerate(events, 1):
        directory.apply(
            RecordedEvent(
                event, stream, 1, position, FOUNDED, datetime(2018, 8, 1, tzinfo=UTC), "system",
                "110000", uuid4(),
            )
        )  # fmt: skip
    return directory


class Story:
    """What was recorded of one check, a decision taken on it, and what came of that."""

    def __init__(self) -> None:
        self.directory = a_directory()
        self.check = SpotCheck()
        self.today = date(2026, 11, 2)
        self.actor = Actor(staff_id="boss", agency_code=DISTRICT)
        self.answer: Sequence[Event] | TaizhangError = ()

    def on(self, day: date) -> Self:
        self.today = day
        return self

    def by(self, staff: str, agency: str = DISTRICT) -> Self:
        self.actor = Actor(staff_id=staff, agency_code=agency)
        return self

    def when(self, decision: Callable[..., Sequence[Event]], *arguments: Any, **named: Any) -> Self:
        before = repr(self.check)
        occasion = Occasion(self.actor, self.today, self.today, EDITION_2018)
        try:
            self.answer = decision(self.check, occasion, *arguments, **named)
        except TaizhangError as error:
            self.answer = error
        assert repr(self.check) == before, "a decision changes nothing"
        return self

    def then(self) -> list[Event]:
        assert not isinstance(self.answer, TaizhangError), self.answer
        for event in self.answer:
            recorded = RecordedEvent(
                event, STREAM, self.check.version + 1, 0, self.today,
                datetime(2026, 12, 31, tzinfo=UTC), self.actor.staff_id, self.actor.agency_code,
                uuid4(),
            )  # fmt: skip
            self.check.apply(recorded)
        return list(self.answer)

    def then_broken(self, reason: str) -> Self:
        assert isinstance(self.answer, RuleBroken), self.answer
        assert self.answer.rule_id == "56.1"
        assert reason in self.answer.reason
        return self

    def then_refused(self, kind: type[TaizhangError], reason: str) -> Self:
        assert type(self.answer) is kind, self.answer
        assert reason in str(self.answer)
        return self

    # --- steps ---

    def plan(self, **changes: Any) -> Self:
        fields: dict[str, Any] = {
            "agency_code": DISTRICT, "kind": RecordKind.PERSONAL_LEDGERS, "month": MONTH,
            "cut_off": CUT_OFF, "inspectors": ("boss", "street"), "inspect_by": INSPECT_BY,
            "answer_by": ANSWER_BY, "seed": SEED,
        }  # fmt: skip
        return self.when(planning.plan, self.directory, **fields | changes)

    @property
    def strata(self) -> Strata:
        superior = self.directory.find(DISTRICT, CUT_OFF)
        assert superior is not None
        return Strata(self.directory, superior, CUT_OFF)

    def seal(self) -> Self:
        records = [KeptRecord(UUID(int=n), HERE if n < 3 else NEXT_DOOR) for n in range(1, 4)]
        frame = seal(records, self.strata, sizing_of(EDITION_2018))
        return self.when(drawing.seal_frame, 50, frame)

    def items(self) -> list[DrawnItem]:
        agencies = self.strata.agencies
        return [
            DrawnItem(
                number=number, record_id=UUID(int=number), stratum_id=agency.stream_id,
                stratum_code=agency.code_on(CUT_OFF), agency_code=agency.code_on(CUT_OFF),
                mode=Mode.RANDOM, reason=None, inspector="boss",
            )
            for number, agency in ((1, agencies[0]), (2, agencies[0]), (3, agencies[1]))
        ]  # fmt: skip

    def drawn(self) -> Self:
        self.plan().then()
        self.on(date(2026, 12, 1)).seal().then()
        self.when(drawing.draw, SEED, self.items()).then()
        return self

    def examined(self, *verdicts: Verdict) -> Self:
        self.drawn()
        found = tuple(
            Finding(rule="12", key=f"12/{place}", title_zh="等级", verdict=verdict,
                    evidence=(Evidence(text_zh="无依据", positions=(7,)),))
            for place, verdict in enumerate(verdicts or (Verdict.NOT_MET,))
        )  # fmt: skip
        events = tuple(
            inspecting.ItemExamined(
                number=number, record_number="x", name_of=UUID(int=number), masked_name="王**",
                findings=found, later_entries=0, examined_to=50,
            )
            for number in (1, 2, 3)
        )  # fmt: skip
        self.when(inspecting.record_examination, events).then()
        return self

    def inspect(self, number: int = 1) -> Self:
        return self.when(inspecting.inspect, self.directory, number)


@pytest.fixture
def story() -> Story:
    """Return a check of which nothing is recorded yet."""
    return Story()


class TestPlan:
    def test_it_fixes_strata_sizes_days_inspectors_and_the_commitment(self, story: Story) -> None:
        (planned,) = story.plan().then()
        assert isinstance(planned, planning.SpotCheckPlanned)
        assert [one.agency_code for one in planned.strata] == [HERE, NEXT_DOOR]
        assert planned.sizing == sizing_of(EDITION_2018)
        assert planned.commitment == (
            "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd"
        )
        assert SEED.hex() not in repr(story.check), "states are kept in clear"

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"month": date(2026, 11, 2)}, "its first day"),
            ({"cut_off": date(2026, 12, 1)}, "a day of the month"),
            ({"inspect_by": CUT_OFF}, "takes time after the cut-off"),
            ({"answer_by": date(2026, 12, 13)}, "answers after the inspection"),
            ({"seed": b"short"}, "32 bytes"),
            ({"inspectors": ()}, "name who inspects"),
            ({"agency_code": "110199"}, "no agency bears the code"),
        ],
    )
    def test_what_makes_no_sense_is_refused(
        self, story: Story, changes: dict[str, Any], reason: str
    ) -> None:
        story.plan(**changes).then_refused(InvalidInput, reason)

    @pytest.mark.parametrize(
        ("inspectors", "reason"),
        [
            (("clerk",), "clerk is no supervisor"),
            (("nobody",), "not on the staff of the superior"),
            (("street",), f"nobody named may inspect {HERE}"),
            (("moved",), f"nobody named may inspect {HERE}"),
        ],
    )
    def test_who_inspects_is_a_supervisor_and_not_of_the_own_agency(
        self, story: Story, inspectors: tuple[str, ...], reason: str
    ) -> None:
        story.on(date(2026, 11, 23)).plan(inspectors=inspectors).then_broken(reason)

    def test_an_agency_with_nobody_below_has_nothing_to_check(self, story: Story) -> None:
        story.by("street", HERE).plan(agency_code=HERE, inspectors=("street",))
        story.then_broken("has no agency below it")

    def test_once(self, story: Story) -> None:
        story.plan().then()
        story.plan().then_refused(InvalidInput, "planned already")


class TestDraw:
    def test_every_step_wants_the_one_before(self, story: Story) -> None:
        story.seal().then_refused(NotFound, "plan it first")
        story.plan().then()
        story.when(drawing.draw, SEED, []).then_refused(InvalidInput, "seal it before")
        story.seal().then_refused(InvalidInput, "2026-11-30 is not over")
        story.when(inspecting.inspect, story.directory, 1).then_refused(
            InvalidInput, "draw it first"
        )

    def test_sealed_and_drawn_again_nothing_changes(self, story: Story) -> None:
        story.drawn()
        assert story.seal().then() == []
        assert story.when(drawing.draw, SEED, story.items()).then() == []
        frame = seal([], story.strata, sizing_of(EDITION_2018))
        story.when(drawing.seal_frame, 50, frame).then_refused(InvalidInput, "as another one")

    def test_the_seed_is_the_one_committed_to(self, story: Story) -> None:
        story.plan().then()
        story.on(date(2026, 12, 1)).seal().then()
        story.when(drawing.draw, bytes(32), story.items()).then_broken("is not the one")

    def test_each_stratum_has_its_number_and_no_record_twice(self, story: Story) -> None:
        story.plan().then()
        story.on(date(2026, 12, 1)).seal().then()
        items = story.items()
        story.when(drawing.draw, SEED, items[1:]).then_broken(f"2 records of {HERE}")
        twice = [items[0], items[1].model_copy(update={"record_id": UUID(int=1)}), items[2]]
        story.when(drawing.draw, SEED, twice).then_broken("drawn once")
        reasonless = items[2].model_copy(
            update={"mode": Mode.TARGETED, "number": 4, "record_id": UUID(int=4)}
        )
        story.when(drawing.draw, SEED, [*items, reasonless]).then_broken("gives its reason")


class TestInspection:
    def test_an_item_is_examined_once(self, story: Story) -> None:
        story.examined()
        again = inspecting.ItemExamined(
            number=1, record_number="y", name_of=STREAM, masked_name="", findings=(),
            later_entries=0, examined_to=60,
        )  # fmt: skip
        assert story.when(inspecting.record_examination, (again,)).then() == []

    def test_what_is_left_to_judgement_is_judged_first(self, story: Story) -> None:
        story.examined(Verdict.TO_BE_JUDGED)
        story.inspect().then_broken("still to be judged by the inspector: 12/0")
        judge = (story.directory, 1, "12/0", Verdict.NOT_MET)
        story.when(inspecting.judge, *judge, " ").then_broken("gives the reason")
        story.when(inspecting.judge, *judge, "无依据").then()
        (inspected,) = story.inspect().then()
        assert inspected == inspecting.ItemInspected(number=1, faulty=True)

    def test_an_overruled_finding_is_no_problem(self, story: Story) -> None:
        story.examined()
        for number in (1, 2):
            story.when(
                inspecting.judge, story.directory, number, "12/0", Verdict.MET, "有纸质依据"
            ).then()
            story.inspect(number).then()
        story.inspect(3).then()
        story.on(date(2026, 12, 18)).when(closing.close).then()
        (problem,) = story.check.problems()
        assert (problem.number, problem.rule_id, problem.agency_code) == (3, "12", NEXT_DOOR)
        assert problem.evidence == (Evidence(text_zh="无依据", positions=(7,)),)

    def test_what_was_met_may_be_found_wrong(self, story: Story) -> None:
        story.examined(Verdict.MET)
        story.when(
            inspecting.judge, story.directory, 1, "12/0", Verdict.NOT_MET, "答案与本人不符"
        ).then()
        story.inspect().then()
        story.on(date(2026, 12, 18)).when(closing.close).then()
        (problem,) = story.check.problems()
        assert problem.evidence == (Evidence(text_zh="答案与本人不符"),)

    def test_refusals(self, story: Story) -> None:
        story.examined()
        judge = (inspecting.judge, story.directory)
        story.when(*judge, 9, "12/0", Verdict.MET, "x").then_refused(NotFound, "no item 9")
        story.when(*judge, 1, "99", Verdict.MET, "x").then_refused(NotFound, "no finding '99'")
        story.when(*judge, 1, "12/0", Verdict.NOT_MET, "x").then_refused(InvalidInput, "already")
        story.when(*judge, 1, "12/0", Verdict.TO_BE_JUDGED, "x").then_refused(
            InvalidInput, "an inspector judges"
        )
        add = (inspecting.add_finding, story.directory, 1)
        story.when(*add, "99", (Evidence(text_zh="x"),)).then_refused(InvalidInput, "no rule")
        story.when(*add, "14", ()).then_broken("names its evidence")
        story.by("second").inspect().then_refused(NotAuthorised, "is assigned to boss")

    def test_after_its_day_an_item_is_not_inspected_any_more(self, story: Story) -> None:
        story.examined().inspect(1).then()
        story.on(date(2026, 12, 15)).inspect(2).then_broken("was to be inspected by 2026-12-14")
        (closed,) = story.on(date(2026, 12, 18)).when(closing.close).then()
        assert isinstance(closed, closing.SpotCheckClosed)
        assert closed.not_inspected == (2, 3)
        here, next_door = closed.results
        assert (here.inspected, here.faulty, here.not_inspected) == (1, 1, 1)
        assert (next_door.inspected, next_door.rate, next_door.low) == (0, None, None)
        assert {one.number for one in story.check.problems()} == {1}

    def test_somebody_else_inspects_for_a_reason(self, story: Story) -> None:
        story.examined()
        change = (inspecting.change_inspector, story.directory, 1)
        story.when(*change, "street", "病假").then_broken("own agency")
        story.when(*change, "moved", "病假").then_broken("own agency")
        story.when(*change, "clerk", "病假").then_broken("no supervisor")
        story.when(*change, "second", "").then_broken("gives the reason")
        story.when(*change, "boss", "病假").then_refused(InvalidInput, "already")
        story.when(*change, "second", "病假").then()
        story.by("second").inspect().then()


class TestAnswerAndClosing:
    def test_the_inspected_agency_answers_once_something_was_found(self, story: Story) -> None:
        story.examined()
        answer = (inspecting.answer, story.directory, 1)
        story.by("clerk", HERE).when(*answer, "已补").then_broken("not inspected yet")
        story.by("boss").inspect().then()
        story.by("clerk", HERE).when(*answer, " ").then_refused(InvalidInput, "says something")
        story.by("neighbour", NEXT_DOOR).when(*answer, "已补").then_refused(
            NotAuthorised, "answers"
        )
        story.by("boss").when(*answer, "已补").then_refused(NotAuthorised, "not its superior")
        story.by("clerk", HERE).when(*answer, "已补").then()
        assert story.check.items[1].answered_on == date(2026, 12, 1)

    @pytest.mark.rule("56.2b")
    def test_it_is_closed_when_nothing_waits_or_time_is_over(self, story: Story) -> None:
        story.examined()
        story.when(closing.close).then_broken("3 item(s) wait")
        for number in (1, 2, 3):
            story.inspect(number).then()
        story.when(closing.close).then_broken("3 item(s) wait")
        for number in (1, 2):
            story.by("clerk", HERE)
            story.when(inspecting.answer, story.directory, number, "已补").then()
        story.by("neighbour", NEXT_DOOR)
        story.when(inspecting.answer, story.directory, 3, "已补").then()
        story.by("boss").when(closing.close).then()
        assert story.when(closing.close).then() == []
        story.inspect(1).then_refused(InvalidInput, "was closed")

    def test_before_it_is_closed_there_are_no_problems(self, story: Story) -> None:
        story.examined().inspect().then()
        assert story.check.problems() == []

"""Whoever was erased is nowhere any more, however many places knew of the person, and all is proven as before."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from taizhang import (
    Actor,
    AnswerAppeal,
    ChangeJobSeekerBasics,
    CloseCase,
    CloseSpotCheck,
    Conflict,
    EmployStaff,
    HandleAppeal,
    InvalidInput,
    LodgeAppeal,
    PlanFair,
    RecordContact,
    ReferAssisted,
    RegisterJobSeeker,
    RevokeAgent,
    RuleBroken,
    WithdrawProblem,
)
from taizhang.application.commands.job_seekers import Basics
from taizhang.domain.assistance.state import case_stream
from taizhang.domain.events import ERASED
from taizhang.domain.identity import mask_name
from taizhang.domain.job_fair.planning import FairForm, FairScope
from taizhang.domain.job_seeker.registration import Wishes
from taizhang.domain.organisation.staff import Role
from taizhang.domain.privacy.erasure import ErasureGround
from taizhang.domain.supervision.rectification.events import ConcernedRecord

from .people import HERE, People
from .spot_checks.conftest import SYSTEM, Check
from .tampering import verify
from .test_monthly_notices import document, issue, to
from .test_privacy import forms, whole_database
from .test_rectification import found

if TYPE_CHECKING:
    from .conftest import World

pytestmark = pytest.mark.rule("51.2")

ARCHIVIST = Actor(staff_id="archivist", agency_code="110105")
ORDERED: dict[str, Any] = {"ground": ErasureGround.ORDERED, "reference": "朝法〔2026〕9号"}
NAME, PHONE, ADDRESS = "司徒静雯", "13611223344", "枣营北里27号楼"
NUMBER = 77


@pytest.fixture
def people(world: World) -> People:
    world.taizhang.execute(
        EmployStaff(
            staff_id="archivist", name="某", agency_code="110105", roles=(Role.ADMINISTRATOR,),
            effective_on=date(2018, 8, 1),
        ),
        by=Actor.system("110000"),
        command_id=uuid4(),
    )  # fmt: skip
    return People(world)


def erase(world: World, person: UUID) -> Any:
    return world.taizhang.erasures.erase(person, by=ARCHIVIST, **ORDERED)


def named(world: World, person: UUID) -> None:
    basics = Basics(name=NAME, phone=PHONE, address=ADDRESS, residence_area=HERE)
    world.do(ChangeJobSeekerBasics(job_seeker_id=person, basics=basics))


def in_another_thread(work: Callable[[], Any]) -> Any:
    """Do something as another connection would, and give its answer."""
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(work()))
    thread.start()
    thread.join(timeout=60)
    return answers[0]


class TestHeldWhileItIsErased:
    """What is found between the look and the event holds the record."""

    @pytest.fixture
    def looked(self, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
        """Do what is put into the list once the erasure has looked, before it appends."""
        erasures, waiting = world.taizhang.erasures, list[Any]()
        look = erasures._found

        def look_and_lose(person_id: UUID) -> Any:
            seen = look(person_id)
            if waiting:
                in_another_thread(waiting.pop())
            return seen

        monkeypatch.setattr(erasures, "_found", look_and_lose)
        yield waiting
        assert not waiting

    def test_a_problem_that_is_found(self, world: World, people: People, looked: list[Any]) -> None:
        person = people.registered()
        looked.append(
            lambda: found(world, record_kind=ConcernedRecord.PERSONAL_LEDGERS, record_id=person)
        )
        with pytest.raises(RuleBroken, match=r"51\.2.*rectification"):
            erase(world, person)
        assert world.sql("SELECT count(*) FROM personal_keys WHERE wrapped IS NULL") == [(0,)]

    def test_a_sample_that_is_drawn(self, world: World, people: People, looked: list[Any]) -> None:
        person = people.registered()
        check = Check(world).after_cut_off()
        looked.append(lambda: check.office.draw(check.id, by=SYSTEM))
        with pytest.raises(RuleBroken, match=rf"51\.2.*spot_check {check.id}"):
            erase(world, person)

    def test_a_new_authority_as_an_agent(
        self, world: World, people: People, looked: list[Any]
    ) -> None:
        person, code = people.registered(), world.register(2)
        looked.append(lambda: world.do(world.agent(code, 7, NAME)))
        with pytest.raises(RuleBroken, match=rf"acting for {code}"):
            erase(world, person)

    def test_a_later_entry_keeps_the_record_longer(
        self, world: World, people: People, looked: list[Any]
    ) -> None:
        person = people.registered()
        last = world.taizhang.erasures.check(person, by=ARCHIVIST).kept_until
        assert last is not None
        to(world, last + timedelta(days=1))
        looked.append(
            lambda: world.do(RecordContact(job_seeker_id=person, means="phone", note="来电"))
        )
        with pytest.raises(RuleBroken, match="are kept until 2036"):
            world.taizhang.erasures.erase(
                person, by=ARCHIVIST, ground=ErasureGround.RETENTION_OVER, reference="档〔2031〕1号"
            )

    def test_what_is_recorded_of_others_does_not_stand_in_the_way(
        self, world: World, people: People, looked: list[Any]
    ) -> None:
        person = people.registered()
        looked.append(lambda: people.registered(8))
        assert erase(world, person).events == ("person.erased", "job_seeker_ledger.erased")

    def test_with_no_end_of_it_somebody_has_to_try_again(
        self, world: World, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person = people.registered()
        monkeypatch.setattr(world.taizhang.events, "changed_since", lambda *_: True)
        with pytest.raises(Conflict, match="try once more"):
            erase(world, person)

    def test_nobody_appends_between_the_look_under_the_lock_and_the_event(
        self, world: World, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person, events = people.registered(), world.taizhang.events
        look, late = events.changed_since, list[threading.Thread]()

        def look_and_be_overtaken(*asked: Any) -> bool:
            answer = look(*asked)
            thread = threading.Thread(
                target=lambda: found(
                    world, record_kind=ConcernedRecord.PERSONAL_LEDGERS, record_id=person
                )
            )
            thread.start()
            thread.join(timeout=0.5)
            assert thread.is_alive(), "it waits"
            late.append(thread)
            return answer

        monkeypatch.setattr(events, "changed_since", look_and_be_overtaken)
        erased_at = erase(world, person).position
        late[0].join()
        ((found_at,),) = world.sql(
            "SELECT notification_id FROM stored_events WHERE topic = 'rectification.found'"
        )
        assert found_at > erased_at

    def test_without_the_lock_nobody_is_erased(
        self, world: World, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As when the connection that held it broke: another one could append to nobody's knowledge."""
        person, events = people.registered(), world.taizhang.events
        look = events.changed_since

        def look_and_break(*asked: Any) -> bool:
            answer = look(*asked)
            world.taizhang._database._thread.pinned = None
            world.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
                "AND objid = 1 AND granted"
            )
            return answer

        with monkeypatch.context() as patched:
            patched.setattr(events, "changed_since", look_and_break)
            with pytest.raises(Conflict, match="try once more"):
                erase(world, person)
        assert world.sql("SELECT count(*) FROM personal_keys WHERE wrapped IS NULL") == [(0,)]
        assert erase(world, person).events


def test_asked_again_on_a_later_day_it_gives_the_first_result(world: World, people: People) -> None:
    code, person = world.register(), people.registered()
    agent = world.taizhang.identities.person(world.identity_number(1))
    world.do(RevokeAgent(credit_code=code, agent_id=agent, reason="离职"))
    first = [erase(world, one) for one in (person, agent)]
    world.clock.forward(days=40)
    again = [erase(world, one) for one in (person, agent)]
    assert [one.position for one in again] == [one.position for one in first]
    assert all(one.repeated for one in again)


class Everywhere:
    """A person of whom there is something in every part of the service."""

    def __init__(self, world: World, people: People) -> None:
        self.world = world
        self.number = world.identity_number(NUMBER)
        self.code = world.register(3)
        vacancy = world.publish(self.code)
        self.person = person = people.assisted(NUMBER)
        named(world, person)
        self._at_a_fair(person)
        people.do(
            ReferAssisted(
                case_id=case_stream(person, 1), credit_code=self.code, referral_id=uuid4(),
                vacancy_id=vacancy, reasons=("持有电工证",), consented=True,
            )
        )  # fmt: skip
        self._appealed(person)
        world.do(world.agent(self.code, NUMBER, NAME).model_copy(update={"phone": PHONE}))
        world.taizhang.projections.catch_up()
        world.taizhang.projections.rebuild(
            "employers"
        )  # the generation before stays, and names the agent
        world.do(RevokeAgent(credit_code=self.code, agent_id=person, reason="离职"))
        self._looked_at(people)
        close = CloseCase(case_id=case_stream(person, 1), cause="agreed_condition", note="期满")
        people.do(close)
        found(world, record_kind=ConcernedRecord.PERSONAL_LEDGERS, record_id=person)
        self.check = Check(world).examined()
        self.check.confirmed()
        self.check.after_cut_off(60)
        world.do(CloseSpotCheck(check_id=self.check.id), "supervisor")
        self.notice = issue(world)
        self._cleared()
        with pytest.raises(InvalidInput, match="has a ledger already"):  # a refusal is kept, too
            people.opened(NUMBER)

    def _cleared(self) -> None:
        """Let nothing stand open that would hold the person's records."""
        self.world.taizhang.projections.catch_up()
        for (problem,) in self.world.sql(
            "SELECT stream_id FROM rectifications WHERE stage IN ('found', 'notified')"
        ):
            withdraw = WithdrawProblem(rectification_id=problem, reason="不成立")
            self.world.do(withdraw, "supervisor")

    def _at_a_fair(self, person: UUID) -> None:
        fair = uuid4()
        self.world.do(
            PlanFair(
                fair_id=fair, title="电工专场招聘会", form=FairForm.ONLINE,
                scope=FairScope.SPECIALISED, theme="电工", place="线上",
                first_day=self.world.clock.today,
            )
        )  # fmt: skip
        self.world.do(
            RegisterJobSeeker(
                job_seeker_id=person, wishes=Wishes(occupations=("电工",)), experience=NAME,
                fair_id=fair,
            )
        )  # fmt: skip

    def _appealed(self, person: UUID) -> None:
        appeal = uuid4()
        self.world.do(
            LodgeAppeal(
                job_seeker_id=person, appeal_id=appeal, grievance="59.2",
                against_agency_code=HERE, text=f"{NAME}：未按标准服务",
            )
        )  # fmt: skip
        self.world.do(
            HandleAppeal(
                job_seeker_id=person, appeal_id=appeal, found="属实", measures="改正", upheld=True
            ),
            "district-clerk",
        )
        answer = AnswerAppeal(job_seeker_id=person, appeal_id=appeal, answer=f"{NAME}您好")
        self.world.do(answer, "district-clerk")

    def _looked_at(self, people: People) -> None:
        """Show the person in clear and on the worklist, and to a subscriber who stumbles over the name."""
        by = self.world.actor("clerk")
        shown = people.queries.job_seeker_ledger(self.person, by=by, reason=f"{NAME}来访")
        assert NAME in shown.model_dump_json()
        listed = self.world.taizhang.queries().worklist(HERE, by=by)
        assert mask_name(NAME) in {duty.person_name_masked for duty in listed}

        def stumble(recorded: Any) -> None:
            if recorded.event.name == NAME:
                raise ValueError(recorded.event.name)

        subscription = self.world.taizhang.subscribe(
            "转报", types=["job_seeker_ledger.basics_recorded"], in_clear="转报登记机关"
        )
        with pytest.raises(ValueError, match=NAME):
            subscription.run(stumble, until_level=True)


class TestEverywhere:
    def test_of_an_erased_person_nothing_is_left_in_any_table(
        self, world: World, people: People
    ) -> None:
        everywhere = Everywhere(world, people)
        secrets = (NAME, PHONE, ADDRESS, everywhere.number)
        assert mask_name(NAME).encode() in whole_database(world), "it was known by a masked name"
        items = everywhere.check.queries.items(everywhere.check.id, by=everywhere.check.supervisor)
        assert mask_name(NAME) in {item.masked_name for item in items}
        erase(world, everywhere.person)
        issued = world.sql("SELECT count(*) FROM issued_documents")
        world.sql("ALTER TABLE issued_documents DISABLE TRIGGER ALL")
        world.sql("UPDATE issued_documents SET content = ''")
        stored = whole_database(world)
        assert everywhere.code.encode() in stored, "the search finds what is there"
        assert issued == [(1,)]
        # All that an issued notice says of the person is the masked name: it held no identity.
        for secret in (*secrets, mask_name(NAME)):
            assert [form for form in forms(secret) if form in stored] == [], secret

    def test_the_views_say_so_and_all_is_proven_as_before(
        self, world: World, people: People
    ) -> None:
        everywhere = Everywhere(world, people)
        world.taizhang.seals.catch_up()
        erase(world, everywhere.person)
        assert verify(world).is_proven
        check = everywhere.check
        items = check.queries.items(check.id, by=check.supervisor)
        assert [item.masked_name for item in items] == [ERASED]
        shown = people.queries.job_seeker(everywhere.person, by=world.actor("supervisor"))
        assert NAME not in shown.model_dump_json()
        for model in world.taizhang.projections.status():
            assert world.taizhang.projections.verify(model.name).is_same, model.name

    def test_what_was_issued_tells_of_no_identity(self, world: World, people: People) -> None:
        everywhere = Everywhere(world, people)
        notice = document(world, everywhere.notice)
        assert mask_name(NAME) in {problem.title for problem in notice.problems}
        ((content,),) = world.sql("SELECT content FROM issued_documents")
        for secret in (NAME, PHONE, ADDRESS, everywhere.number):
            assert secret.encode() not in bytes(content)


class TestIssuedBefore:
    """Auditors tell an erasure from tampering."""

    @pytest.fixture
    def noticed(self, world: World, people: People) -> tuple[UUID, Any]:
        person = people.registered()
        named(world, person)
        problem = found(world, record_kind=ConcernedRecord.PERSONAL_LEDGERS, record_id=person)
        to(world, date(2026, 12, 2))
        issued = issue(world)
        world.do(WithdrawProblem(rectification_id=problem, reason="不成立"), "supervisor")
        return person, issued

    def recomputed(self, world: World, issued: Any) -> Any:
        supervisor = world.actor("supervisor")
        return world.taizhang.notices.recompute(issued.notice_id, by=supervisor)

    def test_a_notice_that_names_an_erased_person_is_proven_and_says_so(
        self, world: World, noticed: tuple[UUID, Any]
    ) -> None:
        person, issued = noticed
        assert self.recomputed(world, issued).notes == ()
        erase(world, person)
        proof = self.recomputed(world, issued)
        assert proof.is_proven and proof.names_as_issued == 1
        (note,) = proof.notes
        assert note.startswith("problem 1 (ledger ") and "was erased on 2026-12-02" in note
        assert mask_name(NAME) not in note

    def test_a_changed_name_is_not_taken_for_an_erased_one(
        self, world: World, noticed: tuple[UUID, Any]
    ) -> None:
        person, issued = noticed
        erase(world, person)
        world.sql("ALTER TABLE issued_documents DISABLE TRIGGER ALL")
        world.sql(
            "UPDATE issued_documents SET content = convert_to(replace(convert_from(content, 'UTF8'), "
            "%s, '王***'), 'UTF8')",
            mask_name(NAME),
        )
        assert not self.recomputed(world, issued).is_proven

    def test_a_key_that_went_with_no_erasure_is_named(
        self, world: World, noticed: tuple[UUID, Any]
    ) -> None:
        person, issued = noticed
        world.lose_key(person)
        proof = self.recomputed(world, issued)
        assert not proof.is_proven and proof.names_as_issued == 0
        assert "tells of no erasure" in proof.notes[0]

    def test_a_key_that_came_back_is_named(
        self, world: World, people: People, noticed: tuple[UUID, Any]
    ) -> None:
        person = people.registered(8)
        problem = found(world, record_kind=ConcernedRecord.PERSONAL_LEDGERS, record_id=person)
        ((key,),) = world.sql("SELECT wrapped FROM personal_keys WHERE subject_id = %s", person)
        world.lose_key(person)
        to(world, date(2027, 1, 3))
        issued = issue(world, date(2026, 12, 1))
        assert problem in {one.rectification_id for one in document(world, issued).problems}
        world.sql(
            "UPDATE personal_keys SET wrapped = %s, destroyed_at = NULL WHERE subject_id = %s",
            key, person,
        )  # fmt: skip
        proof = self.recomputed(world, issued)
        assert not proof.is_proven
        assert "restored" in proof.notes[0]


class TestTold:
    """The record of an erased person tells of the erasure, and of nobody."""

    def test_the_history_holds_the_decision(self, world: World, people: People) -> None:
        person = people.registered()
        erase(world, person)
        history = world.taizhang.queries().histories.history(person, by=world.actor("supervisor"))
        assert [entry.event for entry in history.events][-2:] == [
            "person.erased", "job_seeker_ledger.erased",
        ]  # fmt: skip
        told = history.model_dump_json()
        assert ORDERED["reference"] in told and NAME not in told

    def test_the_audit_pack_of_the_record_holds_it_too(self, world: World, people: People) -> None:
        person = people.registered()
        erase(world, person)
        streams, _ = people.queries.streams(person, by=world.actor("supervisor"))
        assert world.event_names(streams[-1]) == ["person.erased"]

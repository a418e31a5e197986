"""The outbox of reports to the unemployment registry, and the sender that docs/embedding.md shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from taizhang import (
    AcknowledgeReport,
    Actor,
    IdentityDocument,
    InvalidInput,
    MarkReportSent,
    NotAuthorised,
    NotFound,
    OpenJobSeekerLedger,
    RecordStatusRegistration,
    RejectReport,
    ReportToRegistry,
    RuleBroken,
)
from taizhang.application.commands.job_seekers import Basics
from taizhang.application.views.fairs import RegistryReportView
from taizhang.domain.access import accesses_stream
from taizhang.domain.employer.papers import Channel
from taizhang.domain.errors import Unavailable
from taizhang.domain.job_seeker.contact import Ground
from taizhang.domain.job_seeker.status import StatusRegistration
from taizhang.domain.person_ledger import ledger_number
from taizhang.domain.registry.report import ReportStage, report_stream
from taizhang.infrastructure.queries.registry import RegistryQueries

if TYPE_CHECKING:
    from .conftest import World

ROOT = Path(__file__).parents[2]
HERE, DISTRICT = "110105001", "110105"


class Outbox:
    """Somebody out of contact for more than six months, whom the registry is told about."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clerk = world.actor("clerk")

    def report(self, number: int = 7) -> UUID:
        """Decide to report a person, and return the report's id."""
        world = self.world
        person = world.do(
            OpenJobSeekerLedger(
                document=IdentityDocument(number=world.identity_number(number)),
                basics=Basics(name="王小明"),
                channel=Channel.FRONT_DESK,
                occurred_on=date(2026, 4, 1),
            )
        ).stream_id
        world.do(
            RecordStatusRegistration(
                job_seeker_id=person,
                registration=StatusRegistration.UNEMPLOYMENT,
                since=date(2026, 4, 1),
                source="失业登记系统",
            )
        )
        done = world.do(ReportToRegistry(job_seeker_id=person, ground=Ground.OUT_OF_CONTACT))
        assert done.events == ("job_seeker_ledger.reported_to_registry", "registry_report.queued")
        return report_stream(person, done.version)

    @property
    def queries(self) -> RegistryQueries:
        self.world.taizhang.projections.catch_up()
        return self.world.taizhang.queries().registry

    def one(self, **asked: Any) -> RegistryReportView:
        (report,) = self.queries.reports(HERE, by=self.clerk, **asked)
        return report


@pytest.fixture
def outbox(world: World) -> Outbox:
    return Outbox(world)


@pytest.mark.rule("13.3")
def test_a_report_that_was_decided_on_is_to_be_sent(outbox: Outbox) -> None:
    report_id = outbox.report()
    report = outbox.one()
    assert (report.report_id, report.stage, report.stage_zh) == (report_id, "to_send", "待发送")
    assert (report.ground, report.decided_by, report.attempts) == ("13.3", "clerk", 0)
    assert (report.due_on, report.overdue) == (date(2026, 11, 3), False)
    assert "王小明" not in report.model_dump_json()


@pytest.mark.rule("13.3")
def test_what_is_not_sent_in_time_is_overdue_and_in_the_worklist(outbox: Outbox) -> None:
    outbox.report()
    assert outbox.queries.reports(HERE, by=outbox.clerk, overdue=True) == []
    outbox.world.clock.forward(days=3)
    assert outbox.one(overdue=True).overdue
    due = outbox.world.taizhang.queries().worklist(HERE, by=outbox.clerk)
    (sending,) = (one for one in due if one.rule == "13.3")
    assert sending.duty == "registry_report_out_of_contact"
    assert sending.subject == f"台账{ledger_number(outbox.one().person_id)}"


@pytest.mark.rule("13.3")
def test_sent_rejected_sent_again_acknowledged(outbox: Outbox) -> None:
    report_id = outbox.report()
    do = outbox.world.do
    with pytest.raises(RuleBroken, match="send it first") as refused:
        do(AcknowledgeReport(report_id=report_id, reference="SY-1"))
    assert refused.value.rule_id == "13.3"
    do(MarkReportSent(report_id=report_id, means="接口"))
    assert (outbox.one().stage, outbox.one().sent_by, outbox.one().due_on) == (
        "sent",
        "clerk",
        None,
    )
    do(RejectReport(report_id=report_id, reason="缺少登记编号"))
    rejected = outbox.one(stage=ReportStage.REJECTED)
    assert (rejected.rejection, rejected.due_on) == ("缺少登记编号", date(2026, 11, 3))
    do(MarkReportSent(report_id=report_id, means="接口"))
    do(MarkReportSent(report_id=report_id, means="纸质"))  # no answer came: once more
    do(AcknowledgeReport(report_id=report_id, reference="SY-1"))
    assert do(AcknowledgeReport(report_id=report_id, reference="SY-1")).events == ()
    done = outbox.one()
    assert (done.stage, done.registry_reference, done.attempts) == ("acknowledged", "SY-1", 3)
    for late in (
        MarkReportSent(report_id=report_id, means="接口"),
        RejectReport(report_id=report_id, reason="x"),
    ):
        with pytest.raises(RuleBroken):
            do(late)
    assert outbox.world.sql("SELECT outcome FROM obligations WHERE duty = 'registry_report_out_of_contact'") == [
        ("met",), ("met",),
    ]  # fmt: skip


def test_there_is_no_report_but_by_decision(outbox: Outbox) -> None:
    with pytest.raises(NotFound, match="no such report"):
        outbox.world.do(MarkReportSent(report_id=uuid4(), means="接口"))
    report_id = outbox.report()
    with pytest.raises(InvalidInput, match="since 2026-11-02"):
        outbox.world.do(
            MarkReportSent(report_id=report_id, means="接口", occurred_on=date(2026, 10, 30))
        )


@pytest.mark.rule("13.3", "51.2")
def test_whom_it_is_about_is_shown_to_send_it_and_no_longer(outbox: Outbox) -> None:
    report_id = outbox.report()
    queries = outbox.queries
    for sender in (outbox.clerk, Actor.system(HERE), Actor.system(DISTRICT)):
        person = queries.person(report_id, by=sender, reason="发送反馈")
        assert person.name == "王小明"
        assert person.document_number == outbox.world.identity_number(7)
    read = outbox.world.event_names(accesses_stream(person.person_id))
    assert read == ["personal_data.read"] * 3
    for who, reason in (
        (outbox.clerk, " "),
        (outbox.world.actor("sibling"), "发送"),
        (outbox.world.actor("supervisor"), "看看"),
        (Actor.system("110108"), "发送"),
    ):
        with pytest.raises(NotAuthorised):
            queries.person(report_id, by=who, reason=reason)
    outbox.world.do(MarkReportSent(report_id=report_id, means="接口"))
    outbox.world.do(AcknowledgeReport(report_id=report_id, reference="SY-1"))
    with pytest.raises(NotAuthorised, match="until the registry has it"):
        queries.person(report_id, by=outbox.clerk, reason="再看")
    with pytest.raises(NotAuthorised):
        queries.reports(HERE, by=outbox.world.actor("sibling"))


@pytest.mark.rule("51.2")
def test_of_one_whose_data_were_erased_there_is_nobody_to_report(outbox: Outbox) -> None:
    report_id = outbox.report()
    queries = outbox.queries
    outbox.world.lose_key(outbox.one().person_id)
    with pytest.raises(NotFound, match="were erased"):
        queries.person(report_id, by=outbox.clerk, reason="发送反馈")


class Registry:
    """Stands for the registry: knows a report that it got before by its key."""

    def __init__(self) -> None:
        self.got: dict[str, Any] = {}
        self.problem = ""
        self.after_sending: Callable[[], None] = lambda: None

    def send(self, key: str, person: Any) -> Any:
        self.got[key] = person
        self.after_sending()
        reference = "" if self.problem else f"SY-{len(self.got)}"
        return SimpleNamespace(reference=reference, problem=self.problem)


@pytest.fixture(scope="module")
def sender() -> dict[str, Any]:
    """Return what the sender in docs/embedding.md defines."""
    text = (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8")
    (code,) = (
        block
        for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        if "def send_reports" in block
    )
    defined: dict[str, Any] = {"__name__": "sender"}
    exec(compile(code, "docs/embedding.md", "exec"), defined)
    return defined


@pytest.mark.rule("13.3")
class TestTheSenderOfTheDocuments:
    def test_it_sends_what_is_to_be_sent_once(self, outbox: Outbox, sender: dict[str, Any]) -> None:
        registry, taizhang = Registry(), outbox.world.taizhang
        first, second = outbox.report(7), outbox.report(8)
        district = Actor.system(DISTRICT)
        assert sender["send_reports"](taizhang, registry, district) == 2
        assert sender["send_reports"](taizhang, registry, district) == 0
        assert set(registry.got) == {f"{first}:1", f"{second}:1"}
        stages = {one.stage for one in outbox.queries.reports(HERE, by=outbox.clerk)}
        assert stages == {"acknowledged"}

    def test_killed_after_sending_it_sends_again_under_the_same_key(
        self, outbox: Outbox, sender: dict[str, Any]
    ) -> None:
        registry, report_id = Registry(), outbox.report()
        taizhang, who = outbox.world.taizhang, Actor.system(HERE)

        def die() -> None:
            raise Unavailable("killed")

        registry.after_sending = die
        with pytest.raises(Unavailable):
            sender["send_reports"](taizhang, registry, who)
        assert outbox.one().stage == "to_send"
        registry.after_sending = lambda: None
        assert sender["send_reports"](taizhang, registry, who) == 1
        assert list(registry.got) == [f"{report_id}:1"]
        assert outbox.one().attempts == 1

    def test_what_is_rejected_waits_until_it_is_put_right(
        self, outbox: Outbox, sender: dict[str, Any]
    ) -> None:
        registry, report_id = Registry(), outbox.report()
        taizhang, who = outbox.world.taizhang, Actor.system(HERE)
        registry.problem = "缺少登记编号"
        sender["send_reports"](taizhang, registry, who)
        assert sender["send_reports"](taizhang, registry, who) == 0
        registry.problem = ""
        sender["send_one"](taizhang, registry, who, outbox.one(stage=ReportStage.REJECTED))
        assert list(registry.got) == [f"{report_id}:1", f"{report_id}:2"]
        assert outbox.one().stage == "acknowledged"


def test_the_subscription_of_the_documents_runs(
    outbox: Outbox, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8")
    (code,) = (
        block
        for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        if "def follow" in block
    )
    defined: dict[str, Any] = {}
    exec(compile(code, "docs/embedding.md", "exec"), defined)
    outbox.world.publish(outbox.world.register())
    defined["follow"](outbox.world.taizhang)
    assert capsys.readouterr().out.split()[1:] == ["vacancy.published"]

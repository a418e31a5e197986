"""The course of one vacancy, from the window to the archive, as its plan has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import TypedDict
from uuid import UUID

from ...application.commands.base import Command
from ...application.commands.employers import (
    ArchiveVacancy,
    ChangeVacancy,
    DraftVacancy,
    LapseVacancies,
    PassVacancy,
    PublishVacancy,
    ReturnVacancy,
    ReviseVacancy,
    SubmitVacancy,
    WithdrawVacancy,
)
from ...application.commands.referrals import (
    ArchiveJobSearch,
    RecordReferralOutcome,
    ReferJobSeeker,
)
from ...domain.employer.content import Item, VacancyContent, WordingFinding, screen_content
from ...domain.employer.papers import Channel
from ...domain.employer.services import ReferralOutcome
from ...domain.employer.vacancy import ReviewDefect, WithdrawalReason
from ...domain.organisation.powers import Actor
from .chance import Chance
from .desk import Desk
from .diary import Diary
from .employers import Employer
from .jobs import Job
from .people import People, Person
from .plan import OUTCOME, PROMPT_PUBLICATION, PROMPT_REVIEW, Plan
from .texts import add_phrase, leave_out, write_content

REASONS = (
    ("求职者具备相应工作经验", "居住地距工作地点较近"),
    ("求职者持有岗位所需证书", "期望薪资与岗位相符"),
    ("求职者可接受该岗位班次", "技能水平与岗位要求匹配"),
)
OUTCOMES = (
    (ReferralOutcome.HIRED, 5),
    (ReferralOutcome.NOT_HIRED, 3),
    (ReferralOutcome.DECLINED, 2),
    (ReferralOutcome.NOT_INTERVIEWED, 1),
)

FILED = 0.85
"""The share of those hired whose search is filed; the others' is forgotten."""


class Ids(TypedDict):
    """What names a vacancy in every command about it."""

    credit_code: str
    vacancy_id: UUID


@dataclass
class Course:
    """One vacancy on its way. Each step enters the next one in the diary."""

    desk: Desk
    diary: Diary
    chance: Chance
    people: People
    number: int
    employer: Employer
    job: Job
    plan: Plan
    clerk: Actor
    stage: str = "new"
    content: VacancyContent = field(init=False)
    sound: VacancyContent = field(init=False)
    findings: tuple[WordingFinding, ...] = ()
    """What the screening says of the first content."""
    valid_until: date | None = None
    reviewed_on: date | None = None
    pending: dict[UUID, Person] = field(default_factory=dict)
    filled: int = 0

    def __post_init__(self) -> None:
        self.vacancy_id = self.desk.chance.uuid(f"vacancy:{self.number}")

    # --- taking in, review --------------------------------------------------------------------

    def take_in(self) -> None:
        """Take the vacancy in and submit it."""
        if not self._papers_good(self.take_in):
            return
        end = (
            self._today + timedelta(days=self.plan.valid_days + 4) if self.plan.states_end else None
        )
        self.sound = write_content(self.chance, self.employer, self.job, end)
        self.content = self.sound
        if self.plan.missing is not None:
            self.content = leave_out(self.content, self.plan.missing)
        for phrase in self.plan.phrases:
            self.content = add_phrase(self.content, phrase)
            if phrase.category is None:
                self.sound = add_phrase(self.sound, phrase)
        self.findings = screen_content(self.content).findings
        self._do(
            DraftVacancy(
                **self._ids, content=self.content, external_id=f"ZP{self._today:%Y}{self.number:05}"
            ),
            self._submission(),
        )
        self.stage = "submitted"
        self.diary.soon(self.plan.review_days, self.review)

    def review(self) -> None:
        """Review it: pass it, or return it with its defects."""
        reviewer, defects = self.reviewer, self._defects()
        if self.plan.faulty and self.chance.happens(0.25):
            self.desk.refuse(
                reviewer, PassVacancy(**self._ids), "38.3", "未说明理由通过含歧视性用语的信息"
            )
        if defects:
            self.desk.do(reviewer, ReturnVacancy(**self._ids, defects=tuple(defects)))
            self.stage = "returned"
            self.diary.soon(
                4 if self.plan.given_up else self.chance.whole(1, 2), self.mend_returned
            )
            return
        self.desk.do(reviewer, PassVacancy(**self._ids, overruled=self.plan.overruled))
        self.stage = "passed"
        self.reviewed_on = self._today
        late = self.plan.late_entry
        self.diary.soon(late or self.plan.publication_days, self.publish)

    def mend_returned(self) -> None:
        """Revise and submit again what was returned, or give it up."""
        if self.plan.given_up:
            self._withdraw(WithdrawalReason.CANCELLED, "单位不再修改，取消招聘")
            return
        if not self._papers_good(self.mend_returned):
            return
        if self.chance.happens(0.15):
            self.desk.refuse(self.clerk, self._submission(), "39.1", "退回后未修改即再次提交")
        self._mended()
        self._do(ReviseVacancy(**self._ids, content=self.content), self._submission())
        self.stage = "submitted"
        self.diary.soon(self.chance.weighted(PROMPT_REVIEW), self.review)

    # --- public -------------------------------------------------------------------------------

    def publish(self) -> None:
        """Publish it, perhaps entering only now what was done some days ago."""
        if not self._papers_good(self.publish, PublishVacancy(**self._ids)):
            return
        stated = self.content.valid_until
        if stated is not None and stated <= self._today:
            self._withdraw(WithdrawalReason.OTHER, "载明的有效期已过")
            return
        done_on = self.reviewed_on if self.plan.late_entry else None
        self.plan.late_entry = 0
        until = stated or self._today + timedelta(days=self.plan.valid_days)
        self._do(
            PublishVacancy(**self._ids, valid_until=None if stated else until, occurred_on=done_on)
        )
        self.stage, self.valid_until = "public", until
        self._plan_ahead(until)

    def _plan_ahead(self, until: date) -> None:
        plan = self.plan
        if plan.has_public_fault and plan.mended_after is not None:
            self.diary.soon(plan.mended_after, self.mend)
        elif plan.change:
            plan.change = False
            self.diary.soon(self.chance.whole(2, 6), self.change)
        elif plan.withdrawal:
            self.diary.soon(self.chance.whole(3, 8), self.cancel)
        for _ in range(plan.referrals):
            self.diary.soon(self.chance.whole(1, 6), self.refer)
        plan.referrals = 0
        ended = self.diary.calendar.add_working_days(until, 1).day
        self.diary.on(ended, lambda: self.close(until))

    def mend(self) -> None:
        """Put a public fault right: by a change, or by taking the vacancy back."""
        if self.stage != "public" or self.is_over:
            return
        if self.plan.overruled and self.chance.happens(0.3):
            self._withdraw(WithdrawalReason.FOUND_FAULTY, "核查通报指出用语问题")
            return
        reason = "删除不当用语" if self.plan.overruled else "补充招聘信息内容"
        self._mended()
        self._change(self.content, reason)

    def change(self) -> None:
        """Change pay or headcount at the employer's wish; it is reviewed anew."""
        if self.stage == "public" and not self.is_over:
            wanted = (self.content.headcount or 1) + self.chance.whole(1, 3)
            self.sound = self.sound.model_copy(update={"headcount": wanted})
            self._change(self.content.model_copy(update={"headcount": wanted}), "增加招用人数")

    def cancel(self) -> None:
        """Take it back because the employer no longer hires."""
        if self.stage == "public" and not self.is_over:
            self._withdraw(WithdrawalReason.CANCELLED, "用工计划调整")

    def _change(self, content: VacancyContent, reason: str) -> None:
        self.content = content
        self._do(ChangeVacancy(**self._ids, content=content, reason=reason))
        self.stage = "submitted"
        self.plan.review_days = 0
        self.plan.publication_days = self.chance.weighted(PROMPT_PUBLICATION)
        self.diary.soon(self.chance.weighted(PROMPT_REVIEW), self.review)

    # --- referrals ----------------------------------------------------------------------------

    def refer(self) -> None:
        """Refer a job seeker to it, who came to the window on the same day."""
        if self.stage != "public" or self.is_over or self.is_full or not self._papers_hold:
            return
        place = len(self.pending) + 10 * self.filled
        referral = self.chance.uuid(f"referral:{self.number}:{self.desk.accepted}:{place}")
        person = self.job_seeker()
        self._do(self.referral(referral, person))
        self.pending[referral] = self.people.referred[referral] = person
        days = self.chance.weighted(OUTCOME)
        if days is not None:
            self.diary.soon(days, lambda: self.learn(referral))

    def job_seeker(self) -> Person:
        """Register somebody made up, who is ready for such a job."""
        person = self.people.make(self.employer.office, self.job.title)
        self._do(*person.registration())
        return person

    def referral(self, referral: UUID, person: Person, *, consented: bool = True) -> ReferJobSeeker:
        """Return the command that refers a person."""
        return ReferJobSeeker(
            **self._ids,
            referral_id=referral,
            job_seeker_id=person.job_seeker_id,
            reasons=self.chance.pick(REASONS),
            consented=consented,
        )

    def learn(self, referral: UUID) -> None:
        """Enter what came of a referral; take the vacancy back once all positions are filled."""
        person = self.pending.pop(referral, None)
        if person is None:
            return
        outcome = self.chance.weighted(OUTCOMES)
        if self.is_full and outcome is ReferralOutcome.HIRED:
            outcome = ReferralOutcome.NOT_HIRED
        hired = outcome is ReferralOutcome.HIRED
        self._do(
            RecordReferralOutcome(
                credit_code=self.employer.credit_code,
                referral_id=referral,
                outcome=outcome,
                started_on=self._today if hired else None,
            )
        )
        self.filled += hired
        if hired and self.chance.happens(FILED):
            filed = ArchiveJobSearch(job_seeker_id=person.job_seeker_id)
            self.diary.soon(self.chance.whole(1, 3), partial(self._do, filed))
        if self.is_full and self.stage == "public" and not self.is_over:
            self._withdraw(WithdrawalReason.FILLED, "已招满")

    @property
    def is_full(self) -> bool:
        """Say whether as many were hired as were wanted."""
        return self.content.headcount is not None and self.filled >= self.content.headcount

    # --- the end ------------------------------------------------------------------------------

    def close(self, until: date) -> None:
        """Lapse it on the first working day after its time, and see to the archive."""
        if self.stage != "public" or self.valid_until != until:
            return
        if self.chance.happens(0.6):
            self._do(LapseVacancies(credit_code=self.employer.credit_code))
        self.stage = "ended"
        self._file()

    def _withdraw(self, reason: WithdrawalReason, note: str) -> None:
        self._do(WithdrawVacancy(**self._ids, reason=reason, note=note))
        self.stage = "ended"
        self._file()

    def _file(self) -> None:
        if self.plan.archive_days is not None:
            self.diary.soon(self.plan.archive_days, self.archive)

    def archive(self) -> None:
        """File it, after asking what came of the referrals."""
        if self.pending and self.chance.happens(0.4):
            self.desk.refuse(
                self.clerk, ArchiveVacancy(**self._ids), "41", "匹配推荐结果未了解即归档"
            )
        for referral in tuple(self.pending):
            self.learn(referral)
        self._do(ArchiveVacancy(**self._ids))
        self.stage = "archived"

    # --- helpers ------------------------------------------------------------------------------

    @property
    def reviewer(self) -> Actor:
        """Who reviews it: at the district what came in online, else at the agency."""
        office = self.employer.office.district if self.plan.online else self.employer.office
        others = [who for who in office.reviewers if who != self.clerk]
        return others[self.number % len(others)]

    @property
    def _ids(self) -> Ids:
        return {"credit_code": self.employer.credit_code, "vacancy_id": self.vacancy_id}

    @property
    def _today(self) -> date:
        return self.desk.clock.today

    @property
    def is_over(self) -> bool:
        """Say whether its time is over, recorded or not."""
        return self.valid_until is not None and self.valid_until < self._today

    @property
    def _papers_hold(self) -> bool:
        return self.employer.has_papers_on(self._today)

    def _do(self, *commands: Command) -> None:
        self.desk.do(self.clerk, *commands)

    def _submission(self) -> SubmitVacancy:
        if not self.plan.online:
            return SubmitVacancy(**self._ids)
        publisher = self.desk.taizhang.identities.person(self.employer.agent_number)
        return SubmitVacancy(**self._ids, channel=Channel.ONLINE, publisher_id=publisher)

    def _papers_good(self, again: Callable[[], None], tried: Command | None = None) -> bool:
        """Go on where the employer's papers hold; else show a refusal and try again some days later."""
        if self._papers_hold:
            return True
        if tried is not None and self.employer.show_refusal:
            self.employer.show_refusal = False
            self.desk.refuse(self.clerk, tried, "35", "证照或委托书过期后仍办理发布")
        self.plan.late_entry = 0
        self.diary.soon(2, again)
        return False

    def _defects(self) -> list[ReviewDefect]:
        plan, found = self.plan, []
        if plan.missing is not None and plan.missing_seen:
            label = Item(plan.missing).label_zh
            found.append(ReviewDefect(rule="38.2", note=f"未载明{label}，请补充"))
        if plan.faulty:
            found.append(ReviewDefect(rule="38.3", note=f"删除“{plan.phrases[0].text}”"))
        if plan.other_return and not found:
            found.append(ReviewDefect(rule="38.1", note="薪资标准与合同文本不一致，请核实"))
        return found

    def _mended(self) -> None:
        plan = self.plan
        self.content = self.sound
        plan.missing, plan.overruled, plan.faulty, plan.other_return = None, None, False, False
        plan.phrases = [phrase for phrase in plan.phrases if phrase.category is None]

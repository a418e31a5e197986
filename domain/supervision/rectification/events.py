"""What can happen to a problem found at an agency (Article 58), and what makes it the same problem."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import NAMESPACE_URL, UUID, uuid5

from ...events import Event
from ...organisation.agency import AgencyCode
from ...organisation.staff import StaffId


class Source(StrEnum):
    """How a problem came to be known."""

    SPOT_CHECK = "spot_check"
    MISSED_DUTY = "missed_duty"
    VACANCY_CHECK = "vacancy_check"
    MONITORING = "monitoring"
    COMPLAINT = "complaint"
    SURVEY = "survey"
    EVALUATION = "evaluation"
    OTHER = "other"

    @property
    def label_zh(self) -> str:
        """The source as a notice names it."""
        return {
            "spot_check": "台账抽查",
            "missed_duty": "逾期事项",
            "vacancy_check": "招聘信息核查",
            "monitoring": "日常监测",
            "complaint": "投诉举报",
            "survey": "满意度调查",
            "evaluation": "绩效评估",
            "other": "其他监督检查",
        }[self]


class ConcernedRecord(StrEnum):
    """What kind of record a problem is in; AGENCY for one of the agency as a whole.

    The first four are those of spot-checks, under the same names.
    """

    PERSONAL_LEDGERS = "personal_ledgers"
    NEEDS_FILES = "needs_files"
    EMPLOYER_LEDGERS = "employer_ledgers"
    STAFFING_NEEDS_FILES = "staffing_needs_files"
    ASSISTANCE_CASES = "assistance_cases"
    VACANCIES = "vacancies"
    OTHER = "other"
    AGENCY = "agency"

    @property
    def label_zh(self) -> str:
        """The kind of record in the words of the regulation."""
        return {
            "personal_ledgers": "个人服务台账",
            "needs_files": "就业需求档案",
            "employer_ledgers": "用人单位服务台账",
            "staffing_needs_files": "用人需求档案",
            "assistance_cases": "就业援助台账",
            "vacancies": "招聘信息",
            "other": "其他服务记录",
            "agency": "机构整体",
        }[self]


class ProblemFound(Event, name="rectification.found"):
    """A problem was found at an agency, for the first time or again after it was cleared (`round`).

    `superior_code` is the agency that found it and follows it up; `source_id` and `item_no` say where
    (a spot-check and its item, a duty).
    """

    agency_id: UUID
    agency_code: AgencyCode
    superior_code: AgencyCode
    rule: str
    record_kind: ConcernedRecord
    record_id: UUID | None
    source: Source
    source_id: str | None
    item_no: int | None
    evidence: str
    round: int

    @property
    def responsible(self) -> tuple[str, str]:
        """Who notifies it."""
        return self.superior_code, ""


class ProblemFoundAgain(Event, name="rectification.found_again"):
    """A problem that is known and not cleared was found once more."""

    source: Source
    source_id: str | None
    item_no: int | None
    evidence: str


class ProblemNotified(Event, name="rectification.notified"):
    """The agency was notified of the problem, for the `times`-th time in this round."""

    agency_code: AgencyCode
    notice_id: str
    times: int

    @property
    def responsible(self) -> tuple[str, str]:
        """Who puts it right."""
        return self.agency_code, ""


class ProblemAnswered(Event, name="rectification.answered"):
    """The agency answered the notice: the cause, and what it will do until when."""

    cause: str
    measures: str
    done_by: date | None


class ProblemPutRight(Event, name="rectification.put_right"):
    """The agency put the problem right, and what shows it."""

    superior_code: AgencyCode
    how: str
    evidence: str

    @property
    def responsible(self) -> tuple[str, str]:
        """Who checks it."""
        return self.superior_code, ""


class RectificationChecked(Event, name="rectification.checked"):
    """The superior checked whether the problem was put right; not `accepted`, it stands as before."""

    agency_code: AgencyCode
    superior_code: AgencyCode
    accepted: bool
    reason: str | None
    times: int

    @property
    def responsible(self) -> tuple[str, str]:
        """Who goes on where it was not accepted: the agency, or who has not notified it yet."""
        return (self.agency_code if self.times else self.superior_code), ""


class ProblemWithdrawn(Event, name="rectification.withdrawn"):
    """The superior took the finding back: it was none."""

    reason: str


class InterviewHeld(Event, name="rectification.interview_held"):
    """An admonition interview (警示约谈) was held with the agency's head, after `times` notices."""

    head_id: StaffId
    held_by: tuple[StaffId, ...]
    minutes: str
    put_right_by: date
    times: int


class InterviewDeclined(Event, name="rectification.interview_declined"):
    """It was decided, after `times` notices, that no interview is held, and why."""

    reason: str
    times: int


class ReferredForAccountability(Event, name="rectification.referred"):
    """The case was referred to the department that holds the agency and its head to account (问责)."""

    department: str
    consequences: str


def rectification_stream(agency_id: UUID, rule: str, record_id: UUID | None) -> UUID:
    """Return the stream of a problem: of one rule in one record, or at the agency as a whole.

    The same problem found again is the same stream, whatever the agency is called meanwhile.
    """
    record = "" if record_id is None else str(record_id)
    return uuid5(NAMESPACE_URL, f"taizhang:rectification:{agency_id}:{rule}:{record}")

"""The numbers of the regulation, one table per edition, each with the rule it comes from.

Two sorts of number stand side by side. What the text fixes (5个工作日) changes only with a new
edition. Where the text says 及时 (promptly) or 左右 (about), an agency's own standard is needed: a
*policy* value, with a default that an integrator may override with `Edition.with_policy`.

A past day is judged by the edition that was in force on it: `edition_on`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict

from .rules import RULES
from .terms import LONGEST, Count, Every, Rhythm, Term, Unit, Window

__all__ = [
    "ABOUT_WINDOW",
    "EDITIONS",
    "EDITION_2018",
    "Count",
    "Edition",
    "Every",
    "NoEditionInForce",
    "PolicyRefused",
    "Rhythm",
    "Term",
    "Unit",
    "Window",
    "edition_on",
]

ABOUT_WINDOW: Final = "about_window"
"""Policy key: calendar days before and after the nominal date that 左右 stands for (27.4b)."""


_NUMBERS: Final = (Term, Count, Rhythm)


class NoEditionInForce(ValueError):
    """No edition of the regulation was in force on ``day``."""

    def __init__(self, day: date, first: date | None) -> None:
        since = f"the first is in force from {first}" if first else "none is registered"
        super().__init__(f"no edition of the regulation was in force on {day}: {since}")
        self.day = day


class PolicyRefused(ValueError):
    """A policy value that cannot be set: unknown, fixed by the text, or no sensible number."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"policy {key!r}: {reason}")
        self.key = key


class Edition(BaseModel):
    """One edition of the regulation: when it took effect, and its numbers.

    Every number is a field, named by its ``key``; its ``meaning`` and ``rule`` say what it is.
    An edition is a value: derive another with ``model_copy(update=…)`` and pass it to
    `edition_on`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    title: str
    effective_from: date
    policy_overrides: tuple[str, ...] = ()
    """The keys of the policy values that are not this edition's defaults, sorted."""

    # Chapter 2: job seekers
    ledger_opening: Term
    difficulty_levels: Count
    key_support_level: Count
    registration_advice: Term
    out_of_contact: Term
    out_of_contact_report: Term
    registry_report_sending: Term
    job_ready_start: Term
    job_seeker_referral_outcome: Term
    job_search_archive: Term
    service_entry: Term
    # Chapter 3: hard-to-employ persons
    survey_opening: Term
    follow_up_survey: Term
    follow_up_survey_latest: Term
    surveys_before_ceasing: Count
    survey_out_of_contact: Term
    survey_out_of_contact_report: Term
    unwilling_surveys: Count
    unwilling_report: Term
    grading_after_registration: Term
    agreement_signing: Term
    transfer_decision: Term
    agreement_signing_after_transfer: Term
    visit_after_guidance: Term
    visit_in_training: Term
    readiness_after_training: Term
    visit_after_referral: Term
    visit_after_start: Term
    visit_after_one_month: Term
    visit_after_three_months: Term
    visit_after_six_months: Term
    referrals_before_consultation: Count
    plan_adjustment: Term
    ending_report: Term
    assistance_before_placement: Term
    referrals_before_placement: Count
    assisted_job_search_archive: Term
    assistance_entry: Term
    # Chapter 4: employers
    vacancy_validity: Term
    vacancy_review: Term
    vacancy_publication: Term
    referral_outcome: Term
    vacancy_archive: Term
    fair_announcement: Term
    paper_registration_entry: Term
    fair_outcome: Term
    fair_outcome_entry: Term
    enterprise_transfer_decision: Term
    enterprise_agreement_after_transfer: Term
    enterprise_contact: Rhythm
    enterprise_visit_after_guidance: Term
    enterprise_visit_after_referral: Term
    enterprise_hiring_plan_adjustment: Term
    enterprise_visit_after_hiring: Term
    employer_service_entry: Term
    enterprise_service_entry: Term
    # Chapters 5 and 6: information, supervision
    market_report: Rhythm
    training_needs_report: Rhythm
    spot_check_confidence: Count
    spot_check_fault_rate: Count
    spot_check_share: Count
    spot_check_targeted: Count
    spot_check_inspection: Term
    spot_check_answer: Term
    spot_check_closing: Term
    vacancy_check_notice: Rhythm
    spot_check_notice: Rhythm
    problem_notice: Term
    rectification: Term
    rectification_check: Term
    notices_before_interview: Count
    warning_pass_rate: Count
    warning_overdue_share: Count
    warning_late_entry_share: Count
    warning_late_review_share: Count
    warning_repeated_problems: Count
    warning_missing_roles: Count
    # Chapter 7: staff
    star_counsellor_years: Count
    chief_counsellor_years: Count
    guidance_days_a_week: Count
    star_papers_a_year: Count
    star_cases_a_year: Count
    senior_papers_a_year: Count
    senior_cases_a_year: Count
    excellent_analyst_years: Count
    chief_analyst_years: Count
    analyst_reports_a_year: Count
    analyst_excellent_reports_a_year: Count
    senior_analyst_reports_a_year: Count
    training_hours_a_year: Count
    staff_report: Term

    @classmethod
    def of(
        cls, name: str, title: str, effective_from: date, *numbers: Term | Count | Rhythm
    ) -> Self:
        """Make an edition of its numbers, each held under its key.

        Raises pydantic's ``ValidationError`` if one is missing, unknown or of the wrong type,
        and ``ValueError`` if a key occurs twice.
        """
        held: dict[str, Any] = {}
        for number in numbers:
            if number.key in held:
                raise ValueError(f"the number {number.key!r} is given twice")
            held[number.key] = number
        return cls(name=name, title=title, effective_from=effective_from, **held)

    def numbers(self) -> Iterator[Term | Count | Rhythm]:
        """Yield every number, in the order of the articles."""
        for field in type(self).model_fields:
            value = getattr(self, field)
            if isinstance(value, _NUMBERS):
                yield value

    def number(self, key: str) -> Term | Count | Rhythm:
        """Return the number held under ``key``; ``KeyError`` if there is none."""
        value = self.__dict__.get(key)
        if not isinstance(value, _NUMBERS):
            raise KeyError(f"edition {self.name} has no number {key!r}")
        return value

    def numbers_of(self, rule_id: str) -> tuple[Term | Count | Rhythm, ...]:
        """Return the numbers that come from the rule with this id."""
        return tuple(number for number in self.numbers() if number.rule == rule_id)

    def policy_values(self) -> dict[str, int | Every]:
        """Return every policy value by its key: what an integrator may set, and as it is set."""
        values: dict[str, int | Every] = {
            number.key: number.every if isinstance(number, Rhythm) else number.amount
            for number in self.numbers()
            if number.policy
        }
        values[ABOUT_WINDOW] = self.visit_after_one_month.window_days
        return values

    def with_policy(self, values: Mapping[str, int | Every]) -> Self:
        """Return this edition with other policy values: days for terms, a period for rhythms.

        Raises `PolicyRefused` for an unknown key, a number that the text itself fixes, or a
        value that is no number of days from 0 to 366 (no `Every`, for a rhythm).
        """
        known = {number.key: number for number in self.numbers()}
        changed: dict[str, Any] = {}
        for key, value in values.items():
            if key == ABOUT_WINDOW:
                days = _as_days(key, value)
                for number in self.numbers():
                    if isinstance(number, Term) and number.unit is Unit.ABOUT_MONTHS:
                        changed[number.key] = number.model_copy(update={"window_days": days})
                continue
            if key not in known:
                raise PolicyRefused(key, f"unknown; known are {', '.join(self.policy_values())}")
            number = known[key]
            if not number.policy:
                citation = RULES[number.rule].citation
                raise PolicyRefused(key, f"fixed by the text ({citation}), not a policy value")
            if isinstance(number, Rhythm):
                changed[key] = number.model_copy(update={"every": _as_every(key, value)})
            else:
                changed[key] = number.model_copy(update={"amount": _as_days(key, value)})
        overrides = tuple(sorted({*self.policy_overrides, *values}))
        return self.model_copy(update={**changed, "policy_overrides": overrides})


def _as_days(key: str, value: int | Every) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LONGEST:
        raise PolicyRefused(key, f"needs a whole number from 0 to {LONGEST}, not {value!r}")
    return value


def _as_every(key: str, value: int | Every) -> Every:
    if not isinstance(value, Every):
        raise PolicyRefused(key, f"needs one of {', '.join(Every)}, not {value!r}")
    return value


def _term(key: str, rule: str, amount: int, unit: Unit, meaning: str) -> Term:
    return Term(key=key, rule=rule, amount=amount, unit=unit, meaning=meaning)


def _within(key: str, rule: str, amount: int, meaning: str) -> Term:
    return _term(key, rule, amount, Unit.WORKING_DAYS, meaning)


def _promptly(key: str, rule: str, amount: int, meaning: str) -> Term:
    return _within(key, rule, amount, meaning).model_copy(update={"policy": True})


def _about(key: str, rule: str, amount: int, meaning: str) -> Term:
    term = _term(key, rule, amount, Unit.ABOUT_MONTHS, meaning)
    return term.model_copy(update={"window_days": 10})


def _count(key: str, rule: str, amount: int, of: str, meaning: str) -> Count:
    return Count(key=key, rule=rule, amount=amount, of=of, meaning=meaning)


def _standard(key: str, rule: str, amount: int, of: str, meaning: str) -> Count:
    return _count(key, rule, amount, of, meaning).model_copy(update={"policy": True})


def _every(key: str, rule: str, every: Every, meaning: str, *, policy: bool = False) -> Rhythm:
    return Rhythm(key=key, rule=rule, every=every, meaning=meaning, policy=policy)


# One number after another, as a table reads: the formatter would give each word a line.
# fmt: off
EDITION_2018: Final = Edition.of(
    "2018", "北京市精细化公共就业服务实施细则（京人社职介发〔2018〕153号）", date(2018, 8, 1),
    # Chapter 2: job seekers
    _term("ledger_opening", "11.1", 0, Unit.SAME_DAY,
          "collection of information → personal ledger opened"),
    _count("difficulty_levels", "12", 4, "个等级", "levels of the grading tool, 1 the lightest"),
    _count("key_support_level", "12", 3, "级", "the level from which key support is given"),
    _promptly("registration_advice", "13.2", 5,
              "grading at key support, not registered or recognised → advice given"),
    _term("out_of_contact", "13.3", 6, Unit.MONTHS,
          "last contact → services cease once more than this has passed"),
    _promptly("out_of_contact_report", "13.3", 5,
              "out of contact too long → reported to the registry"),
    _promptly("registry_report_sending", "13.3", 1,
              "report to the registry decided on, or rejected by it → sent"),
    _term("job_ready_start", "15.1", 14, Unit.CALENDAR_DAYS,
          "offer of employment → able to start (2周内)"),
    _promptly("job_seeker_referral_outcome", "16", 5,
              "referral → outcome learnt from the job seeker"),
    _promptly("job_search_archive", "16", 2, "employment → job search archived"),
    _promptly("service_entry", "17", 1, "service to a job seeker → entered in the ledger"),
    # Chapter 3: hard-to-employ persons
    _term("survey_opening", "20", 0, Unit.SAME_DAY,
          "willingness survey → ledger and needs file opened"),
    _within("follow_up_survey", "21.2a", 10,
            "survey (willing, not registering) → follow-up survey"),
    _term("follow_up_survey_latest", "21.2a", 30, Unit.CALENDAR_DAYS,
          "survey → next survey at the latest, when it is put off for cause"),
    _count("surveys_before_ceasing", "21.2b", 3, "次跟踪摸查",
           "follow-up surveys without registration before services cease"),
    _term("survey_out_of_contact", "21.2b", 6, Unit.MONTHS,
          "last contact → services cease once more than this has passed"),
    _promptly("survey_out_of_contact_report", "21.2b", 5,
              "surveys and time reached → reported to the registry"),
    _count("unwilling_surveys", "21.3", 3, "次跟踪摸查",
           "follow-up surveys still unwilling before services cease"),
    _promptly("unwilling_report", "21.3", 5, "surveys reached → reported to the registry"),
    _promptly("grading_after_registration", "22", 1,
              "registration of a recognised person → difficulty graded"),
    _promptly("agreement_signing", "23.1", 5,
              "registration of a recognised person → agreement signed"),
    _promptly("transfer_decision", "24", 5,
              "application for transfer complete → decided by the one with power"),
    _promptly("agreement_signing_after_transfer", "24.2", 5,
              "transfer approved → receiving agency signs"),
    _within("visit_after_guidance", "27.1", 5, "guidance → follow-up visit"),
    _within("visit_in_training", "27.2", 3,
            "start, middle and end of training or internship → visit at each"),
    _promptly("readiness_after_training", "27.2", 5,
              "end of training or internship → readiness assessed"),
    _within("visit_after_referral", "27.3", 5, "referral → follow-up visit"),
    _within("visit_after_start", "27.4a", 10, "start of work → follow-up visit"),
    _about("visit_after_one_month", "27.4b", 1, "start of work → first visit on stability"),
    _about("visit_after_three_months", "27.4b", 3, "start of work → second visit on stability"),
    _about("visit_after_six_months", "27.4b", 6, "start of work → third visit on stability"),
    _count("referrals_before_consultation", "28", 3, "次匹配推荐",
           "referrals without employment that open a consultation"),
    _within("plan_adjustment", "28.3", 5, "experts' opinion → plan adjusted with the person"),
    _promptly("ending_report", "29", 5, "ending approved → reported to the registry"),
    _term("assistance_before_placement", "30.1", 6, Unit.MONTHS,
          "agreement signed → placement possible once this is reached"),
    _count("referrals_before_placement", "30.1", 5, "次匹配推荐",
           "referrals without employment that open a placement"),
    _promptly("assisted_job_search_archive", "31", 2, "employment → job search archived"),
    _promptly("assistance_entry", "32", 1, "assistance service → entered in the ledger"),
    # Chapter 4: employers
    _term("vacancy_validity", "38.1", 30, Unit.CALENDAR_DAYS,
          "published without a stated end → its validity (有效性) ends").model_copy(
        update={"policy": True}),
    _promptly("vacancy_review", "38.1", 2, "vacancy submitted → reviewed"),
    _promptly("vacancy_publication", "39.1", 1, "review passed → vacancy published"),
    _promptly("referral_outcome", "41", 5, "referral → outcome learnt from the employer"),
    _promptly("vacancy_archive", "41", 2, "vacancy lapsed or withdrawn → archived"),
    _term("fair_announcement", "43.2", 3, Unit.WORKING_DAYS_BEFORE,
          "pre-announced before the day of the job fair"),
    _promptly("paper_registration_entry", "43.3", 1, "paper registration at a fair → entered"),
    _promptly("fair_outcome", "43.4", 5, "job fair held → outcomes followed up and entered"),
    _promptly("fair_outcome_entry", "43.4", 1, "outcome of a job fair learnt → entered"),
    _promptly("enterprise_transfer_decision", "45.2", 5,
              "application for transfer complete → decided by the one with power"),
    _promptly("enterprise_agreement_after_transfer", "45.2", 5,
              "transfer approved → receiving agency signs"),
    _every("enterprise_contact", "48.2", Every.QUARTER,
           "contact with a key enterprise, needs file brought up to date"),
    _within("enterprise_visit_after_guidance", "49.1", 5, "guidance → follow-up"),
    _within("enterprise_visit_after_referral", "49.2", 5, "referrals → follow-up on interviews"),
    _promptly("enterprise_hiring_plan_adjustment", "49.2", 5,
              "demand found unmet → hiring plan adjusted with the enterprise"),
    _within("enterprise_visit_after_hiring", "49.3", 10,
            "hiring completed → follow-up on those who started"),
    _promptly("employer_service_entry", "50", 1, "service to an employer → entered in the ledger"),
    _promptly("enterprise_service_entry", "50", 1,
              "service to a key enterprise → entered in the ledger"),
    # Chapters 5 and 6: information, supervision
    _every("market_report", "52", Every.QUARTER, "analysis of supply and demand"),
    _every("training_needs_report", "54", Every.QUARTER,
           "training needs summed up and passed on (定期)", policy=True),
    _standard("spot_check_confidence", "56.1", 95, "%",
              "confidence with which a sample holds a faulty record, if so many are faulty as is set"),
    _standard("spot_check_fault_rate", "56.1", 5, "%",
              "rate of faulty records from which on a sample is to hold one"),
    _standard("spot_check_share", "56.1", 2, "‰",
              "share of a stratum that is drawn, where that is more than is needed to find a fault"),
    _standard("spot_check_targeted", "56.1", 3, "份",
              "records of a stratum picked for their risk at most, beside the sample"),
    _promptly("spot_check_inspection", "56.1", 10,
              "cut-off of a spot-check → every item inspected"),
    _promptly("spot_check_answer", "56.1", 3,
              "last day to inspect → the inspected agency has answered"),
    _promptly("spot_check_closing", "56.2b", 2, "last day to answer → spot-check closed"),
    _every("vacancy_check_notice", "56.2a", Every.DAY, "result of vacancy checks notified"),
    _every("spot_check_notice", "56.2b", Every.MONTH,
           "result of spot-checks of ledgers and files notified"),
    _promptly("problem_notice", "58.2a", 1, "problem found → notified to the agency"),
    _promptly("rectification", "58.2a", 10, "problem notified → put right"),
    _promptly("rectification_check", "58.2a", 5,
              "reported as put right → checked by the superior (督促其整改)"),
    _count("notices_before_interview", "58.2b", 3, "次通报",
           "notices of one problem, not put right, that open an interview"),
    _standard("warning_pass_rate", "58.1", 90, "%", "pass rate of spot-checks below which is warned of"),
    _standard("warning_overdue_share", "58.1", 10, "%",
              "share of the month's duties not kept, above which is warned of"),
    _standard("warning_late_entry_share", "58.1", 10, "%", "share of late entries, likewise"),
    _standard("warning_late_review_share", "58.1", 10, "%", "share of vacancies reviewed late, likewise"),
    _standard("warning_repeated_problems", "58.1", 0, "个",
              "problems notified twice or more and not put right, likewise"),
    _standard("warning_missing_roles", "58.1", 0, "类",
              "kinds of staff (Article 60) that an agency has nobody for, likewise"),
    # Chapter 7: staff
    _count("star_counsellor_years", "63", 5, "年", "front-line counselling before star counsellor"),
    _count("chief_counsellor_years", "63", 10, "年",
           "front-line counselling before chief counsellor"),
    _count("guidance_days_a_week", "64", 2, "个工作日",
           "specialised guidance a week on average, star and chief"),
    _count("star_papers_a_year", "64", 1, "篇论文",
           "published papers a year, star and chief counsellors"),
    _count("star_cases_a_year", "64", 5, "篇案例", "cases a year, star and chief counsellors"),
    _count("senior_papers_a_year", "64", 1, "篇论文", "papers a year, senior counsellors"),
    _count("senior_cases_a_year", "64", 3, "篇案例", "cases a year, senior counsellors"),
    _count("excellent_analyst_years", "67", 2, "年", "analysis before excellent analyst"),
    _count("chief_analyst_years", "67", 5, "年", "analysis before chief analyst"),
    _count("analyst_reports_a_year", "67.4", 4, "篇分析报告",
           "reports a year, chief and excellent analysts"),
    _count("analyst_excellent_reports_a_year", "67.4", 1, "次优秀文章", "of them rated excellent"),
    _count("senior_analyst_reports_a_year", "67.4", 2, "篇分析报告",
           "reports a year, senior analysts"),
    _count("training_hours_a_year", "69", 60, "学时", "training a year, counsellors and analysts"),
    _promptly("staff_report", "71", 5, "change of staff → reported to the city"),
)
# fmt: on

EDITIONS: Final = (EDITION_2018,)
"""Every edition, the earliest first."""


def edition_on(day: date, editions: tuple[Edition, ...] = EDITIONS) -> Edition:
    """Return the edition in force on ``day``, the latest of those that had taken effect.

    ``editions`` may be in any order. Raises `NoEditionInForce` for a day before the first.
    """
    in_force = [edition for edition in editions if edition.effective_from <= day]
    if not in_force:
        first = min((edition.effective_from for edition in editions), default=None)
        raise NoEditionInForce(day, first)
    return max(in_force, key=lambda edition: edition.effective_from)

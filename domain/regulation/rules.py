"""Every rule of the regulation, by the id that code, findings, notices and tests cite.

An id is article, paragraph or item, and a running letter where one item holds several. How a
rule is cited in Chinese is data of its own, because the second part of an id may be a paragraph
(款) or an item (项), and some rules rest on a whole article.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Final

REGULATION: Final = "北京市精细化公共就业服务实施细则"
"""The regulation's title, for citations on paper."""

_DIGITS: Final = "零一二三四五六七八九"


class RuleKind(StrEnum):
    """What a rule becomes in the system."""

    CONDITION = "C"
    """A command must meet it, or it is refused with the rule's id."""
    OBLIGATION = "O"
    """An event makes a duty fall due; another discharges it."""
    CONTENT = "K"
    """A spot-check of a ledger or file verifies it."""
    ESCALATION = "E"
    """A count or a time is reached, and the next step becomes open."""
    POWER = "P"
    """Who may do it: agency level, role."""
    REPORT = "R"
    """A report or a notice, and its rhythm."""


class UnknownRule(KeyError):
    """No rule has this id."""

    def __init__(self, rule_id: str) -> None:
        super().__init__(rule_id)
        self.rule_id = rule_id

    def __str__(self) -> str:
        """Say which id is unknown (KeyError alone would show its repr)."""
        return f"no rule of the regulation has the id {self.rule_id!r}"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its id, what it becomes, what it says, and where it stands in the text.

    ``paragraph`` is the 款 and ``item`` the 项, numbered from 1; both are ``None`` for a rule
    that rests on a whole article.
    """

    id: str
    kinds: tuple[RuleKind, ...]
    text: str
    article: int
    paragraph: int | None = None
    item: int | None = None

    @property
    def citation(self) -> str:
        """The place in the text, as officials cite it: 第二十七条（一）, 第三十八条第二款."""
        return _citation(self.article, self.paragraph, self.item)


@cache  # every line of a worklist cites its rule
def _citation(article: int, paragraph: int | None, item: int | None) -> str:
    place = f"第{chinese_number(article)}条"
    if paragraph is not None:
        place += f"第{chinese_number(paragraph)}款"
    if item is not None:
        place += f"（{chinese_number(item)}）"
    return place


def chinese_number(n: int) -> str:
    """Return 1 to 99 in Chinese numerals; ``ValueError`` beyond."""
    if not 1 <= n <= 99:
        raise ValueError(f"no article, paragraph or item has the number {n}")
    tens, ones = divmod(n, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")


def rule(rule_id: str) -> Rule:
    """Return the rule with this id; raises `UnknownRule`."""
    try:
        return RULES[rule_id]
    except KeyError:
        raise UnknownRule(rule_id) from None


def _r(
    rule_id: str, kinds: str, text: str, *, paragraph: int | None = None, item: int | None = None
) -> Rule:
    article = int(rule_id.partition(".")[0])
    return Rule(rule_id, tuple(RuleKind(k) for k in kinds), text, article, paragraph, item)


# One rule after another, as a table reads: the formatter would give each word a line.
# fmt: off
_ALL: Final = (
    # Chapter 1: agencies, responsibility, archive and credit
    _r("4", "P", "The city plans, sets standards and supervises districts; a district supervises "
       "subdistricts and gives specialised services; subdistricts and below give daily services, "
       "survey and sign agreements."),
    _r("5.a", "P", "Assistance specialists and enterprise specialists are counsellors of the "
       "agency itself."),
    _r("5.b", "K", "Responsibility is traceable: every event names the staff member and the "
       "agency that acted."),
    _r("5.c", "C", "Complaints and reports are recorded, handled and answered."),
    _r("9.1", "K", "Electronic service archives of persons and of employers are sorted, filed, "
       "kept and used under control.", paragraph=1),
    _r("9.2", "R", "An employment credit record of persons and of employers is built from the "
       "archive.", paragraph=2),
    # Chapter 2: job seekers
    _r("10", "C", "Job seekers' information is collected by survey, at the front desk, online or "
       "at a job fair."),
    _r("11.1", "O", "The personal service ledger is opened on the day on which the information is "
       "collected.", paragraph=1),
    _r("11.2", "K", "Registration and refined information (time out of work, skill level, family "
       "factors) are both recorded.", paragraph=2),
    _r("12", "CK", "The difficulty level 1 to 4 is found with the city-wide grading tool and "
       "recorded with the tool's name, version, answers and score; 1 and 2 mean general support, "
       "3 and 4 key support."),
    _r("13.1", "C", "At level 3 or 4, registered as unemployed (or as rural transfer) and "
       "recognised as hard to employ, a job seeker falls under Chapter 3: an assistance case can "
       "be opened.", paragraph=1),
    _r("13.2", "O", "At level 3 or 4 but not registered or not recognised, a job seeker is given "
       "policy advice and the suggestion to register; until then the services of Chapter 2 "
       "go on.", paragraph=2),
    _r("13.3", "EO", "A registered unemployed person out of contact for more than 6 months is "
       "reported to the unemployment registry and services cease; they may resume "
       "on contact.", paragraph=3),
    _r("14", "C", "Guidance for job seekers who want it is general, specialised (with aptitude "
       "assessment) or group (with a guidance plan); a booking may precede it, and it may lead to "
       "self-service, matching or online access."),
    _r("14.last", "P", "A booking made online goes to the district of habitual residence, which "
       "assigns a counsellor near the person.", paragraph=2),
    _r("15.1", "C", "Only a job-ready person, able to start within 2 weeks of an offer, is "
       "referred; one who is not gets advice. A referral records the vacancy and the person's "
       "consent."),
    _r("15.2", "C", "Vacancies that match the person's ability and wishes are offered, with the "
       "reasons of the match.", paragraph=1),
    _r("16", "O", "The outcome of a referral is learnt promptly; on employment the job search is "
       "archived promptly."),
    _r("17", "OK", "Every service is entered promptly. The ledger has basic information, "
       "registration, referrals and hires, guidance, tracking checks and other matters."),
    # Chapter 3: hard-to-employ persons
    _r("18", "P", "Subdistricts survey the willingness of recognised persons: urban registered "
       "unemployed, rural transfer-registered, and others recognised."),
    _r("19", "K", "A willingness survey states its method (phone, front desk, visit), whether the "
       "person is willing, and the concrete reason where not."),
    _r("20", "O", "The ledger and the employment needs file are opened on the day of the survey."),
    _r("21.1", "C", "Of a hard-to-employ person who registers, registration and refined "
       "information are collected.", item=1),
    _r("21.2a", "O", "Willing but not registering: a follow-up survey within 10 working days; for "
       "childbirth, care for family and the like later, but never more than 30 days between two "
       "surveys.", item=2),
    _r("21.2b", "E", "After 3 or more follow-up surveys without registration and more than 6 "
       "months out of contact, the registry is told and services cease.", item=2),
    _r("21.3", "E", "After 3 or more follow-up surveys still unwilling and not registering, the "
       "registry is told and services cease.", item=3),
    _r("22", "C", "A hard-to-employ person who registers is graded."),
    _r("23.1", "CPO", "A recognised person who has registered is contacted and signed with "
       "promptly by the subdistrict of household registration or residence, as the person "
       "chooses, with one named specialist of that agency; one live case a person.", paragraph=1),
    _r("23.3", "CP", "Transfer after a move is arranged by the district within it, and by the "
       "city between districts.", paragraph=3),
    _r("24", "CP", "A transfer is asked for by the person, verified by the specialist, applied "
       "for by the agency and passed upward to the one with power to approve; approval ends the "
       "old agreement and the new agency signs a new one."),
    _r("24.2", "O", "After a transfer is approved the receiving subdistrict signs promptly.",
       paragraph=2),
    _r("25", "K", "Performance of the agreement, services, plan and actions are recorded "
       "throughout; their effect and the person's readiness are assessed."),
    _r("26", "K", "A team works around the specialist. Assistance plan and action plan are made "
       "with the person from readiness assessment and classification, with stages and dates; "
       "revisions carry their reason."),
    _r("27.1", "O", "Follow-up visit within 5 working days after guidance.", item=1),
    _r("27.2", "O", "Training, start-up training or internship: a visit within 3 working days "
       "after its start, its middle and its end; then readiness is assessed.", item=2),
    _r("27.3", "O", "Follow-up visit within 5 working days after a referral, hired or not.",
       item=3),
    _r("27.4a", "O", "Follow-up visit within 10 working days after starting work.", item=4),
    _r("27.4b", "O", "Visits on stability about 1, 3 and 6 months after starting work.", item=4),
    _r("28", "E", "A job-ready person with 3 or more referrals and no employment: expert "
       "consultation may be applied for at the next level up."),
    _r("28.3", "O", "After the experts' opinion the plan is adjusted with the person within 5 "
       "working days; this repeats until employment or the end of the case.", item=3),
    _r("29", "CP", "Assistance ends for clear unwillingness or refusal after a follow-up visit, "
       "verified by the specialist and approved by the agency; the registry is told."),
    _r("30.1", "EC", "6 months or more after signing, obligations met, job-ready, 5 or more "
       "referrals without employment through no fault of the person, and fit for such a post: the "
       "person may be recommended to a public-welfare employer.", paragraph=1),
    _r("30.2", "C", "Placement ends the agreement while guidance goes on; after it, a person "
       "still eligible is assisted again under a new agreement.", paragraph=2),
    _r("31", "O", "Job-search information is archived promptly on employment."),
    _r("32", "OK", "Every assistance service is entered promptly; the ledger also holds the needs "
       "file and its changes, the agreement and its performance, specialist and team, and every "
       "service."),
    _r("33", "C", "Other groups that the city or a district names may be served likewise."),
    # Chapter 4: employers
    _r("34", "C", "Employers' recruitment information is collected by survey, at the front desk, "
       "online or at a job fair."),
    _r("35", "C", "Business licence or credit code and its validity, the agent's letter of "
       "authority and identity are verified; then the recruitment registration is made."),
    _r("36", "C", "A registered employer is given a service ledger, guidance, information and "
       "referrals."),
    _r("37", "C", "Guidance for employers is general, specialised or group, as for job seekers."),
    _r("38.1", "C", "Every vacancy is reviewed for truth, legality and validity before it is "
       "published.", paragraph=1),
    _r("38.2", "K", "A vacancy states employer basics, headcount, work content, hiring "
       "conditions, pay, benefits and social insurance.", paragraph=2),
    _r("38.3", "K", "A vacancy sets nothing discriminatory (sex, ethnicity and the like).",
       paragraph=3),
    _r("39.1", "C", "A vacancy that passed is published promptly; one that failed goes back with "
       "its defects and is published only once revised and passed.", paragraph=1),
    _r("39.2", "PC", "Online, the publisher is verified by real name, and the district of the "
       "recruitment registration or of the staffing needs file reviews.", paragraph=2),
    _r("40", "C", "Job seekers that match a vacancy are offered to the employer, with the "
       "reasons, and referred."),
    _r("41", "O", "Outcomes of referrals are learnt promptly; lapsed vacancies are archived "
       "promptly."),
    _r("42", "CP", "Agencies hold job fairs, on site or online, specialised or targeted by a theme "
       "rather than general ones."),
    _r("43.1", "C", "Employers at a job fair are qualified and registered, and their vacancies "
       "reviewed, as everywhere.", item=1),
    _r("43.2", "O", "A job fair is pre-announced in the system in the 3 working days before it: "
       "due on the third working day before, and earlier also meets it.", item=2),
    _r("43.3", "O", "Registrations taken on paper at a job fair are entered promptly.", item=3),
    _r("43.4", "O", "After a job fair its outcomes (agreements reached, people who started) are "
       "followed up and entered promptly.", item=4),
    _r("44", "CP", "A key enterprise, not in the catalogue of prohibited and restricted "
       "industries, has a daily service agreement and one named specialist; it is served where "
       "registered or where it operates, at its choice."),
    _r("45.1", "CP", "A key enterprise's transfer takes the same steps and powers as a person's.",
       paragraph=1),
    _r("45.2", "C", "Before approving, the receiving area confirms that the enterprise is not in "
       "its catalogue.", paragraph=2),
    _r("45.3", "C", "No longer a key enterprise: the agreement is ended by consent, or runs to "
       "term and is not renewed; it goes on as an ordinary employer.", paragraph=3),
    _r("46", "K", "Every key enterprise has a service ledger and a staffing needs file."),
    _r("47", "K", "A service support team works around the enterprise specialist."),
    _r("48.1", "K", "The staffing needs file holds basics (nature, industry, type, size), "
       "workforce and turnover, next quarter's hiring plan, and other "
       "useful information.", paragraph=1),
    _r("48.2", "O", "Contact at least once a quarter, and the file brought up to date.",
       paragraph=2),
    _r("49.1", "O", "Follow-up within 5 working days after guidance to a key enterprise.", item=1),
    _r("49.2", "O", "Follow-up on interviews within 5 working days after referrals; for unmet "
       "demand the hiring plan is adjusted.", item=2),
    _r("49.3", "O", "Follow-up within 10 working days after hiring, on those who started.", item=3),
    _r("50", "OK", "Every service to an employer is entered promptly. The ledger has basics, "
       "registration and vacancies, demand met, guidance and referrals, tracking checks and other "
       "matters; a key enterprise's also needs file, agreement, specialist and team, and every "
       "support."),
    # Chapter 5: information
    _r("51.1", "C", "Collected job, occupation and pay information is reviewed before use.",
       paragraph=1),
    _r("51.2", "C", "Data of persons and employers are protected against disclosure.", paragraph=2),
    _r("52", "R", "Supply and demand are analysed (totals, structure, trend, pay), with a report "
       "every quarter."),
    _r("53", "R", "Vacancies, job seekers' information without identity, and training are "
       "published."),
    _r("54", "R", "Training needs of job seekers and employers are summed up regularly and passed "
       "on."),
    # Chapter 6: supervision
    _r("55", "R", "Performance figures are kept by agency, for the city and for each district."),
    _r("56.1", "P", "A superior agency checks all and spot-checks a sample of the records below "
       "it: personal ledgers, needs files, vacancies, employer ledgers, staffing "
       "needs files.", paragraph=1),
    _r("56.2a", "R", "The result of vacancy checks is notified every day.", paragraph=2),
    _r("56.2b", "R", "The result of spot-checks of ledgers and files is notified every month.",
       paragraph=2),
    _r("57", "R", "Satisfaction is surveyed, and what was found is put right."),
    _r("58.1", "R", "Quality is monitored with early warning, city-wide and by district.",
       paragraph=1),
    _r("58.2a", "O", "A problem found is notified promptly to the agency, which puts it right.",
       paragraph=2),
    _r("58.2b", "E", "After 3 or more notices and no effective rectification, an admonition "
       "interview may be held with the agency's head.", paragraph=2),
    _r("58.2c", "E", "An interview without effect, with grave consequences: the case is referred "
       "for accountability.", paragraph=2),
    _r("59.1", "R", "Abuse of power and neglect of duty are referred for sanction.", paragraph=1),
    _r("59.2", "C", "A person may lodge an appeal to the district's authority; it is recorded in "
       "the ledger and answered.", paragraph=2),
    # Chapter 7: staff
    _r("60", "P", "Districts and subdistricts have counsellors, information analysts and other "
       "HR-service staff; stations have community coordinators; an agency without one shows in "
       "monitoring."),
    _r("61", "P", "Counsellors, information analysts and community coordinators hold the "
       "certificate that their role needs, or the skill."),
    _r("62", "P", "Counsellors give guidance and referrals to persons and employers."),
    _r("63", "C", "A star counsellor has 5 years or more of front-line work and a senior "
       "certificate (or one deemed equal); a chief counsellor 10 years or more and was formerly a "
       "star."),
    _r("64", "O", "Star and chief counsellors give specialised guidance on 2 working days a week "
       "on average, and each year 1 published paper and 5 cases (senior: 1 paper, 3 cases); "
       "otherwise not that year's star or chief."),
    _r("65", "P", "Information analysts collect, review, analyse and publish labour-market "
       "information."),
    _r("67", "C", "An excellent analyst has 2 years or more and a senior certificate (or one "
       "deemed equal); a chief analyst 5 years or more and was formerly excellent."),
    _r("67.4", "O", "Chief and excellent analysts write 4 reports or more a year, at least 1 "
       "rated excellent (senior: 2 reports).", paragraph=4),
    _r("69", "O", "Counsellors and analysts have 60 hours or more of training a year, each closed "
       "with an assessment."),
    _r("71", "R", "Districts report their counsellors and analysts, and those below, to the city "
       "promptly."),
)
# fmt: on

RULES: Final[Mapping[str, Rule]] = MappingProxyType({entry.id: entry for entry in _ALL})
"""Every rule by its id, in the order of the articles."""

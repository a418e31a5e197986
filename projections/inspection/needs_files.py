"""The rules of an employment needs file (就业需求档案): Articles 19, 20 and 32."""

from __future__ import annotations

from collections.abc import Iterator

from ...domain.calendar import shanghai_day, zh_date
from ...domain.events import ERASED
from ...domain.job_seeker.surveys import (
    NeedsFileChanged,
    NeedsFileOpened,
    SurveyAnswer,
    Surveyed,
)
from ...domain.supervision.spot_check.findings import Evidence, Finding, Verdict
from .record import InspectedRecord, found, met_unless, not_applicable, seen


def surveys(record: InspectedRecord) -> Iterator[Finding]:
    """Find a survey without the concrete reason where the person is not willing; each has its method.

    Rule 19.
    """
    title = "摸查方式、就业意愿及无意愿的具体原因"
    made = list(record.all(Surveyed))
    wrong = [
        seen("表示暂无就业意愿，未记载具体原因", recorded)
        for event, recorded in made
        if event.answer is SurveyAnswer.UNWILLING and not event.reason.strip()
    ]
    if not made:
        wrong.append(Evidence(text_zh="有就业需求档案而无就业意愿摸查记录"))
    last = record.last(Surveyed)
    right = None
    if last is not None:
        text = f"共摸查{len(made)}次，最近一次{last[0].method.label_zh}：{last[0].answer.label_zh}"
        right = seen(text, last[1])
    yield met_unless("19", "19", title, wrong, right)


def opening(record: InspectedRecord) -> Iterator[Finding]:
    """Find a file that was not opened on the day of the first survey.

    Rule 20.
    """
    title = "摸查当天建立就业需求档案"
    opened, first = record.first(NeedsFileOpened), record.first(Surveyed)
    if opened is None or first is None:
        yield found(
            "20", "20/opening", title, Verdict.NOT_MET, Evidence(text_zh="无建立档案或摸查的记录")
        )
        return
    recorded = opened[1]
    entered_on = shanghai_day(recorded.recorded_at)
    surveyed_on = first[1].occurred_on
    text = f"{zh_date(surveyed_on)}摸查，档案于{zh_date(entered_on)}建立"
    evidence = seen(text, first[1], recorded, days=(surveyed_on, recorded.occurred_on, entered_on))
    is_late = entered_on > surveyed_on or recorded.occurred_on > surveyed_on
    yield met_unless("20", "20/opening", title, [evidence] * is_late, evidence)


def content(record: InspectedRecord) -> Iterator[Finding]:
    """Find a file that states nothing of the person's needs, or not what a willing person looks for.

    What somebody who is not willing needs is for the inspector to judge.

    Rule 20.
    """
    title = "就业需求档案内容"
    last, survey = record.last(NeedsFileOpened, NeedsFileChanged), record.last(Surveyed)
    if last is None:
        return
    event, recorded = last
    assert isinstance(event, NeedsFileOpened | NeedsFileChanged)
    needs = event.needs
    lacking = [
        what
        for what, held in (
            ("求职意向（职业）", needs.occupations),
            ("期望报酬", needs.monthly_pay_from is not None),
            ("服务需求", needs.services_wanted or needs.training_wanted),
            ("就业障碍", needs.hindrances),
        )
        if not held
    ]
    if not lacking:
        yield found("20", "20/content", title, Verdict.MET, seen("内容齐全", recorded))
        return
    willing = survey is not None and survey[0].answer is SurveyAnswer.WILLING
    is_empty = len(lacking) == 4
    verdict = (
        Verdict.NOT_MET if willing and (is_empty or not needs.occupations) else Verdict.TO_BE_JUDGED
    )
    text = f"未记载：{'、'.join(lacking)}"
    yield found("20", "20/content", title, verdict, seen(text, recorded))


def changes(record: InspectedRecord) -> Iterator[Finding]:
    """Find a change of the file without its reason.

    Rule 32.
    """
    title = "就业需求档案变动情况"
    changed = list(record.all(NeedsFileChanged))
    if not changed:
        yield not_applicable("32", "32/changes", title, "档案未变动")
        return
    wrong = [
        seen("变动未说明原因", recorded)
        for event, recorded in changed
        if not event.reason.strip() and event.reason != ERASED
    ]
    yield met_unless(
        "32", "32/changes", title, wrong, seen(f"变动{len(changed)}次", changed[-1][1])
    )

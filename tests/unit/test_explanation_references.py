"""References and paths: what an explanation is asked for by, and what a wrong one is told."""

from __future__ import annotations

from uuid import UUID

import pytest

from taizhang import InvalidInput
from taizhang.domain.duties.duty import duty_reference
from taizhang.projections.explanation.model import Explanation, Thing
from taizhang.projections.explanation.references import (
    FORMS,
    CheckFindingReference,
    DutyReference,
    FigureReference,
    NoticeFindingReference,
    parse_reference,
)
from taizhang.projections.explanation.render_text import explanation_lines

ID = UUID("3f2a9c1e-0000-4000-8000-000000000001")

pytestmark = pytest.mark.rule("9.1")


@pytest.mark.parametrize("turn", [0, 3])
def test_the_reference_of_a_duty_is_read_back(turn: int) -> None:
    text = duty_reference("vacancy_review", ID, 17, turn)
    assert parse_reference(text) == DutyReference("vacancy_review", ID, 17, turn)


def test_findings_and_figures_are_told_apart() -> None:
    notice = "daily_vacancies-110105-20261102"
    assert parse_reference(f"finding:{notice}:2") == NoticeFindingReference(notice, 2)
    assert parse_reference(f"finding:{ID}:2:50/basics") == CheckFindingReference(ID, 2, "50/basics")
    assert parse_reference(f" figure:{notice}:rules.38.1.vacancies") == FigureReference(
        notice, "rules.38.1.vacancies"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "duty:vacancy_review",
        f"duty:vacancy_review:{ID}:x",
        f"duty:vacancy_review:{ID}:0",
        f"duty:vacancy_review:{ID}:1:-1",
        "duty:vacancy_review:nobody:1",
        "duty::nobody:1",
        "finding:notice:0",
        "finding:notice:²",
        "finding:notice:1:35",
        f"finding:{ID}:1:",
        "figure:notice",
        "figure:notice:",
        "figure::overall",
    ],
)
def test_what_is_no_reference_is_told_which_forms_there_are(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_reference(text)
    assert refused.value.field == "reference"
    assert repr(text) in str(refused.value)
    assert all(form in str(refused.value) for form in FORMS)


def test_as_text_a_long_list_says_how_much_is_left_out_and_a_difference_stands_out() -> None:
    things = tuple(Thing(text_zh=f"第{n}项", positions=(n,)) for n in range(1, 6))
    told = Explanation(
        reference="figure:n:p", title_zh="合计", stated=4, counted=5, things=things,
        events_left_out=2,
    )  # fmt: skip
    lines = explanation_lines(told, at_most=3)
    assert "  通报所载：4；重新计数：5（不一致）" in lines
    assert "  3. 第3项 #3" in lines
    assert "  4. 第4项 #4" not in lines
    assert "  ……其余2项见 --json" in lines
    assert "  ……另有2条，可以 --events 增加" in lines

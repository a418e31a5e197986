"""Commands as data: their names, their schemas, and what comes over a wire."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

import taizhang
from taizhang import COMMANDS, Command, CommandResult, InvalidInput, parse_command, schemas
from taizhang.domain.errors import (
    Conflict,
    ErrorDetail,
    NotAuthorised,
    NotFound,
    RuleBroken,
    TaizhangError,
    TooEarly,
    Unavailable,
)

CODE = "91110101717757158X"


def test_every_command_has_a_permanent_name_and_a_docstring() -> None:
    assert len(COMMANDS) >= 29
    for name, cls in COMMANDS.items():
        assert cls.command_name == name
        # A stored name may say more than the class does, never something else.
        short = "".join(f"_{c.lower()}" if c.isupper() else c for c in cls.__name__)[1:]
        words = short.removeprefix("refer_assisted").split("_")
        assert set(filter(None, words)) <= set(name.split("_")), name
        assert cls.__doc__
        assert cls.power
        assert cls.aggregate


def test_every_command_is_part_of_the_public_face() -> None:
    for cls in COMMANDS.values():
        assert getattr(taizhang, cls.__name__) is cls
        assert cls.__name__ in taizhang.__all__
    for name in taizhang.__all__:
        assert hasattr(taizhang, name)


def test_schemas_are_json_and_say_what_is_required() -> None:
    found = json.loads(json.dumps(schemas()))
    assert set(found) == set(COMMANDS)
    draft = found["draft_vacancy"]
    assert set(draft["required"]) == {"credit_code", "vacancy_id", "content"}
    assert draft["additionalProperties"] is False
    for schema in found.values():
        assert "occurred_on" in schema["properties"]
    assert CommandResult.model_json_schema()["properties"].keys() >= {"position", "repeated"}


def test_a_command_comes_back_from_json_as_it_was() -> None:
    command = parse_command(
        "draft_vacancy",
        {
            "credit_code": CODE.lower(),
            "vacancy_id": str(uuid4()),
            "content": {
                "title": "电工",
                "pay": {"unit": "month", "minimum_fen": 600_000},
                "benefits": ["午餐"],
                "valid_until": "2026-12-31",
            },
            "occurred_on": "2026-11-02",
        },
    )
    assert command.credit_code == CODE  # type: ignore[attr-defined]
    again = parse_command("draft_vacancy", json.loads(command.model_dump_json()))
    assert again == command
    assert again.model_dump_json() == command.model_dump_json()


@pytest.mark.parametrize(
    ("name", "fields", "field", "reason"),
    [
        ("register_employer", {}, "credit_code", "Field required"),
        ("register_employer", {"credit_code": CODE, "extra": 1}, "extra", "Extra inputs"),
        ("register_employer", {"credit_code": "1"}, "credit_code", "18 characters"),
        ("register_employer", {"credit_code": CODE, "occurred_on": "x"}, "occurred_on", "date"),
        (
            "draft_vacancy",
            {"credit_code": CODE, "vacancy_id": "x", "content": {"title": "x"}},
            "vacancy_id",
            "UUID",
        ),
        (
            "draft_vacancy",
            {"credit_code": CODE, "vacancy_id": str(uuid4()), "content": {"title": ""}},
            "content.title",
            "at least 1 character",
        ),
        (
            "draft_vacancy",
            {
                "credit_code": CODE,
                "vacancy_id": str(uuid4()),
                "content": {"title": "x", "pay": {"unit": "month", "minimum_fen": 5}},
            },
            "content.pay",
            "too little to be believed",
        ),
        (
            "draft_vacancy",
            {
                "credit_code": CODE,
                "vacancy_id": str(uuid4()),
                "content": {"title": "x", "headcount": 0},
            },
            "content.headcount",
            "greater than or equal to 1",
        ),
        (
            "return_vacancy",
            {
                "credit_code": CODE,
                "vacancy_id": str(uuid4()),
                "defects": [{"rule": "38.2", "note": ""}],
            },
            "defects.0.note",
            "at least 1 character",
        ),
        (
            "found_agency",
            {"code": "12", "name": "x", "level": "city", "effective_on": "2018-08-01"},
            "code",
            "pattern",
        ),
        (
            "employ_staff",
            {
                "staff_id": "王",
                "name": "x",
                "agency_code": "110105",
                "roles": ["counsellor"],
                "effective_on": "2018-08-01",
            },
            "staff_id",
            "pattern",
        ),
    ],
)
def test_bad_data_are_refused_with_the_field_at_fault(
    name: str, fields: dict[str, Any], field: str, reason: str
) -> None:
    with pytest.raises(InvalidInput, match=reason) as refused:
        parse_command(name, fields)
    detail = refused.value.detail()
    assert (detail.code, detail.field) == ("invalid_input", field)


def test_a_lone_surrogate_is_no_text() -> None:
    with pytest.raises(InvalidInput):
        parse_command(
            "open_employer_ledger", {"credit_code": CODE, "name": "\ud800", "channel": "survey"}
        )


def test_an_unknown_command_is_told_with_those_there_are() -> None:
    with pytest.raises(
        InvalidInput, match=r"no command is called 'fly'; there are: .*archive_vacancy"
    ):
        parse_command("fly", {})


def test_a_command_cannot_be_changed() -> None:
    command: Command = parse_command("register_employer", {"credit_code": CODE})
    with pytest.raises(ValueError, match="frozen"):
        command.credit_code = "x"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (RuleBroken("35", "why"), ErrorDetail(code="rule_broken", message="why", rule="35")),
        (
            InvalidInput("why", field="f"),
            ErrorDetail(code="invalid_input", message="why", field="f"),
        ),
        (NotFound("why"), ErrorDetail(code="not_found", message="why")),
        (NotAuthorised("why"), ErrorDetail(code="not_authorised", message="why")),
        (Conflict("why"), ErrorDetail(code="conflict", message="why")),
        (Unavailable("why"), ErrorDetail(code="unavailable", message="why")),
        (TooEarly("why"), ErrorDetail(code="too_early", message="why")),
    ],
)
def test_every_error_goes_over_a_wire_as_data(error: TaizhangError, detail: ErrorDetail) -> None:
    assert error.detail() == detail
    assert "why" in str(error)

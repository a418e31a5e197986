"""``taizhang enterprises …`` and the import of catalogues: what they print, and what they say when they cannot."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from taizhang.infrastructure.taizhang import system_clock

if TYPE_CHECKING:
    from tests.acceptance.conftest import CommandLine

HERE = ("--agency", "110105001")
CLERK = (*HERE, "--staff", "clerk")
SAMPLE = Path(__file__).parents[2] / "scripts" / "sample_restricted_industries.csv"


def employ_counsellor(command_line: CommandLine) -> None:
    joined = {
        "staff_id": "counsellor",
        "name": "某",
        "agency_code": "110105001",
        "roles": ["counsellor"],
        "effective_on": "2020-01-01",
    }
    certified = {
        "staff_id": "counsellor",
        "role": "counsellor",
        "title": "职业指导师",
        "valid_from": "2020-01-01",
        "effective_on": "2020-01-01",
    }
    for name, fields in (("employ_staff", joined), ("record_certificate", certified)):
        command_line.ok("do", name, json.dumps(fields), "--agency", "110000")


def sign(command_line: CommandLine, **changes: str) -> str:
    fields = {
        "credit_code": command_line.credit_code,
        "specialist_id": "counsellor",
        "place": "operating",
        "registered_area": "110105",
        "operating_area": "110105001",
        "industry_code": "I6513",
        "valid_until": str(system_clock().date() + timedelta(days=400)),
        **changes,
    }
    return json.dumps(fields)


def test_a_key_enterprise_from_the_catalogue_to_the_counts(command_line: CommandLine) -> None:
    employ_counsellor(command_line)
    said = command_line.fails("do", "sign_enterprise_agreement", sign(command_line), *CLERK)
    assert "no edition of the catalogue" in said
    city = ("--agency", "110000")
    # The districts of other areas are not founded here: their rows are told one by one.
    report = command_line.folder / "report.csv"
    said = command_line.ok(
        "import", "restricted-industries", str(SAMPLE), *city, "--report", str(report)
    )
    assert "5 taken" in said
    assert "no agency answers for the code 110106" in report.read_text("utf-8-sig")
    again = command_line.ok("import", "restricted-industries", str(SAMPLE), *city)
    assert "5 skipped" in again
    editions = command_line.ok("enterprises", "catalogues", *CLERK)
    assert json.loads(editions)["entries"] == 5
    restricted = sign(command_line, industry_code="5162")
    said = command_line.fails("do", "sign_enterprise_agreement", restricted, *CLERK)
    assert "金属及金属矿批发" in said
    signed = command_line.ok("do", "sign_enterprise_agreement", sign(command_line), *CLERK)
    agreement = json.loads(signed)["stream_id"]
    assert "未建立用人需求档案" in command_line.ok("enterprises", "list", *HERE, "--lacking")
    content = {
        "agreement_id": agreement,
        "content": {"basics": {"nature": "有限责任公司", "industry": "软件"}},
    }
    command_line.ok("do", "open_staffing_needs_file", json.dumps(content), *CLERK)
    file = json.loads(command_line.ok("enterprises", "needs-file", agreement, *HERE))
    assert [one["part"] for one in file["missing"]] == [
        "basics", "workforce", "hiring_plan", "other",
    ]  # fmt: skip
    listed = json.loads(command_line.ok("enterprises", "list", *HERE, "--json"))
    assert listed["credit_code"] == command_line.credit_code
    view = json.loads(command_line.ok("enterprises", "agreement", command_line.credit_code, *HERE))
    assert view["specialist_id"] == "counsellor"
    course = json.loads(command_line.ok("enterprises", "course", agreement, *HERE))
    assert course["specialists"][0]["specialist_id"] == "counsellor"
    counts = json.loads(command_line.ok("enterprises", "counts", *city, "--json"))
    assert (counts["total"]["in_force"], counts["total"]["incomplete_file"]) == (1, 1)
    assert "重点企业统计" in command_line.ok("enterprises", "counts", *city)
    ledger = json.loads(command_line.ok("ledger", command_line.credit_code, *HERE))
    assert len(ledger["sections"]["needs_file"]) == 1


def test_what_cannot_be_done_is_said(command_line: CommandLine) -> None:
    assert "no key enterprise" in command_line.fails("enterprises", "course", str(uuid4()), *HERE)
    assert "is no credit code" in command_line.fails("enterprises", "agreement", "x", *HERE)
    assert "无重点企业" in command_line.ok("enterprises", "list", *HERE)
    bad = command_line.folder / "bad.csv"
    bad.write_text("行业代码,区划代码\n51,110000\n", encoding="utf-8")
    said = command_line.fails("import", "restricted-industries", str(bad), "--agency", "110000")
    assert "no column gives the edition" in said
    told = ("--map", "edition:=x", "--map", "in_force_from:=2026-01-01")
    bad.write_text("行业代码,区划代码\n51,110000\n999,110000\n", encoding="utf-8")
    done = command_line.run(
        "import", "restricted-industries", str(bad), "--agency", "110000", *told
    )
    assert done.returncode == 1
    assert "mend line 3 first" in done.stderr

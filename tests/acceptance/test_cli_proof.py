"""``taizhang seal``, ``verify``, ``export``, ``accesses``, ``keys public``: what they print, and their status."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.acceptance.conftest import CommandLine

pytestmark = pytest.mark.rule("5.b", "9.1", "51.2")
CLERK = ("--agency", "110105001", "--staff", "clerk")
SYSTEM = ("--agency", "110105")
KEY = base64.b64encode(bytes(range(32, 64))).decode()


def test_seal_verify_and_what_is_found(command_line: CommandLine) -> None:
    assert "nothing is sealed" in command_line.ok("verify")
    assert "TAIZHANG_SEALING_KEY" in command_line.fails("seal")
    assert "TAIZHANG_SEALING_KEY" in command_line.fails("keys", "public")
    key = {"TAIZHANG_SEALING_KEY": KEY}
    sealed = command_line.ok("seal", **key)
    anchor = sealed.splitlines()[1].removeprefix("anchor ")
    assert anchor.startswith(f"{command_line.events()}:")
    public, key_id = (
        line.split()[-1] for line in command_line.ok("keys", "public", **key).splitlines()
    )
    said = command_line.ok("verify", "--anchor", anchor, **key)
    assert said.endswith("proven\n")
    assert key_id in said
    assert command_line.ok("verify", "--public-key", public).endswith("proven\n")
    assert "0 event(s) after position" in command_line.ok("verify", "--since", "1", **key)
    report = json.loads(command_line.ok("verify", "--json", **key))
    assert report["events"] == command_line.events()
    command_line.rows(
        "SET session_replication_role TO replica; "
        "UPDATE stored_events SET occurred_on = occurred_on - 1 WHERE notification_id = 3"
    )
    found = command_line.run("verify", **key)
    assert found.returncode == 1
    assert "CHANGED    position 3, stream" in found.stdout
    assert "NOT PROVEN" in found.stdout


def test_options_that_make_no_sense_are_told(command_line: CommandLine) -> None:
    for typed in ("12:ab", f"²:{'a' * 64}", f"5:{'z' * 64}"):
        assert "is no anchor" in command_line.fails("verify", "--anchor", typed)
    assert "32 bytes in base64" in command_line.fails("verify", "--public-key", "x")
    assert "there is no seal 7" in command_line.fails("verify", "--since", "7")
    assert "is 32 random bytes" in command_line.fails("seal", TAIZHANG_SEALING_KEY="x")


def test_export_and_accesses(command_line: CommandLine) -> None:
    key = {"TAIZHANG_SEALING_KEY": KEY}
    fields = {
        "document": {"number": "11010519491231002X"},
        "basics": {"name": "王小明"},
        "channel": "front_desk",
    }
    opened = command_line.ok("do", "open_job_seeker_ledger", json.dumps(fields), *CLERK)
    person = json.loads(opened)["stream_id"]
    command_line.ok("people", "ledger", person, *CLERK, "--reason", "上门走访")
    said = command_line.ok("export", "pack", "--record", person, *SYSTEM, **key)
    assert "manifest sha256:" in said
    run = subprocess.run(
        [sys.executable, "-I", "pack/verify_pack.py"],
        cwd=command_line.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "exists already" in command_line.fails("export", "pack", "--record", person, *SYSTEM)
    assert "rule 56.1" in command_line.fails("export", "other", "--record", person, *CLERK)
    assert "rule 51.2" in command_line.fails(
        "export", "other", "--record", person, *SYSTEM, "--clear", "--reason", "备份"
    )
    assert "name --record, or" in command_line.fails("export", "other", *SYSTEM)
    days = ("--since", "2018-01-01", "--until", "2099-12-31")
    period = command_line.ok("export", "period.zip", "--of", "110105001", *days, *SYSTEM, **key)
    assert "event(s) of" in period
    told = command_line.ok("accesses", *SYSTEM)
    assert "上门走访" in told
    assert "查看个人服务台账" in told
    (seen,) = command_line.ok("accesses", *SYSTEM, "--json").splitlines()
    assert json.loads(seen)["staff_id"] == "clerk"
    assert "无查阅记录" in command_line.ok("accesses", *SYSTEM, "--since", "2099-01-01")

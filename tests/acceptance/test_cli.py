"""The command line: what each command does, and what it says when it cannot."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from taizhang.domain.calendar import shanghai_day
from taizhang.infrastructure.taizhang import system_clock
from taizhang.scripts.cli.app import app

if TYPE_CHECKING:
    from tests.acceptance.conftest import CommandLine

CLERK = ("--agency", "110105001", "--staff", "clerk")
SUPERVISOR = ("--agency", "110105", "--staff", "supervisor")


def yesterday() -> date:
    return shanghai_day(system_clock()) - timedelta(days=1)


def _commands() -> list[tuple[str, ...]]:
    top = get_command(app)
    found: list[tuple[str, ...]] = [()]
    for name, command in top.commands.items():  # type: ignore[attr-defined]
        found.append((name,))
        found += [(name, below) for below in getattr(command, "commands", {})]
    return found


@pytest.mark.parametrize("words", _commands(), ids=" ".join)
def test_every_command_has_help_that_says_what_it_does(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, [*words, "--help"])
    assert done.exit_code == 0, done.output
    assert "Usage:" in done.output
    assert len(done.output.splitlines()) > 5


def test_it_runs_as_a_program_of_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "taizhang.scripts.cli", "--help"], capture_output=True, check=False
    )
    assert done.returncode == 0
    assert "台账" in done.stdout.decode()


class TestDo:
    def test_a_command_is_carried_out_once_and_its_result_printed(
        self, command_line: CommandLine
    ) -> None:
        fields = json.dumps(
            {"credit_code": command_line.credit_code, "name": "新名", "basics": {"size": "大"}}
        )
        again = ("--command-id", str(uuid4()))
        arguments = ("do", "change_employer_basics", "-", *CLERK, *again)
        first = json.loads(command_line.ok(*arguments, text=fields))
        second = json.loads(command_line.ok(*arguments, text=fields))
        assert first["events"] == ["employer_ledger.basics_changed"]
        assert not first["repeated"]
        assert second == first | {"repeated": True}

    @pytest.mark.parametrize(
        ("name", "fields", "says"),
        [
            ("change_employer_basics", "{nonsense", "the fields are no JSON: .* line 1 column 2"),
            ("change_employer_basics", "[1]", r"a JSON object: \{…\}"),
            ("change_employer_basics", "{}", "credit_code: Field required"),
            ("change_employer_basics", '{"credit_code": "123"}', "credit_code: .* 18 characters"),
            ("fly", "{}", "no command is called 'fly'; there are: .*archive_vacancy, "),
            ("[/red]", "{}", r"no command is called '\[/red\]'"),
            ("register_employer", '{"credit_code": 5}', "credit_code: .* string"),
            (
                "register_employer",
                '{"oops": 1, "credit_code": "91110101717757158X"}',
                "oops: Extra",
            ),
            ("register_employer", "[" * 100_000, "no JSON"),
        ],
    )
    def test_a_mistake_is_told_with_what_and_where(
        self, command_line: CommandLine, name: str, fields: str, says: str
    ) -> None:
        import re

        before = command_line.events()
        said = command_line.fails("do", name, "-", *CLERK, text=fields)
        assert re.search(says, said), said
        assert command_line.events() == before

    def test_a_broken_rule_is_named(self, command_line: CommandLine) -> None:
        fields = {
            "credit_code": command_line.credit_code,
            "vacancy_id": str(uuid4()),
            "referral_id": str(uuid4()),
            "job_seeker_id": str(uuid4()),
            "reasons": ["x"],
            "consented": False,
        }
        said = command_line.fails("do", "refer_job_seeker", json.dumps(fields), *CLERK)
        assert "job_seeker_id: this person has no ledger" in said
        fields = {"credit_code": command_line.credit_code, "valid_from": "2019-01-01"}
        fields |= {"licence": "business_licence", "valid_until": "2020-01-01"}
        said = command_line.fails("do", "verify_licence", json.dumps(fields), *CLERK)
        assert said.splitlines()[-1].startswith("error: rule 35: the licence expired on 2020-01-01")

    def test_who_has_no_power_is_told_why(self, command_line: CommandLine) -> None:
        fields = json.dumps({"credit_code": command_line.credit_code})
        said = command_line.fails("do", "register_employer", fields, "--agency", "110105001")
        assert "rule 5.b" in said
        said = command_line.fails(
            "do", "register_employer", fields, "--agency", "11", "--staff", "x"
        )
        assert "--agency: is 6, 9 or 12 digits" in said
        said = command_line.fails(
            "do", "register_employer", fields, "--agency", "110105", "--staff", "王"
        )
        assert "--staff: is letters" in said

    def test_input_that_is_not_utf_8_is_told(self, command_line: CommandLine) -> None:
        said = command_line.fails(
            "do", "register_employer", "-", *CLERK, text='{"name": "公司"}'.encode("gb18030")
        )
        assert "UTF-8" in said


class TestSchemas:
    def test_they_are_json(self, command_line: CommandLine) -> None:
        found = json.loads(command_line.ok("schemas"))
        assert "draft_vacancy" in found
        assert all(one["type"] == "object" and one["description"] for one in found.values())
        one = json.loads(command_line.ok("schemas", "draft_vacancy"))
        assert one == found["draft_vacancy"]

    def test_an_unknown_command_is_told_with_those_there_are(
        self, command_line: CommandLine
    ) -> None:
        said = command_line.fails("schemas", "[/red]")
        assert "no command is called '[/red]'; there are: " in said
        assert ", archive_vacancy, " in said


class TestLooking:
    def test_a_ledger_is_printed_by_sections_and_without_personal_data(
        self, command_line: CommandLine
    ) -> None:
        said = command_line.ok("ledger", command_line.credit_code, *SUPERVISOR)
        ledger = json.loads(said)
        assert ledger["employer"]["agent_name_masked"] == "欧***"
        assert len(ledger["sections"]["basics"]) == 3
        assert "13912345678" not in said
        assert "娜" not in said

    def test_an_unknown_employer_is_told(self, command_line: CommandLine) -> None:
        assert "is no credit code" in command_line.fails("ledger", "123", *SUPERVISOR)

    def test_a_worklist_as_a_table_and_as_json(self, command_line: CommandLine) -> None:
        assert "无到期事项" in command_line.ok("worklist", *SUPERVISOR)
        vacancy = str(uuid4())
        for name, fields in (
            ("draft_vacancy", {"content": {"title": "电工", "text": "维修"}}),
            ("submit_vacancy", {}),
        ):
            known = {"credit_code": command_line.credit_code, "vacancy_id": vacancy}
            command_line.ok("do", name, json.dumps({**known, **fields}), *CLERK)
        (line,) = command_line.ok("worklist", *SUPERVISOR, "--json").splitlines()
        assert json.loads(line)["rule"] == "38.1"
        table = command_line.ok("worklist", *SUPERVISOR)
        assert "电工" in table
        assert "第三十八条" in table
        assert "nobody on staff" in command_line.fails("worklist", *SUPERVISOR, "--of", "nobody")

    @pytest.mark.parametrize("day", ["2026-13-01", "yesterday", "2.11.2026"])
    def test_a_bad_day_is_told(self, command_line: CommandLine, day: str) -> None:
        said = command_line.fails("worklist", *SUPERVISOR, "--day", day, status=2)
        assert "write it as 2026-11-02" in said


class TestNotices:
    def test_issued_shown_listed_and_proven(self, command_line: CommandLine) -> None:
        day = yesterday().isoformat()
        arguments = ("notice", "daily-vacancies", "--day", day, *SUPERVISOR)
        page = command_line.ok(*arguments)
        assert page.startswith("<!DOCTYPE html>")
        notice_id = f"daily_vacancies-110105-{day.replace('-', '')}"
        assert command_line.ok("notice", "show", notice_id, *SUPERVISOR) == page
        data = command_line.ok(*arguments, "--format", "json")
        assert json.loads(data)["day"] == day
        command_line.ok(*arguments, "--format", "xlsx", "--out", "n.xlsx")
        assert (command_line.folder / "n.xlsx").read_bytes()[:2] == b"PK"
        listed = command_line.ok("notice", "list", *SUPERVISOR)
        assert listed.startswith(f"{notice_id}\t{day}\tin force\tsha256:")
        proof = command_line.ok("notice", "recompute", notice_id, *SUPERVISOR)
        assert proof.splitlines()[-1] == "proven"
        assert command_line.ok("notice", "recompute", notice_id) == proof
        for typed in ("x", "foo-12345-1", "foo-²²²²²²-1"):
            assert "no notice's id" in command_line.fails("notice", "recompute", typed)
        command_line.rows(
            "ALTER TABLE issued_documents DISABLE TRIGGER ALL; "
            "UPDATE issued_documents SET content = content || ' '"
        )
        done = command_line.run("notice", "recompute", notice_id, *SUPERVISOR)
        assert done.returncode == 1
        assert "NOT PROVEN" in done.stdout

    def test_a_preview_records_nothing(self, command_line: CommandLine) -> None:
        before = command_line.events()
        today = (yesterday() + timedelta(days=1)).isoformat()
        command_line.ok("notice", "daily-vacancies", "--day", today, *SUPERVISOR, "--preview")
        assert command_line.events() == before

    @pytest.mark.parametrize(
        ("arguments", "says", "status"),
        [
            (("--day", "2026-02-30"), "write it as", 2),
            (("--day", "2099-01-01"), "in the future", 1),
            (("--day", "TODAY"), "is not over", 1),
            (("--day", "2018-07-01"), "2018", 1),
            (("--day", "YESTERDAY", "--out", "no/such/folder.html"), "--out: cannot write", 1),
            (("--day", "YESTERDAY", "--correction", "x"), "issue it first", 1),
        ],
    )
    def test_what_cannot_be_issued_is_told(
        self, command_line: CommandLine, arguments: tuple[str, ...], says: str, status: int
    ) -> None:
        days = {
            "TODAY": (yesterday() + timedelta(days=1)).isoformat(),
            "YESTERDAY": yesterday().isoformat(),
        }
        given = [days.get(one, one) for one in arguments]
        said = command_line.fails("notice", "daily-vacancies", *given, *SUPERVISOR, status=status)
        assert says in said

    def test_an_unknown_notice_is_told(self, command_line: CommandLine) -> None:
        assert "no notice has the id 'x'" in command_line.fails("notice", "show", "x", *SUPERVISOR)


class TestProjections:
    def test_kept_level_rebuilt_switched_and_proven(self, command_line: CommandLine) -> None:
        events = command_line.events()
        assert command_line.ok("projections", "catch-up") == f"level at position {events}\n"
        assert "vacancies" in command_line.ok("projections", "status")
        assert "the same" in command_line.ok("projections", "rebuild", "employers")
        assert "generation 1 is live" in command_line.ok("projections", "switch-back", "employers")
        assert "dropped 2" in command_line.ok("projections", "drop-old", "employers")
        assert command_line.ok("projections", "verify").count("the same") >= 4
        assert command_line.ok("projections", "retry") == "0 event(s) remain set aside\n"
        command_line.rows("UPDATE employers_g1 SET name = '伪' WHERE true RETURNING 1")
        done = command_line.run("projections", "verify", "employers")
        assert done.returncode == 1
        assert "2 DIFFER" in done.stdout

    def test_an_unknown_read_model_is_told_with_those_there_are(
        self, command_line: CommandLine
    ) -> None:
        said = command_line.fails("projections", "verify", "nonsense")
        assert "no read model is called 'nonsense'; there are: " in said


class TestSettings:
    @pytest.mark.parametrize(
        ("name", "value", "says"),
        [
            ("TAIZHANG_MASTER_KEY", "geheimnis", "TAIZHANG_MASTER_KEY: .*`taizhang keys new`"),
            ("TAIZHANG_DATABASE_URL", "geheimnis", "TAIZHANG_DATABASE_URL: is no address"),
            (
                "TAIZHANG_DATABASE_URL",
                "postgresql://u:geheimnis@127.0.0.1:1/x",
                "the database does not answer",
            ),
            ("TAIZHANG_CALENDAR_FILE", "nowhere.csv", "TAIZHANG_CALENDAR_FILE: nowhere.csv: "),
            ("TAIZHANG_POOL_SIZE", "many", "TAIZHANG_POOL_SIZE: .*integer"),
            ("TAIZHANG_SCHEMA_NAME", "Not Good", "TAIZHANG_SCHEMA_NAME: "),
        ],
    )
    def test_a_bad_one_is_told_without_its_secret(
        self, command_line: CommandLine, name: str, value: str, says: str
    ) -> None:
        import re

        bad: dict[str, Any] = {name: value}
        said = command_line.fails("migrate", **bad)
        assert re.search(says, said), said
        assert "geheimnis" not in said

    def test_a_missing_key_is_told(self, command_line: CommandLine) -> None:
        said = command_line.fails("migrate", without=("TAIZHANG_MASTER_KEY",))
        assert "TAIZHANG_MASTER_KEY and TAIZHANG_IDENTITY_KEY must be set" in said

    def test_another_key_than_the_databases_is_told(self, command_line: CommandLine) -> None:
        new = command_line.ok("keys", "new").strip()
        said = command_line.fails("migrate", TAIZHANG_IDENTITY_KEY=new)
        assert "TAIZHANG_IDENTITY_KEY is not the key that this database was used with" in said
        assert command_line.ok("migrate") == ""

    def test_keys_are_new_each_time(self, command_line: CommandLine) -> None:
        assert command_line.ok("keys", "new") != command_line.ok("keys", "new")


class TestScreen:
    def test_one_line_an_ad_with_spans_that_fit(self, command_line: CommandLine) -> None:
        ads = {"1": "要求：女，未婚，形象好。", "2": "负责电路维修，男女不限。", "3": ""}
        text = "id,text\n" + "".join(f'{id_},"{text}"\n' for id_, text in ads.items())
        (command_line.folder / "ads.csv").write_text(text, encoding="gb18030")
        command_line.ok("screen", "ads.csv", "--out", "out.jsonl")
        lines = (command_line.folder / "out.jsonl").read_text(encoding="utf-8").splitlines()
        found = {one["id"]: one["findings"] for one in map(json.loads, lines)}
        assert list(found) == ["1", "2", "3"]
        assert {one["category"] for one in found["1"]} >= {"gender", "marital_parental"}
        assert found["2"] == found["3"] == []
        for one in found["1"]:
            assert ads["1"][one["start"] : one["end"]] == one["text"]
            assert set(one) == {"category", "severity", "start", "end", "text", "reason"}

    @pytest.mark.parametrize(
        ("content", "arguments", "says"),
        [
            (None, (), "cannot be opened"),
            (b"", (), "the file is empty"),
            (b"id,words\n1,x\n", (), "has no column 'text'; it has: id、words"),
            (b"id,text\n1,x\n", ("--text-column", "[/b]"), "has no column '[/b]'"),
            (b"id,text\n1,x,y\n2,z\n", (), "1 line(s) could not be read"),
            (b"id,text\n1,=SUM(A1)\n", (), "line 2: a formula"),
            (b"id,text\n1,=[/x](A1)\n", (), "line 2: a formula (=[/x]"),
        ],
    )
    def test_what_cannot_be_read_is_told(
        self,
        command_line: CommandLine,
        content: bytes | None,
        arguments: tuple[str, ...],
        says: str,
    ) -> None:
        if content is not None:
            (command_line.folder / "ads.csv").write_bytes(content)
        said = command_line.fails("screen", "ads.csv", "--out", "o.jsonl", *arguments)
        assert says in said

    def test_it_destroys_neither_its_table_nor_an_earlier_result(
        self, command_line: CommandLine
    ) -> None:
        ads, out = command_line.folder / "ads.csv", command_line.folder / "o.jsonl"
        ads.write_text("id,words\n1,x\n", encoding="utf-8")
        out.write_text("precious", encoding="utf-8")
        command_line.fails("screen", "ads.csv", "--out", "o.jsonl")
        assert out.read_text(encoding="utf-8") == "precious"
        said = command_line.fails(
            "screen", "ads.csv", "--text-column", "words", "--out", "./ads.csv"
        )
        assert "write to another file" in said
        assert ads.read_text(encoding="utf-8") == "id,words\n1,x\n"


def test_a_folder_in_which_no_database_can_be_started_is_told(command_line: CommandLine) -> None:
    folder = str(command_line.folder / "my data")
    said = command_line.fails(
        "migrate", without=("TAIZHANG_DATABASE_URL",), TAIZHANG_DATA_DIR=folder
    )
    assert "TAIZHANG_DATA_DIR: " in said
    assert "a blank in its path" in said


def test_without_an_address_a_private_database_is_started_and_kept(
    command_line: CommandLine,
) -> None:
    environment = command_line.environment(TAIZHANG_DATA_DIR=str(command_line.folder / "数据"))
    del environment["TAIZHANG_DATABASE_URL"], environment["TAIZHANG_MASTER_KEY"]
    del environment["TAIZHANG_IDENTITY_KEY"]

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "taizhang.scripts.cli", *arguments],
            env=environment,
            cwd=command_line.folder,
            capture_output=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    city = {"code": "110000", "name": "市", "level": "city", "effective_on": "2018-08-01"}
    run("do", "found_agency", json.dumps(city), "--agency", "110000")
    assert run("projections", "catch-up") == "level at position 1\n"

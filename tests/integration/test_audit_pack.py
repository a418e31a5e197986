"""An auditor off line gets the same answer: packs of a record and of a period. Rules 5.b, 9.1, 51.2."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from taizhang import Actor, InvalidInput, NotAuthorised, NotFound
from taizhang.domain.access import accesses_stream
from taizhang.domain.proof import StoredEvent
from taizhang.infrastructure.proof import verify_pack
from tests.integration.tampering import history, tamper

if TYPE_CHECKING:
    from tests.integration.conftest import World

pytestmark = pytest.mark.rule("5.b", "9.1")
HERE = "110105001"


def lines(pack: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (pack / name).read_text().splitlines()]


def verified(pack: Path, **options: Any) -> verify_pack.Verification:
    found = verify_pack.Verification(pack)
    found.run(**options)
    return found


def off_line(pack: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the verifier of the pack itself, without this package on its path."""
    return subprocess.run(
        [sys.executable, "-I", str(pack / "verify_pack.py"), *options],
        capture_output=True,
        text=True,
        cwd=pack.parent,
        check=False,
    )


@pytest.fixture
def pack(world: World, tmp_path: Path) -> Path:
    """Return the pack of an employer's record, from a log with two employers and a person."""
    history(world)
    out = tmp_path / "pack"
    world.taizhang.audit.export_record(world.credit_code(1), out, by=world.actor("supervisor"))
    return out


def test_a_record_is_proven_off_line(world: World, pack: Path) -> None:
    stream = world.stream(world.credit_code(1))
    run = off_line(pack)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.endswith("proven\n")
    events = lines(pack, "events.jsonl")
    assert [event["topic"] for event in events] == world.event_names(stream)
    key = world.taizhang.seals.signing_key
    assert key is not None
    assert off_line(pack, "--key-id", key.key_id.hex()).returncode == 0
    assert off_line(pack, "--key-id", "00" * 32).returncode == 1


def test_the_verifier_the_package_and_the_database_compute_the_same(
    world: World, pack: Path
) -> None:
    for event in lines(pack, "events.jsonl"):
        stored = StoredEvent(
            *world.sql(
                "SELECT originator_id, originator_version, topic, occurred_on, recorded_at, staff_id, "
                "agency_code, command_id, state FROM stored_events WHERE notification_id = %s",
                event["position"],
            )[0]
        )
        ((digest,),) = world.sql(
            "SELECT digest FROM stored_events WHERE notification_id = %s", event["position"]
        )
        assert verify_pack.event_digest(event) == digest
        assert stored.digest(bytes.fromhex(event["before"])) == digest


def test_a_record_of_a_person_holds_ledger_cases_and_accesses(world: World, tmp_path: Path) -> None:
    person = world.job_seeker()
    world.taizhang.projections.catch_up()
    world.taizhang.queries().people.job_seeker_ledger(
        person, by=world.actor("clerk"), reason="上门走访"
    )
    out = tmp_path / "pack"
    world.taizhang.audit.export_record(person, out, by=world.actor("supervisor"))
    streams = {UUID(event["stream_id"]) for event in lines(out, "events.jsonl")}
    assert streams == {person, accesses_stream(person)}
    assert "王小明" not in (out / "events.jsonl").read_text()
    assert not (out / "clear.jsonl").exists()
    assert verified(out).findings == []


def test_a_period_of_an_agency_in_a_zip_file(world: World, tmp_path: Path) -> None:
    history(world)
    out = tmp_path / "pack.zip"
    view = world.taizhang.audit.export_period(
        HERE, date(2026, 11, 3), date(2026, 11, 3), out, by=world.actor("supervisor")
    )
    assert view.events == 8
    assert verified(out).findings == []
    with zipfile.ZipFile(out) as archive:
        archive.extractall(tmp_path / "unpacked")
    assert off_line(tmp_path / "unpacked").returncode == 0
    days = {event["recorded_at"][:10] for event in lines(tmp_path / "unpacked", "events.jsonl")}
    assert days == {"2026-11-03"}


def test_what_is_not_sealed_is_said(world: World, tmp_path: Path) -> None:
    code = world.register()
    world.taizhang.projections.catch_up()
    with world.reopen(sealing_key=None) as other:
        other.audit.export_record(code, tmp_path / "pack", by=world.actor("supervisor"))
    found = verified(tmp_path / "pack")
    assert found.findings == []
    assert any("nothing is sealed" in note for note in found.notes)
    assert any("not signed" in note for note in found.notes)


class TestClear:
    """Personal fields in clear: for those who supervise, with a reason, and recorded."""

    pytestmark = pytest.mark.rule("51.2")

    def test_they_are_exported_and_the_access_is_recorded(
        self, world: World, tmp_path: Path
    ) -> None:
        person, out = world.job_seeker(), tmp_path / "pack"
        world.taizhang.projections.catch_up()
        world.taizhang.audit.export_record(
            person, out, by=world.actor("supervisor"), clear_reason="信访核查"
        )
        assert "王小明" in (out / "clear.jsonl").read_text()
        assert verified(out).findings == []
        world.taizhang.projections.catch_up()
        (seen,) = world.taizhang.queries().accesses(HERE, by=world.actor("supervisor"))
        assert (seen.purpose, seen.reason, seen.staff_id) == (
            "audit_pack",
            "信访核查",
            "supervisor",
        )
        assert seen.agency_code == "110105"
        # The access is itself in the pack.
        assert "personal_data.read" in (out / "events.jsonl").read_text()

    def test_a_clear_text_that_was_changed_afterwards_is_found(
        self, world: World, tmp_path: Path
    ) -> None:
        person, out = world.job_seeker(), tmp_path / "pack"
        world.taizhang.projections.catch_up()
        world.taizhang.audit.export_record(
            person, out, by=world.actor("supervisor"), clear_reason="信访核查"
        )
        clear = out / "clear.jsonl"
        clear.write_text(clear.read_text().replace("王小明", "李小明"))
        assert verified(out).findings == ["clear.jsonl: it is not the file that was exported"]

    @pytest.mark.parametrize("reason", ["", " "])
    def test_not_without_a_reason(self, world: World, tmp_path: Path, reason: str) -> None:
        person = world.job_seeker()
        world.taizhang.projections.catch_up()
        with pytest.raises(NotAuthorised, match=r"51\.2"):
            world.taizhang.audit.export_record(
                person, tmp_path / "pack", by=world.actor("supervisor"), clear_reason=reason
            )
        with pytest.raises(NotAuthorised, match=r"51\.2"):
            world.taizhang.audit.export_record(
                person, tmp_path / "pack", by=Actor.system("110105"), clear_reason="备份"
            )
        assert list(tmp_path.iterdir()) == []


class TestWhoMay:
    """Those who supervise the agency, at it or above it."""

    @pytest.mark.parametrize("staff_id", ["clerk", "other-supervisor", "administrator", "sibling"])
    def test_nobody_else(self, world: World, tmp_path: Path, staff_id: str) -> None:
        code, person = world.register(), world.job_seeker()
        world.taizhang.projections.catch_up()
        by, audit, out = world.actor(staff_id), world.taizhang.audit, tmp_path / "pack"
        with pytest.raises(NotAuthorised):
            audit.export_record(code, out, by=by)
        with pytest.raises(NotAuthorised):
            audit.export_record(person, out, by=by)
        with pytest.raises(NotAuthorised):
            audit.export_period(HERE, date(2026, 11, 2), date(2026, 11, 2), out, by=by)
        assert list(tmp_path.iterdir()) == []

    def test_what_does_not_exist_or_makes_no_sense_is_told(
        self, world: World, tmp_path: Path
    ) -> None:
        code, by, audit = world.register(), world.actor("supervisor"), world.taizhang.audit
        world.taizhang.projections.catch_up()
        with pytest.raises(NotFound):
            audit.export_record(UUID(int=1), tmp_path / "pack", by=by)
        with pytest.raises(InvalidInput, match="is before"):
            audit.export_period(HERE, date(2026, 11, 3), date(2026, 11, 2), tmp_path / "p", by=by)
        with pytest.raises(InvalidInput, match="exists already"):
            audit.export_record(code, tmp_path, by=by)
        (tmp_path / "file").write_text("")
        with pytest.raises(InvalidInput, match="cannot write"):
            audit.export_record(code, tmp_path / "file" / "pack", by=by)


def rewrite(pack: Path, name: str, change: Callable[[list[dict[str, Any]]], Any]) -> None:
    """Change a file and let the manifest know, as who has no key can."""
    held = lines(pack, name)
    change(held)
    (pack / name).write_text("".join(json.dumps(one) + "\n" for one in held))
    manifest = json.loads((pack / "manifest.json").read_text())
    manifest["files"][name] = verify_pack.Pack(pack).digest(name)
    (pack / "manifest.json").write_text(json.dumps(manifest))
    (pack / "manifest.sig").unlink()


def flipped(text: str) -> str:
    content = bytearray(base64.b64decode(text))
    content[0] ^= 1
    return base64.b64encode(content).decode()


CHANGES: dict[str, tuple[str, Callable[[list[dict[str, Any]]], Any], str]] = {
    "state": ("events.jsonl", lambda e: e[3].update(state=flipped(e[3]["state"])), "is not what its digest says"),
    "occurred_on": ("events.jsonl", lambda e: e[3].update(occurred_on="2020-01-01"), "is not what its digest says"),
    "recorded_at": (
        "events.jsonl",
        lambda e: e[3].update(recorded_at="2026-11-02T01:00:00.000001+00:00"),
        "is not what its digest says",
    ),
    "staff": ("events.jsonl", lambda e: e[3].update(staff_id="x"), "is not what its digest says"),
    "removed": ("events.jsonl", lambda e: e.pop(3), "is missing"),
    "cut": ("events.jsonl", lambda e: e.pop(), "it ends before version"),
    "exchanged": ("events.jsonl", lambda e: e.insert(3, e.pop(4)), "is missing"),
    "position": ("events.jsonl", lambda e: e[3].update(position=9999), "are not sealed yet"),
    "chain": ("chain.jsonl", lambda c: c.pop(5), "are not what was sealed"),
    "chain digest": ("chain.jsonl", lambda c: c[5].update(digest="00" * 32), "are not what was sealed"),
    "seal": ("seals.jsonl", lambda s: s[0].update(events=1), "it was changed"),
    "seal removed": ("seals.jsonl", lambda s: s.pop(0), "it is missing from the pack"),
    "key": ("keys.jsonl", lambda k: k[0].update(public_key=flipped(k[0]["public_key"])), "is not the id of its key"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_pack_that_was_changed_is_found(pack: Path, name: str) -> None:
    file, change, told = CHANGES[name]
    rewrite(pack, file, change)
    found = verified(pack)
    assert any(told in one for one in [*found.findings, *found.notes]), found.findings


def test_a_pack_that_was_changed_is_found_by_its_manifest(pack: Path) -> None:
    file = pack / "events.jsonl"
    file.write_text(file.read_text() + "\n")
    assert "events.jsonl: it is not the file that was exported" in off_line(pack).stdout
    manifest = pack / "manifest.json"
    manifest.write_text(manifest.read_text().replace("supervisor", "somebody"))
    run = off_line(pack)
    assert run.returncode == 1
    assert "the pack was changed after its export" in run.stdout


def test_a_pack_that_is_none_is_told(tmp_path: Path, pack: Path) -> None:
    shutil.copy(pack / "verify_pack.py", tmp_path)
    run = off_line(tmp_path)
    assert run.returncode == 1
    assert "the pack cannot be read" in run.stdout


def test_an_anchor_is_held_against_the_chain(world: World, pack: Path) -> None:
    at = lines(pack, "events.jsonl")[2]["position"]
    chain = world.taizhang.seals.chain_at(at)
    assert verified(pack, anchors=(f"{at}:{chain}",)).findings == []
    wrong = verified(pack, anchors=(f"{at}:{'0' * 64}",))
    assert wrong.findings == [f"anchor {at}: the log up to there is not what it says"]


def test_a_tampered_log_gives_the_same_answer_off_line(world: World, tmp_path: Path) -> None:
    """The export hides nothing: what `verify` finds, the auditor finds."""
    history(world)
    code = world.credit_code(1)
    ((position,),) = world.sql(
        "SELECT notification_id FROM stored_events WHERE originator_id = %s AND originator_version = 2",
        world.stream(code),
    )
    tamper(
        world,
        "UPDATE stored_events SET staff_id = 'somebody' WHERE notification_id = %s",
        position,
    )
    out = tmp_path / "pack"
    world.taizhang.audit.export_record(code, out, by=world.actor("supervisor"))
    run = off_line(out)
    assert run.returncode == 1
    assert f"position {position}," in run.stdout
    report = world.taizhang.verifier.run(processes=1)
    assert position in {finding.position for finding in report.findings}

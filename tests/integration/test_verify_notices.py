"""Issued notices: changed, removed, and as anchors of the log. Rules 5.b, 9.1."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from taizhang.application.views.proof import Fault
from taizhang.projections.canonical import canonical_json
from taizhang.projections.daily_vacancy_notice.model import DailyVacancyNotice
from taizhang.projections.daily_vacancy_notice.render_html import render_html
from taizhang.projections.daily_vacancy_notice.render_xlsx import render_xlsx
from tests.integration.tampering import found, history, tamper, verify

if TYPE_CHECKING:
    from tests.integration.conftest import World

pytestmark = pytest.mark.rule("5.b", "9.1")


def test_an_issued_notice_that_was_changed_or_is_gone_is_named(world: World) -> None:
    history(world)
    issued = world.taizhang.notices.issue_daily_vacancies(
        date(2026, 11, 2), "110105", by=world.actor("supervisor")
    )
    assert verify(world).is_proven
    tamper(world, "UPDATE issued_documents SET content = content || '\\x20'")
    (finding,) = found(world, Fault.DOCUMENT)
    assert issued.digest[:16] in finding.what
    tamper(world, "DELETE FROM issued_documents")
    (finding,) = found(world, Fault.DOCUMENT)
    assert issued.notice_id in finding.what
    assert finding.position is not None


def test_a_notice_names_the_seal_that_it_stands_on(world: World) -> None:
    """So that on paper it anchors the log, whoever owns the database and whoever has the key."""
    history(world)
    supervisor = world.actor("supervisor")
    issued = world.taizhang.notices.issue_daily_vacancies(
        date(2026, 11, 2), "110105", by=supervisor
    )
    notice = world.taizhang.notices.document(issued.notice_id, by=supervisor)
    assert notice.seal is not None
    day_seal = world.sql(
        "SELECT number, position, chain, key_id FROM seals WHERE day = '2026-11-02'"
    )
    assert day_seal == [
        (
            notice.seal.number,
            notice.basis.position,
            bytes.fromhex(notice.seal.chain),
            bytes.fromhex(notice.seal.key_id or ""),
        )
    ]
    assert isinstance(notice, DailyVacancyNotice)
    for text in (render_html(notice), canonical_json(notice).decode()):
        assert notice.seal.chain in text
    buffer = BytesIO()
    render_xlsx(notice, buffer)
    sheets = load_workbook(buffer).worksheets
    cells = [cell.value for sheet in sheets for row in sheet.iter_rows() for cell in row]
    assert notice.seal.text in cells
    assert world.taizhang.notices.recompute(issued.notice_id, by=supervisor).is_proven
    anchor = (notice.seal.position, notice.seal.chain)
    assert verify(world, anchors=[anchor]).is_proven
    # Somebody with the key writes the log anew and seals it again: only what was printed tells.
    tamper(world, "DELETE FROM seals")
    tamper(world, "UPDATE stored_events SET staff_id = 'reviewer' WHERE notification_id = 39")
    tamper(world, "UPDATE commands SET staff_id = 'reviewer' WHERE last_position = 39")
    tamper(
        world,
        "UPDATE stored_events e SET digest = event_digest(p.digest, e.originator_id, e.originator_version, "
        "e.topic, e.occurred_on, e.recorded_at, e.staff_id, e.agency_code, e.command_id, e.state) "
        "FROM stored_events p WHERE p.originator_id = e.originator_id "
        "AND p.originator_version = e.originator_version - 1 AND e.notification_id = 39",
    )
    for position in range(44, 48):
        tamper(
            world,
            "UPDATE stored_events e SET digest = event_digest(p.digest, e.originator_id, e.originator_version, "
            "e.topic, e.occurred_on, e.recorded_at, e.staff_id, e.agency_code, e.command_id, e.state) "
            "FROM stored_events p WHERE p.originator_id = e.originator_id "
            "AND p.originator_version = e.originator_version - 1 AND e.notification_id = %s",
            position,
        )
    world.taizhang.seals.catch_up()
    (kept,) = found(world, Fault.ANCHOR)  # of the notice that is kept in the database
    assert kept.position == anchor[0]
    tamper(world, "UPDATE issued_documents SET content = '{}'")
    (printed,) = found(world, Fault.ANCHOR, anchors=[anchor])
    assert printed.position == anchor[0]


def test_a_notice_made_without_the_key_still_anchors_the_log(world: World) -> None:
    world.publish(world.register(1))
    world.clock.forward(days=1)
    supervisor = world.actor("supervisor")
    with world.reopen(sealing_key=None) as other:
        issued = other.notices.issue_daily_vacancies(date(2026, 11, 2), "110105", by=supervisor)
        notice = other.notices.document(issued.notice_id, by=supervisor)
    assert notice.seal is not None
    assert (notice.seal.number, notice.seal.key_id) == (None, None)
    assert world.taizhang.seals.catch_up() is not None
    assert world.taizhang.notices.recompute(issued.notice_id, by=supervisor).is_proven
    assert verify(world).is_proven
    assert verify(world, anchors=[(notice.seal.position, notice.seal.chain)]).is_proven

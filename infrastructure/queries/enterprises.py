"""Queries about key enterprises: agreements, courses, needs files, lists with what is missing, and counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from ...application.ports import Clock
from ...application.service import CommandService
from ...application.views.enterprises import (
    AgreementCourse,
    AgreementView,
    CatalogueView,
    EnterpriseCounts,
    EnterpriseCountsView,
    MissingPart,
    NeedsFileVersion,
    NeedsFileView,
    QuarterContact,
    SpecialistSpell,
)
from ...domain.duties import key_enterprises
from ...domain.errors import InvalidInput, NotFound
from ...domain.events import RecordedEvent
from ...domain.identity import check_credit_code
from ...domain.key_enterprise.agreement import AgreementSigned, SpecialistChanged
from ...domain.key_enterprise.agreements import KeyEnterpriseAgreement
from ...domain.key_enterprise.catalogue import RestrictedIndustries, areas_of, catalogue_stream
from ...domain.key_enterprise.gaps import gaps_of, missing_parts
from ...domain.key_enterprise.needs import quarter_zh
from ...domain.key_enterprise.needs_file import NeedsFileOpened, NeedsFileRevised
from ...domain.key_enterprise.state import AgreementStage
from ...domain.obligations import Outcome
from ...domain.organisation.powers import Actor, Power, reaches
from ..database import Database
from ..store.event_store import PostgresEventStore
from .looking_back import OVERDUE, AsOf, LookingBack
from .people import course_duty
from .places import Places, together

_CONTACT = "enterprise_contact"
_KEPT = frozenset({Outcome.MET.value, Outcome.LATE.value})
_DUTIES = [duty.key for duty in key_enterprises.DUTIES]
_COURSE_DUTIES = [*_DUTIES, *(duty.key for duty in key_enterprises.ENTRY_DUTIES)]
_AGREEMENT = """
    SELECT k.*, k.stream_id AS agreement_id, e.credit_code, e.name, e.agency_code AS ledger_agency,
        coalesce(o.overdue, '{}') AS overdue
    FROM key_enterprises k JOIN employers e ON e.stream_id = k.employer_id
    LEFT JOIN LATERAL (
        SELECT jsonb_object_agg(rule, late) AS overdue FROM (
            SELECT rule, count(*) AS late FROM obligations
            WHERE subject_id = k.employer_id AND outcome = 'open' AND duty = ANY(%(duties)s)
                AND due_on < %(day)s AND agency_code = k.agency_code
            GROUP BY rule
        ) AS by_rule
    ) AS o ON k.stage = 'in_force'
"""
_LACKS = """
    k.needs_missing <> '[]' OR NOT k.team_complete OR (k.supports > 0 AND k.effect_on IS NULL)
    OR o.overdue IS NOT NULL OR k.valid_until < %(day)s OR k.specialist_id = ANY(%(left)s)
"""
_COURSE = """
    SELECT * FROM obligations
    WHERE subject_id = %(employer)s AND duty = ANY(%(duties)s) AND stream_id = %(stream)s
        AND outcome NOT IN ('moved', 'redated')
    ORDER BY due_on, arose_position, duty, turn
"""
_COUNTS = """
    SELECT k.agency_code,
        count(*) AS in_force,
        count(*) FILTER (WHERE needs_file_on IS NULL) AS without_file,
        count(*) FILTER (WHERE needs_file_on IS NOT NULL AND needs_missing <> '[]') AS incomplete_file,
        count(*) FILTER (WHERE team_on IS NULL) AS without_team,
        count(*) FILTER (WHERE no_longer_key IS NOT NULL) AS no_longer_key,
        count(*) FILTER (WHERE transfer_to IS NOT NULL) AS in_transfer,
        count(*) FILTER (WHERE valid_until < %(day)s) AS past_term,
        sum(hired) AS hired
    FROM key_enterprises{asof} k
    WHERE stage = 'in_force' AND agency_code = ANY(%(codes)s)
    GROUP BY k.agency_code
"""
_AWAITING = """
    SELECT agency_code, count(*) AS awaiting_signature FROM obligations{asof}
    WHERE outcome = 'open' AND duty = 'enterprise_agreement_after_transfer'
        AND agency_code = ANY(%(codes)s)
    GROUP BY agency_code
"""


_COUNTED = (_COUNTS, _AWAITING, OVERDUE)


class EnterpriseQueries(LookingBack):
    """What can be asked about key enterprises, one by one and summed up.

    An agreement is asked for by its id or by the enterprise's credit code, which gives the last one.
    """

    def __init__(
        self,
        database: Database,
        store: PostgresEventStore,
        service: CommandService,
        clock: Clock,
        as_of: AsOf,
    ) -> None:
        """Stand on the read models, of today and of earlier days, and on the events."""
        super().__init__(database, service, clock, as_of)
        self._store = store

    def agreement(self, agreement: UUID | str, *, by: Actor) -> AgreementView:
        """Return an agreement as it stands. Raises NotFound, NotAuthorised. Rules 44, 46, 47, 48.1."""
        return self._view(self._seen(agreement, by)[-1])

    def agreements(
        self,
        agency_code: str,
        *,
        by: Actor,
        only_in_force: bool = True,
        only_lacking: bool = False,
        limit: int = 500,
    ) -> list[AgreementView]:
        """Return the agreements of an agency and those below it, the earliest end of term first.

        With `only_lacking` those whose records lack something or for which a duty is late.

        Rules 46, 47, 48.1, 48.2.
        """
        codes, condition = self._codes(by, agency_code), "WHERE k.agency_code = ANY(%(codes)s)"
        if only_in_force or only_lacking:
            condition += " AND k.stage = 'in_force'"
        if only_lacking:
            condition += f" AND ({_LACKS})"
        rows = self._rows(
            f"{_AGREEMENT} {condition} ORDER BY k.stage DESC, k.valid_until, e.credit_code "
            "LIMIT %(limit)s",
            {"codes": codes, "left": self._left(codes), "limit": limit, **self._asked},
        )
        return [self._view(row) for row in rows]

    def needs_file(self, agreement: UUID | str, *, by: Actor) -> NeedsFileView:
        """Return a staffing needs file with what is missing and all its versions.

        Raises NotFound, NotAuthorised. Rules 46, 48.1, 50.
        """
        row = self._seen(agreement, by)[-1]
        stream_id = row["agreement_id"]
        state, history = self._state(stream_id), self._store.history(stream_id)
        return NeedsFileView(
            agreement_id=stream_id,
            credit_code=row["credit_code"],
            content=state.needs.content,
            opened_on=state.needs.opened_on,
            revised_on=state.needs.revised_on,
            missing=tuple(
                MissingPart(
                    part=one.part.value,
                    label_zh=one.part.label_zh,
                    fields=one.fields,
                    text_zh=one.text_zh,
                )
                for one in missing_parts(state)
            ),
            versions=tuple(_versions(history)),
        )

    def course(self, agreement: UUID | str, *, by: Actor) -> tuple[AgreementCourse, ...]:
        """Return the course of an agreement, or of every agreement of an enterprise, the first one first.

        A course is who answered for it, its quarters' contacts, and the duties met and missed. Who sees
        one agreement sees those before it. Raises NotFound, NotAuthorised. Rules 48.2, 49.1, 50.
        """
        rows = self._seen(agreement, by)
        wanted = rows if isinstance(agreement, str) else rows[-1:]
        before = {row["agreement_id"]: row for row in rows}
        return tuple(self._course(row, before) for row in wanted)

    def counts(
        self, agency_code: str, *, by: Actor, day: date | None = None
    ) -> EnterpriseCountsView:
        """Count the agreements of an agency and those below it, rolled up by the agencies directly below.

        A day in the past gives what stood in the log at its end; that costs in proportion to what was
        recorded since. Raises NotAuthorised; InvalidInput for a day to come. Rules 46, 47, 48.1, 56.1.
        """
        today = self._today()
        day = day or today
        if day > today:
            raise InvalidInput(f"{day} is still to come: today is {today}", field="day")
        self._codes(by, agency_code)
        places = Places(self._service, agency_code, day)
        held = [EnterpriseCounts(agency_code=code, name=name) for code, name in places.agencies]
        sums = {one.agency_code: one for one in held}
        for row in self._rows_of_day(
            _COUNTED, day, {"codes": places.codes, "day": day, "duties": _DUTIES}
        ):
            place = places.place_of(row.pop("agency_code"))
            if "rule" in row:
                row = {"overdue": {row["rule"]: row["overdue"]}}
            added = EnterpriseCounts.model_validate({"agency_code": "", "name": "", **row})
            sums[place] = together(sums[place], added)
        total = EnterpriseCounts(agency_code=agency_code, name=places.name)
        for one in sums.values():
            total = together(total, one)
        return EnterpriseCountsView(
            day=day, total=total, agencies=tuple(sums[one.agency_code] for one in held)
        )

    def catalogues(
        self, agency_code: str, *, by: Actor, day: date | None = None
    ) -> list[CatalogueView]:
        """Return the editions of the catalogues that apply at an agency; none: nobody can sign there.

        Raises NotAuthorised. Rules 44, 45.2.
        """
        self._may_look(by, agency_code)
        day = day or self._today()
        found = []
        for area in areas_of(self._service.directory, agency_code, day):
            held = self._store.load(RestrictedIndustries, catalogue_stream(area)).aggregate
            assert isinstance(held, RestrictedIndustries)
            found += [
                CatalogueView(
                    area_code=area,
                    edition=edition.name,
                    in_force_from=edition.in_force_from,
                    entries=len(edition.entries),
                    in_force=edition == held.on(day),
                )
                for edition in sorted(held.editions.values(), key=lambda one: one.in_force_from)
            ]
        return found

    # --- helpers ------------------------------------------------------------------------------

    @property
    def _asked(self) -> dict[str, Any]:
        return {"duties": _DUTIES, "day": self._today()}

    def _left(self, codes: list[str]) -> list[str]:
        """Return the specialists of agreements at these agencies who are on no staff any more."""
        rows = self._rows(
            "SELECT DISTINCT specialist_id FROM key_enterprises "
            "WHERE stage = 'in_force' AND agency_code = ANY(%s)",
            (codes,),
        )
        return [row["specialist_id"] for row in rows if self._has_left(row["specialist_id"])]

    def _has_left(self, staff_id: str) -> bool:
        member = self._service.directory.member(staff_id)
        return member is not None and member.agency_codes.on(self._today()) is None

    def _seen(self, agreement: UUID | str, by: Actor) -> list[dict[str, Any]]:
        """Return the rows of an enterprise's agreements up to the one asked for.

        May look who may look at one of them or at the employer's ledger.
        """
        if isinstance(agreement, str):
            condition = "WHERE e.credit_code = %(key)s"
            try:
                key: Any = check_credit_code(agreement)
            except ValueError as error:
                raise NotFound(f"{agreement!r} is no credit code: {error}") from error
        else:
            condition = (
                "WHERE (k.employer_id, k.number) <= (SELECT employer_id, number FROM key_enterprises "
                "WHERE stream_id = %(key)s) AND k.employer_id = (SELECT employer_id FROM "
                "key_enterprises WHERE stream_id = %(key)s)"
            )
            key = agreement
        rows = self._rows(
            f"{_AGREEMENT} {condition} ORDER BY k.number", {"key": key, **self._asked}
        )
        if not rows:
            raise NotFound(f"no key enterprise has the agreement or the credit code {agreement}")
        directory, today = self._service.refresh_directory(), self._today()
        codes = [row["agency_code"] for row in reversed(rows)] + [rows[-1]["ledger_agency"]]
        shown = [code for code in codes if reaches(directory, by, Power.LOOK, code, today)]
        self._may_look(by, (shown or codes)[0])
        return rows

    def _view(self, row: dict[str, Any]) -> AgreementView:
        today, state = self._today(), self._state(row["agreement_id"])
        is_live = row["stage"] == AgreementStage.IN_FORCE
        return AgreementView.model_validate(
            {
                **row,
                "specialist_left": self._has_left(row["specialist_id"]),
                "past_term": is_live and row["valid_until"] < today,
                "missing_zh": tuple(gap.text_zh for gap in gaps_of(state)) if is_live else (),
            },
            extra="ignore",
        )

    def _state(self, stream_id: UUID) -> KeyEnterpriseAgreement:
        state = self._store.load(KeyEnterpriseAgreement, stream_id).aggregate
        assert isinstance(state, KeyEnterpriseAgreement)
        return state

    def _course(self, row: dict[str, Any], known: dict[UUID, dict[str, Any]]) -> AgreementCourse:
        today, stream_id = self._today(), row["agreement_id"]
        asked = {"employer": row["employer_id"], "duties": _COURSE_DUTIES, "stream": stream_id}
        duties = [course_duty(one, today) for one in self._rows(_COURSE, asked)]
        former = known.get(row["continued_from"])
        gap = None
        if former is not None and former["ended_on"] is not None:
            gap = (row["signed_on"] - former["ended_on"]).days
        return AgreementCourse(
            agreement=self._view(row),
            specialists=tuple(_specialists(self._store.history(stream_id))),
            quarters=tuple(
                QuarterContact(
                    quarter=quarter_zh(one.arose_on),
                    begins_on=one.arose_on,
                    due_on=one.due_on,
                    contacted_on=one.closed_on if one.outcome in _KEPT else None,
                    outcome=one.outcome,
                )
                for one in duties
                if one.duty == _CONTACT and one.arose_on <= today
            ),
            duties=tuple(one for one in duties if one.duty != _CONTACT),
            gap_days=gap,
        )


def _versions(history: Iterable[RecordedEvent]) -> Iterable[NeedsFileVersion]:
    """Yield every version of the file that the stream holds."""
    revision = -1
    for recorded in history:
        event = recorded.event
        if isinstance(event, AgreementSigned) and event.continued is not None:
            if event.continued.needs is not None:
                revision = event.continued.needs_revisions
        elif isinstance(event, NeedsFileOpened | NeedsFileRevised):
            revision += 1
            yield NeedsFileVersion(
                revision=revision,
                stated_on=recorded.occurred_on,
                agency_code=recorded.agency_code,
                staff_id=recorded.staff_id,
                reason=event.reason if isinstance(event, NeedsFileRevised) else "",
                content=event.content,
            )


def _specialists(history: Iterable[RecordedEvent]) -> Iterable[SpecialistSpell]:
    for recorded in history:
        event = recorded.event
        if isinstance(event, AgreementSigned | SpecialistChanged):
            yield SpecialistSpell(
                since=recorded.occurred_on,
                agency_code=event.agency_code,
                specialist_id=event.specialist_id,
            )

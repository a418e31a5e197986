"""Personal data: encrypted, masked, shown to few, erased for good, and nowhere else."""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import structlog
from pydantic import ValidationError

from taizhang import (
    Actor,
    InvalidInput,
    NotAuthorised,
    Request,
    RevokeAgent,
    TaizhangError,
    VerifyAgent,
    parse_command,
)
from taizhang.domain.access import accesses_stream
from taizhang.domain.employer.papers import AgentVerified
from taizhang.domain.events import ERASED
from taizhang.infrastructure.store import keys as keys_module

if TYPE_CHECKING:
    from tests.integration.conftest import World

NAME, PHONE = "欧阳娜娜", "13912345678"


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Collect what is logged, at every level."""
    lines = io.StringIO()
    before = structlog.get_config()
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(lines),
        wrapper_class=structlog.make_filtering_bound_logger(0),
        cache_logger_on_first_use=False,
    )
    try:
        yield lines
    finally:
        structlog.configure(**before)


def forms(text: str) -> list[bytes]:
    """Return how a text could lie somewhere: as it is, in escapes, in base64."""
    plain = text.encode()
    escaped = text.encode("unicode_escape")
    shifted = [base64.b64encode(b"x" * shift + plain)[4:-4] for shift in range(3)]
    return [plain, escaped, plain.hex().encode(), *(one for one in shifted if len(one) > 6)]


def whole_database(world: World) -> bytes:
    """Return every value of every table, as text and as bytes."""
    tables = world.sql(
        "SELECT format('%%I.%%I', schemaname, tablename) FROM pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    found = b""
    for (table,) in tables:
        for row in world.sql(f"SELECT * FROM {table}"):
            for value in row:
                found += (
                    bytes(value) if isinstance(value, bytes | memoryview) else repr(value).encode()
                )
                found += b"\n"
    return found


@pytest.mark.rule("51.2")
def test_no_personal_data_lie_in_plain_anywhere_in_the_database(world: World) -> None:
    code = world.register()
    world.publish(code)
    with pytest.raises(TaizhangError):
        world.do(
            world.agent(code).model_copy(
                update={"authority_valid_until": world.clock.today.replace(year=2020)}
            )
        )
    with pytest.raises(TaizhangError):
        world.do(world.agent(code), "sibling")
    world.taizhang.projections.catch_up()
    world.clock.forward(days=1)
    world.taizhang.notices.issue_daily_vacancies(
        world.clock.today.replace(day=2), "110105", by=world.actor("supervisor")
    )
    stored = whole_database(world)
    assert code.encode() in stored, "the search finds what is there"
    assert "欧***".encode() in stored
    for secret in (NAME, PHONE, world.identity_number(1)):
        assert [form for form in forms(secret) if form in stored] == []


@pytest.mark.rule("51.2")
def test_no_personal_data_are_logged_or_told_by_an_error(world: World) -> None:
    code = world.open_ledger()
    told = []
    with logged() as lines:
        world.do(world.agent(code))
        for by, changes in (
            ("sibling", {}),
            ("clerk", {"authority_valid_until": world.clock.today.replace(year=2020)}),
            ("clerk", {"credit_code": world.credit_code(9)}),
        ):
            with pytest.raises(TaizhangError) as refused:
                world.do(world.agent(code).model_copy(update=changes), by)
            told.append(str(refused.value) + refused.value.detail().model_dump_json())
        world.lose_key(world.taizhang.identities.person(world.identity_number(1)))
        with pytest.raises(InvalidInput, match="erased") as refused:
            world.do(world.agent(code))
        told.append(str(refused.value))
    text = lines.getvalue() + "".join(told)
    assert "command_refused" in text
    for secret in (NAME, PHONE, world.identity_number(1)):
        assert secret not in text


@pytest.mark.rule("51.2")
@pytest.mark.parametrize(
    "bad",
    [
        {"identity_number": "11010519900101999X"},
        {"identity_number": "11010519901301002X"},
        {"phone": "13912345678 打我"},
        {"name": NAME * 100},
        {"name": {"whole": NAME}},
        {"authority_valid_until": "13912345678打我"},
        {"real_name_verified": "11010519900101999X"},
    ],
)
def test_input_that_is_refused_is_not_echoed(world: World, bad: dict[str, Any]) -> None:
    fields = world.agent(world.credit_code()).model_dump(mode="json") | bad
    with pytest.raises(InvalidInput) as refused:
        parse_command("verify_agent", fields)
    texts = [str(refused.value), repr(refused.value), str(refused.value.__cause__)]
    with pytest.raises(ValidationError) as invalid:
        VerifyAgent.model_validate(fields)
    texts.append(str(invalid.value))
    for secret in (NAME, PHONE, "打我", "1101051990"):
        assert all(secret not in text for text in texts)


class TestWhoSees:
    @pytest.mark.rule("51.2")
    def test_the_staff_of_the_agency_that_holds_the_ledger_in_clear_with_a_reason(
        self, world: World
    ) -> None:
        code = world.register()
        world.taizhang.projections.catch_up()
        with logged() as lines:
            (contact,) = world.taizhang.queries().agent_contacts(
                code, by=world.actor("clerk"), reason="核实委托书"
            )
        assert (contact.name, contact.phone) == (NAME, PHONE)
        assert contact.identity_number == world.identity_number(1)
        assert world.event_names(accesses_stream(contact.agent_id)) == ["personal_data.read"]
        assert NAME not in lines.getvalue()

    @pytest.mark.rule("51.2")
    @pytest.mark.parametrize(
        ("staff_id", "reason"),
        [
            ("clerk", " "),
            ("supervisor", "核查"),
            ("administrator", "看看"),
            ("sibling", "看看"),
            ("station", "看看"),
            ("other-supervisor", "看看"),
        ],
    )
    def test_nobody_else(self, world: World, staff_id: str, reason: str) -> None:
        code = world.register()
        world.taizhang.projections.catch_up()
        with pytest.raises(NotAuthorised):
            world.taizhang.queries().agent_contacts(code, by=world.actor(staff_id), reason=reason)

    @pytest.mark.rule("51.2")
    def test_not_the_system(self, world: World) -> None:
        code = world.register()
        world.taizhang.projections.catch_up()
        with pytest.raises(NotAuthorised, match=r"51\.2"):
            world.taizhang.queries().agent_contacts(
                code, by=Actor.system("110105001"), reason="备份"
            )

    def test_an_agent_who_no_longer_acts_is_not_a_contact(self, world: World) -> None:
        code = world.register()
        world.do(world.agent(code, 2, "司马光"))
        agent = world.taizhang.identities.person(world.identity_number(1))
        world.do(RevokeAgent(credit_code=code, agent_id=agent, reason="离职"))
        world.taizhang.projections.catch_up()
        contacts = world.taizhang.queries().agent_contacts(
            code, by=world.actor("clerk"), reason="联系"
        )
        assert [contact.name for contact in contacts] == ["司马光"]

    @pytest.mark.rule("51.2")
    def test_views_show_masked_names_and_no_numbers(self, world: World) -> None:
        code = world.register()
        world.taizhang.projections.catch_up()
        queries, clerk = world.taizhang.queries(), world.actor("clerk")
        employer = queries.employer(code, by=clerk)
        ledger = queries.employer_ledger(code, by=clerk)
        assert employer.agent_name_masked == "欧***"
        text = employer.model_dump_json() + ledger.model_dump_json()
        for secret in (NAME, PHONE, world.identity_number(1), "娜"):
            assert secret not in text


class TestErasure:
    def test_once_the_key_is_destroyed_the_fields_read_as_erased_and_the_stream_replays(
        self, world: World
    ) -> None:
        code = world.register()
        person = world.taizhang.identities.person(world.identity_number(1))
        world.lose_key(person)
        events = [one.event for one in world.taizhang.events.history(world.stream(code))]
        (agent,) = [event for event in events if isinstance(event, AgentVerified)]
        assert (agent.name, agent.identity_number, agent.phone) == (ERASED,) * 3
        assert agent.authority_valid_until.year == 2027
        assert len(events) == 4
        world.publish(code)
        world.taizhang.projections.catch_up()
        (contact,) = world.taizhang.queries().agent_contacts(
            code, by=world.actor("clerk"), reason="联系"
        )
        assert contact.name == contact.phone == ERASED

    def test_nothing_new_is_recorded_of_who_was_erased(self, world: World) -> None:
        code = world.register()
        world.lose_key(world.taizhang.identities.person(world.identity_number(1)))
        with pytest.raises(InvalidInput, match="erased: nothing new"):
            world.do(world.agent(code))
        assert world.sql("SELECT name, error FROM refusals") == [("verify_agent", "invalid_input")]
        assert len(world.event_names(world.stream(code))) == 4

    def test_in_a_batch_the_others_are_taken(self, world: World) -> None:
        code = world.register()
        world.lose_key(world.taizhang.identities.person(world.identity_number(1)))
        answers = world.taizhang.execute_many(
            [
                Request(world.agent(code, 2), uuid4()),
                Request(world.agent(code, 1), uuid4()),
                Request(world.agent(code, 3), uuid4()),
            ],
            by=world.actor("clerk"),
        )
        assert [isinstance(answer, InvalidInput) for answer in answers] == [False, True, False]
        assert len(world.event_names(world.stream(code))) == 6
        assert world.count("refusals") == 1

    def test_another_process_forgets_the_key_too(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        code = world.register()
        monkeypatch.setattr(keys_module, "REMEMBERED_SECONDS", 0.05)
        with world.reopen() as other:
            (agent,) = [
                one.event
                for one in other.events.history(world.stream(code))
                if isinstance(one.event, AgentVerified)
            ]
            assert agent.name == NAME
            world.lose_key(world.taizhang.identities.person(world.identity_number(1)))
            time.sleep(0.06)
            (agent,) = [
                one.event
                for one in other.events.history(world.stream(code))
                if isinstance(one.event, AgentVerified)
            ]
            assert agent.name == ERASED

    def test_read_models_forget_who_was_erased_when_they_are_made_anew(self, world: World) -> None:
        code = world.register()
        world.taizhang.projections.catch_up()
        world.lose_key(world.taizhang.identities.person(world.identity_number(1)))
        world.taizhang.projections.rebuild("employers")
        employer = world.taizhang.queries().employer(code, by=world.actor("clerk"))
        assert employer.agent_name_masked == ERASED
        world.taizhang.projections.drop_old("employers")
        assert "欧***".encode() not in whole_database(world)


class TestKeys:
    @pytest.mark.parametrize("name", ["master_key", "identity_key"])
    def test_another_key_than_the_database_was_used_with_is_refused_at_once(
        self, world: World, name: str
    ) -> None:
        """Else what is stored could not be read, or every employer would get a second ledger."""
        wrong = base64.b64encode(b"x" * 32).decode()
        message = f"^TAIZHANG_{name.upper()} is not the key that this database was used with$"
        with pytest.raises(InvalidInput, match=message):
            world.reopen(**{name: wrong})

    def test_a_persons_key_that_the_master_key_does_not_open_gives_a_clear_error(
        self, world: World
    ) -> None:
        code = world.register()
        world.sql("DELETE FROM key_checks")
        wrong = base64.b64encode(b"x" * 32).decode()
        with world.reopen(master_key=wrong) as other:
            with pytest.raises(InvalidInput, match="TAIZHANG_MASTER_KEY is not the key"):
                list(other.events.history(world.stream(code)))
            with pytest.raises(InvalidInput, match="TAIZHANG_MASTER_KEY is not the key"):
                other.execute(
                    world.agent(code, 1, "别人"), by=world.actor("clerk"), command_id=uuid4()
                )
        assert len(world.event_names(world.stream(code))) == 4

    @pytest.mark.parametrize("field", ["name", "identity_number", "phone"])
    def test_a_value_moved_from_its_place_is_noticed(self, world: World, field: str) -> None:
        first, second = world.register(1), world.open_ledger(2)
        world.do(world.agent(second, 1))
        swap = (
            "ALTER TABLE stored_events DISABLE TRIGGER ALL; "
            "UPDATE stored_events AS e SET state = convert_to(jsonb_set("
            "convert_from(e.state, 'UTF8')::jsonb, '{FIELD}', "
            "convert_from(o.state, 'UTF8')::jsonb -> 'FIELD')::text, 'UTF8') "
            "FROM stored_events AS o WHERE e.topic = 'employer_ledger.agent_verified' "
            "AND o.topic = e.topic AND o.originator_id <> e.originator_id"
        ).replace("FIELD", field)
        for statement in swap.split("; "):
            world.sql(statement)
        for code in (first, second):
            with pytest.raises(InvalidInput, match=f"a personal field was altered: .*:{field}"):
                list(world.taizhang.events.history(world.stream(code)))

    def test_a_persons_keys_are_wrapped_and_cannot_be_exchanged(self, world: World) -> None:
        code = world.register()
        world.do(world.agent(code, 2, "司马光"))
        world.sql(
            "UPDATE personal_keys AS k SET wrapped = o.wrapped FROM personal_keys AS o "
            "WHERE o.subject_id <> k.subject_id"
        )
        with world.reopen() as other, pytest.raises(InvalidInput, match="TAIZHANG_MASTER_KEY"):
            list(other.events.history(world.stream(code)))

    def test_ids_disclose_nothing_without_the_identity_key(self, world: World) -> None:
        other = keys_module.StreamIds(b"y" * 32)
        code = world.credit_code()
        assert world.stream(code) != other.employer(code)
        assert world.stream(code) == world.taizhang.identities.employer(code)
        assert world.taizhang.identities.person(code) != world.taizhang.identities.employer(code)

    def test_the_same_person_is_one_person_to_every_employer(self, world: World) -> None:
        first, second = world.register(1), world.open_ledger(2)
        world.do(world.agent(second, 1))
        assert world.count("personal_keys") == 1
        assert first != second

    def test_what_is_kept_of_a_command_does_not_tell_its_content(self, world: World) -> None:
        """A plain digest could be tried out: an identity number has few possible values."""
        from hashlib import sha256

        code, command_id = world.open_ledger(), uuid4()
        command = world.agent(code)
        world.do(command, command_id=command_id)
        ((digest,),) = world.sql("SELECT digest FROM commands WHERE command_id = %s", command_id)
        content = command.model_dump_json().encode()
        guesses = [
            sha256(before + content).digest()
            for before in (b"", b"verify_agent", b"verify_agent\0", b"verify_agent\n")
        ]
        assert bytes(digest) not in guesses

"""The schema: applied once, in order, and never silently another."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from taizhang import InvalidInput, Taizhang, TaizhangError
from taizhang.infrastructure import database as database_module
from taizhang.infrastructure.database import Database, MigrationChanged, migrations

if TYPE_CHECKING:
    from tests.integration.conftest import World


def test_migrations_are_numbered_without_a_gap() -> None:
    numbers = [int(name[:4]) for name, _ in migrations()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_they_are_applied_in_order_and_once(database_url: str) -> None:
    database = Database(database_url)
    names = [name for name, _ in migrations()]
    assert database.migrate() == names
    assert database.migrate() == []


def test_an_integrator_may_apply_them_with_a_tool_of_their_own(database_url: str) -> None:
    """They are plain SQL that needs nothing but its schema on the search path."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA mine")
        connection.execute("SET search_path TO mine")
        for _, text in migrations():
            connection.execute(text.encode())
        found = connection.execute("SELECT count(*) FROM mine.stored_events").fetchone()
    assert found == (0,)


def test_one_whose_text_has_changed_stops_the_start(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = migrations()
    changed = [(name, text + "-- x" if name.startswith("0002") else text) for name, text in real]
    monkeypatch.setattr(database_module, "migrations", lambda: changed)
    with pytest.raises(MigrationChanged, match=r"0002_personal_keys\.sql is not what was applied"):
        world.reopen()
    assert issubclass(MigrationChanged, TaizhangError)


def test_one_that_fails_leaves_nothing_half_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = [
        *migrations(),
        ("9998_good.sql", "CREATE TABLE half_done (one int)"),
        ("9999_bad.sql", "CREATE TABLE worse (one int); SELECT 1 / 0"),
    ]
    monkeypatch.setattr(database_module, "migrations", lambda: broken)
    with pytest.raises(psycopg.errors.DivisionByZero):
        Database(world.url).migrate()
    assert world.sql("SELECT to_regclass('half_done')::text") == [(None,)]
    assert world.sql("SELECT count(*) FROM migrations WHERE name LIKE '999%%'") == [(0,)]


def test_a_database_that_a_newer_version_has_used_is_not_touched(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = migrations()[:-1]
    monkeypatch.setattr(database_module, "migrations", lambda: known)
    with pytest.raises(TaizhangError, match="newer version"):
        world.reopen()


def test_two_installations_live_in_two_schemas_of_one_database(
    database_url: str, options: Callable[[str], dict[str, Any]]
) -> None:
    from uuid import uuid4

    from taizhang import Actor, FoundAgency
    from taizhang.domain.organisation.agency import AgencyLevel

    found = FoundAgency(
        code="110000",
        name="北京",
        level=AgencyLevel.CITY,
        effective_on="2018-08-01",
    )
    with (
        Taizhang.open(**options(database_url), schema_name="one") as one,
        Taizhang.open(**options(database_url), schema_name="two") as two,
    ):
        one.execute(found, by=Actor.system("110000"), command_id=uuid4())
        assert (one.events.head(), two.events.head()) == (1, 0)
        two.execute(found, by=Actor.system("110000"), command_id=uuid4())
        assert two.events.head() == 1


@pytest.mark.parametrize(
    "address", ["nonsense", "postgresql://u:geheim@[/x", "mysql://u:geheim@host/x", "host='geheim"]
)
def test_an_address_that_is_none_is_refused_without_telling_its_password(
    address: str, options: Callable[[str], dict[str, Any]]
) -> None:
    with pytest.raises(InvalidInput, match="TAIZHANG_DATABASE_URL") as refused:
        Taizhang.open(**options(address))
    assert "geheim" not in str(refused.value)

"""Settings: what an operator may set, and how a mistake is told without telling a secret."""

from __future__ import annotations

import base64

import pytest
from pydantic import SecretStr, ValidationError

from taizhang import InvalidInput, Settings, Taizhang
from taizhang.infrastructure.embedded import new_key, with_generated_keys
from taizhang.infrastructure.settings import decode_key

GOOD = base64.b64encode(bytes(range(32))).decode()
SHORT = base64.b64encode(b"geheimnis").decode()


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("TAIZHANG_"):
            monkeypatch.delenv(name)


def test_they_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAIZHANG_POOL_SIZE", "3")
    monkeypatch.setenv("TAIZHANG_MASTER_KEY", GOOD)
    settings = Settings.read()
    assert settings.pool_size == 3
    assert settings.master_key is not None
    assert decode_key(settings.master_key) == bytes(range(32))


def test_arguments_win_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAIZHANG_POOL_SIZE", "3")
    assert Settings.read(pool_size=4).pool_size == 4


@pytest.mark.parametrize(
    ("option", "value", "reason"),
    [
        ("master_key", SHORT, "32 bytes in base64, this has 9"),
        ("identity_key", "geheimnis!", "32 random bytes in base64: `taizhang keys new`"),
        ("master_key", "", "this has 0"),
        ("schema_name", "Robert'); DROP TABLE", "pattern"),
        ("pool_size", 0, "greater than or equal to 1"),
        ("retry_seconds", -1, "greater than or equal to 0"),
        ("pool_size", "geheimnis", "valid integer"),
    ],
)
def test_a_bad_one_is_named_and_its_value_is_not_told(
    option: str, value: object, reason: str
) -> None:
    with pytest.raises(InvalidInput, match=reason) as refused:
        Settings.read(**{option: value})
    assert str(refused.value).startswith(f"TAIZHANG_{option.upper()}: ")
    with pytest.raises(ValidationError) as invalid:
        Settings(**{option: value})  # type: ignore[arg-type]
    for text in (str(refused.value), str(refused.value.__cause__), str(invalid.value)):
        assert "geheimnis" not in text
        assert SHORT not in text


def test_the_service_refuses_bad_settings_in_its_own_words() -> None:
    with pytest.raises(InvalidInput, match="TAIZHANG_MASTER_KEY"):
        Taizhang.open(master_key=SHORT)


def test_with_a_database_both_keys_must_be_given() -> None:
    with pytest.raises(InvalidInput, match="must be set beside TAIZHANG_DATABASE_URL"):
        Settings(
            database_url=SecretStr("postgresql://x"), master_key=SecretStr(GOOD)
        ).required_keys()


def test_secrets_are_not_shown() -> None:
    settings = Settings(
        database_url=SecretStr("postgresql://u:geheimnis@x/y"), master_key=SecretStr(GOOD)
    )
    assert "geheimnis" not in repr(settings)
    assert GOOD not in repr(settings) + settings.model_dump_json()


def test_generated_keys_are_made_once_and_for_the_owner_only(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path)) / "new" / "data"
    first = with_generated_keys(Settings(data_dir=folder))
    second = with_generated_keys(Settings(data_dir=folder))
    assert first.required_keys() == second.required_keys()
    assert first.signing_key() == second.signing_key() is not None
    for name in ("keys", "sealing-key"):
        assert (folder / name).stat().st_mode & 0o077 == 0
    given = with_generated_keys(Settings(data_dir=folder, master_key=SecretStr(GOOD)))
    assert given.required_keys()[0] == bytes(range(32))
    assert sorted(one.name for one in folder.iterdir()) == ["keys", "sealing-key"]


def test_a_new_key_is_a_key() -> None:
    assert len(decode_key(SecretStr(new_key()))) == 32
    assert new_key() != new_key()

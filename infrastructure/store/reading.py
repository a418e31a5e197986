"""Reading a stored event back by its types alone, without what was checked when it was written.

Limits and checks are the decision's: an event that was lawful when it was recorded stays readable
whatever is tightened later. It is also the quicker way: no limit is looked at, and no Python runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic_core import SchemaValidator

from ...domain.events import Event

_LIMITS = frozenset(
    {"pattern", "min_length", "max_length", "ge", "gt", "le", "lt", "multiple_of"}
    | {"max_digits", "decimal_places"}
)
_NO_SCHEMA = frozenset({"default", "metadata", "serialization"})


def reader_of(cls: type[Event]) -> Callable[[bytes], Event]:
    """Return what reads the payloads of an event, as pydantic's JSON, in its present shape.

    It raises ValidationError for a payload of other fields or types.
    """
    # Prebuilt validators are those of the classes, which check.
    schema = _without_checks(cls.__pydantic_core_schema__)
    return SchemaValidator(schema, _use_prebuilt=False).validate_json


def _without_checks(schema: Any) -> Any:
    """Return a schema of pydantic-core with its types only."""
    if isinstance(schema, list):
        return [_without_checks(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kind = schema.get("type")
    if kind == "function-after":  # it is given a value of the right type, and judges it
        return _without_checks(schema["schema"])
    return {
        key: part if key in _NO_SCHEMA else _without_checks(part)
        for key, part in schema.items()
        # In a mapping of fields by name "pattern" is a field: it has no kind of its own.
        if not (key in _LIMITS and isinstance(kind, str))
    }

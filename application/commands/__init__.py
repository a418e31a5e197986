"""Commands (what can be asked to be done), each with its power, its aggregate and its decision.

They are pydantic models with JSON schemas, so that an integrator can put them on a wire: `COMMANDS`
maps the permanent name of each to its class. `supervision` is not among them: a notice is asked for by
day and agency, and what it says is not for the asker to state.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from ...domain.errors import InvalidInput
from . import (
    assistance,
    assistance_course,
    assisted_work,
    catalogues,
    contact,
    early_warning,
    employers,
    guidance,
    job_fairs,
    job_seekers,
    key_enterprise_course,
    key_enterprises,
    organisation,
    rectification,
    referrals,
    registry,
    spot_checks,
)
from .base import Command

COMMANDS: dict[str, type[Command]] = {
    cls.command_name: cls
    for module in (
        organisation,
        employers,
        job_seekers,
        guidance,
        referrals,
        contact,
        assistance,
        assisted_work,
        assistance_course,
        job_fairs,
        registry,
        rectification,
        early_warning,
        spot_checks,
        catalogues,
        key_enterprise_course,
        key_enterprises,
    )
    for cls in module.ALL
}


def parse_command(name: str, fields: dict[str, Any]) -> Command:
    """Make a command of what came over a wire. Raises InvalidInput, naming the first bad field."""
    cls = COMMANDS.get(name)
    if cls is None:
        raise InvalidInput(
            f"no command is called {name!r}; there are: {', '.join(sorted(COMMANDS))}"
        )
    try:
        return cls.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(first["msg"], field=field or None) from error


def schemas() -> dict[str, Any]:
    """Return the JSON schema of every command, by name."""
    return {name: cls.model_json_schema() for name, cls in sorted(COMMANDS.items())}

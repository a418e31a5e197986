"""Events: what an event is, what is recorded around it, and the registry of stored names.

A stored name such as ``vacancy.submitted`` is permanent: it is a storage format, never a Python path.
A change of shape raises the schema version and brings an upcaster from the version before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict

Payload = dict[str, Any]
Upcaster = Callable[[Payload], Payload]

ERASED = "（已依法删除）"
"""What a personal field reads as once the key of its person is destroyed."""


class PersonalData:
    """Marks a field of an event as personal: it is stored encrypted with the key of its person."""


Personal = Annotated[str, PersonalData()]

OWN_STREAM = ""
"""As `subject` of an event: its personal fields belong to the person whose stream it stands in."""


class InClear(str):
    """A personal value that an older shape held in clear, as an upcaster hands it on: there is nothing to decrypt."""

    __slots__ = ()


class Event(BaseModel):
    """A fact, in the past tense. Subclasses give their stored name: ``class Passed(Event, name="vacancy.passed")``.

    An event with `Personal` fields names in ``subject`` the field that holds the pseudonymous id of
    the person they belong to, or `OWN_STREAM` where that is the stream.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    event_name: ClassVar[str] = ""
    schema_version: ClassVar[int] = 1
    topic: ClassVar[str] = ""
    personal_fields: ClassVar[tuple[str, ...]] = ()
    subject_field: ClassVar[str | None] = None

    def __init_subclass__(cls, **_: Any) -> None:
        """Accept the arguments of the class statement, which are read below once fields are known."""
        super().__init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(
        cls, *, name: str = "", version: int = 1, subject: str | None = None, **kwargs: Any
    ) -> None:
        """Register the event's stored name and find its personal fields."""
        super().__pydantic_init_subclass__(**kwargs)
        if not name:
            raise TypeError(
                f"{cls.__name__} has no stored name: class {cls.__name__}(Event, name=…)"
            )
        cls.event_name = name
        cls.schema_version = version
        cls.topic = name if version == 1 else f"{name}@{version}"
        cls.personal_fields = tuple(
            field
            for field, info in cls.model_fields.items()
            if any(isinstance(mark, PersonalData) for mark in info.metadata)
        )
        if cls.personal_fields and subject not in (OWN_STREAM, *cls.model_fields):
            raise TypeError(f"{name} has personal fields: say whose, by subject=<field>")
        cls.subject_field = subject
        REGISTRY.add(cls)


class RecordedEvent(NamedTuple):
    """An event with what was recorded around it.

    `occurred_on` is the day on which the service took place, as stated; `recorded_at` the moment of
    entry. The difference is itself supervised. `position` is the event's place in the whole log, 0
    before it is appended.
    """

    event: Event
    stream_id: UUID
    version: int
    position: int
    occurred_on: date
    recorded_at: datetime
    staff_id: str
    agency_code: str
    command_id: UUID


class UnknownEvent(LookupError):
    """The log holds an event whose stored name this version of the package does not know."""


class EventRegistry:
    """Every stored name, the class that reads it, and the upcasters from older shapes."""

    def __init__(self) -> None:
        self._classes: dict[str, type[Event]] = {}
        self._upcasters: dict[tuple[str, int], Upcaster] = {}

    def add(self, cls: type[Event]) -> None:
        """Register `cls` under its stored name, which no other class may bear."""
        known = self._classes.get(cls.event_name)
        if known is not None and known.__qualname__ != cls.__qualname__:
            raise TypeError(f"{cls.event_name} is the stored name of both {known} and {cls}")
        self._classes[cls.event_name] = cls

    def upcaster(self, name: str, from_version: int) -> Callable[[Upcaster], Upcaster]:
        """Register a function that turns a stored payload of `from_version` into the next version's."""

        def register(function: Upcaster) -> Upcaster:
            self._upcasters[(name, from_version)] = function
            return function

        return register

    def was_in_clear(self, name: str, version: int, *fields: str) -> None:
        """Register that `version` of an event held these fields in clear, which the next one encrypts.

        A field that was left out there (None) is an empty text since.
        """

        def hand_on(payload: Payload) -> Payload:
            return payload | {field: InClear(payload[field] or "") for field in fields}

        self.upcaster(name, version)(hand_on)

    def names(self) -> Mapping[str, type[Event]]:
        """Return every stored name with its class."""
        return dict(self._classes)

    def current(self, topic: str) -> type[Event] | None:
        """Return the class whose present shape `topic` names, or None where the payload is older."""
        cls = self._classes.get(topic.partition("@")[0])
        return cls if cls is not None and cls.topic == topic else None

    def upcast(self, topic: str, payload: Payload) -> tuple[type[Event], Payload]:
        """Bring an older payload to the present shape of its event.

        Raises UnknownEvent when the name, or a step between two versions, is missing.
        """
        name, _, version_text = topic.partition("@")
        cls = self._classes.get(name)
        if cls is None:
            raise UnknownEvent(
                f"no event is called {name!r}: was the log written by a newer version?"
            )
        for version in range(int(version_text or 1), cls.schema_version):
            step = self._upcasters.get((name, version))
            if step is None:
                raise UnknownEvent(f"no upcaster of {name!r} from version {version}")
            payload = step(payload)
        return cls, payload


REGISTRY = EventRegistry()

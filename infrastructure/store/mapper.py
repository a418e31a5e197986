"""Between events and stored bytes: JSON by pydantic, personal fields encrypted."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from itertools import starmap
from typing import Any
from uuid import UUID

import orjson

from ...domain.events import ERASED, REGISTRY, Event, EventRegistry, InClear, RecordedEvent
from .keys import KeyRing
from .reading import reader_of

MASKED = "（个人信息未显示）"
"""What a personal field reads as to whom it is not shown."""


class Mapper:
    """Writes events to bytes and reads them back, whatever version wrote them."""

    def __init__(self, keys: KeyRing, registry: EventRegistry = REGISTRY) -> None:
        """Take the keys of persons, and the registry of stored names."""
        self._keys = keys
        self._registry = registry
        self._readers = _Readers(registry)

    def write(self, event: Event, stream_id: UUID, version: int) -> bytes:
        """Return the stored form of an event at its place in its stream."""
        payload: bytes = event.__pydantic_serializer__.to_json(event)
        if not event.personal_fields:
            return payload
        fields = orjson.loads(payload)
        subject_id = UUID(fields[event.subject_field]) if event.subject_field else stream_id
        for name in event.personal_fields:
            secret = self._keys.encrypt(subject_id, _place(stream_id, version, name), fields[name])
            fields[name] = base64.b64encode(secret).decode()
        return orjson.dumps(fields)

    def read(
        self,
        stream_id: UUID,
        version: int,
        topic: str,
        state: bytes,
        position: int,
        occurred_on: date,
        recorded_at: datetime,
        staff_id: str,
        agency_code: str,
        command_id: UUID,
    ) -> RecordedEvent:
        """Return the event with what was recorded around it.

        Raises UnknownEvent for a stored name that is not known, ValidationError for a payload that
        is not what the name promises.
        """
        read = self._readers[topic]
        event = read(state) if read else self._read_slowly(stream_id, version, topic, state)
        # Past the named tuple's own constructor, which takes twice the time.
        return tuple.__new__(
            RecordedEvent,
            (
                event,
                stream_id,
                version,
                position,
                occurred_on,
                recorded_at,
                staff_id,
                agency_code,
                command_id,
            ),
        )

    def read_all(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[RecordedEvent]:
        """Yield the events of many rows, each with what `read` takes, in order; see `read`."""
        return starmap(self.read, rows)

    def read_personal(
        self, stream_id: UUID, version: int, topic: str, state: bytes, field: str
    ) -> str:
        """Return one personal field of an event of the present shape, and decrypt no other."""
        cls = self._registry.current(topic)
        assert cls is not None
        fields = orjson.loads(state)
        subject_id = UUID(fields[cls.subject_field]) if cls.subject_field else stream_id
        secret = base64.b64decode(fields[field])
        text = self._keys.decrypt(subject_id, _place(stream_id, version, field), secret)
        return ERASED if text is None else text

    def _read_slowly(self, stream_id: UUID, version: int, topic: str, state: bytes) -> Event:
        cls, fields = self._registry.upcast(topic, orjson.loads(state))
        if cls.personal_fields:
            subject_id = UUID(fields[cls.subject_field]) if cls.subject_field else stream_id
            for name in cls.personal_fields:
                if isinstance(fields[name], InClear):
                    continue
                place = _place(stream_id, version, name)
                fields[name] = self._personal(subject_id, place, fields[name])
        return self._readers.of(cls)(orjson.dumps(fields))

    def _personal(self, subject_id: UUID, place: str, stored: str) -> str:
        text = self._keys.decrypt(subject_id, place, base64.b64decode(stored))
        return ERASED if text is None else text


class MaskingMapper(Mapper):
    """Reads events without what is personal in them: it looks at no key."""

    def _personal(self, subject_id: UUID, place: str, stored: str) -> str:
        return MASKED


class SealedMapper(Mapper):
    """Reads events and leaves what is personal as it is stored: for where it is not shown at all."""

    def __init__(self, keys: KeyRing, registry: EventRegistry = REGISTRY) -> None:
        """Read every payload of the present shape in one step: no field needs a key."""
        super().__init__(keys, registry)
        self._readers = _Readers(registry, sealed=True)

    def _personal(self, subject_id: UUID, place: str, stored: str) -> str:
        return stored


def _place(stream_id: UUID, version: int, field: str) -> str:
    return f"{stream_id}:{version}:{field}"


Read = Callable[[bytes], Event]


class _Readers(dict[str, Read | None]):
    """What reads a payload in one step, by stored name; None where it is of an older shape or personal.

    Left `sealed`, what is personal is read like any text.
    """

    def __init__(self, registry: EventRegistry, *, sealed: bool = False) -> None:
        super().__init__()
        self._sealed = sealed
        self._registry = registry
        self._by_class: dict[type[Event], Read] = {}

    def __missing__(self, topic: str) -> Read | None:
        cls = self._registry.current(topic)
        read = None
        if cls is not None and (self._sealed or not cls.personal_fields):
            read = self.of(cls)
        self[topic] = read
        return read

    def of(self, cls: type[Event]) -> Read:
        """Return what reads payloads of the present shape of an event."""
        if cls not in self._by_class:
            self._by_class[cls] = reader_of(cls)
        return self._by_class[cls]

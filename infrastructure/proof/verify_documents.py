"""What was issued: documents against their digests, notices against documents, the log against the anchors in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

import orjson
from psycopg import Connection, Cursor, sql
from psycopg.rows import tuple_row

from ...application.views.proof import Fault, Finding
from .binary_rows import copied, value_at
from .checked import MOST, Block, Checked, Task, blocks
from .sealed import chain_at

Anchor = tuple[int, str]
"""A position and the chain there, as a printed notice names them."""

TABLE = "issued_documents"
_PAGES = 8
_AT_ONCE = 1_000
_DOCUMENTS = sql.SQL("SELECT digest, content FROM issued_documents WHERE {block}")
_NOTICES = """
    SELECT notification_id, originator_id, originator_version, state FROM stored_events
    WHERE topic LIKE 'notice.%%' AND notification_id > %s ORDER BY 1 LIMIT %s
"""
_KNOWN = "SELECT digest FROM issued_documents WHERE digest = ANY(%s)"


def document_tasks(cursor: Cursor[Any], after: int, head: int) -> Iterator[Task]:
    """Yield the parts in which documents and the notices issued after a position are verified."""
    for block in blocks(cursor, TABLE, _PAGES):
        yield Task(check_documents, (block, after, head))
    yield Task(check_notices, (after,))


def check_documents(connection: Connection[Any], block: Block, after: int, head: int) -> Checked:
    """Compare each document of a block with its digest, and the log with the anchor in it."""
    findings: list[Finding] = []
    anchors: dict[Anchor, None] = {}
    rows = 0
    for row in copied(connection, _DOCUMENTS.format(block=block.where)):
        named, at = value_at(row, 2)
        content, _ = value_at(row, at)
        rows += 1
        digest = named.decode()
        if sha256(content).hexdigest() != digest:
            what = f"issued_documents: the content kept under {digest[:16]}… is another"
            findings.append(Finding(fault=Fault.DOCUMENT, what=what))
        elif (anchor := _anchor_in(content)) and anchor[0] > after:
            anchors[anchor] = None
    findings += check_anchors(connection.cursor(row_factory=tuple_row), anchors, head)
    return Checked(rows, findings[:MOST], len(findings[MOST:]))


def check_notices(connection: Connection[Any], after: int) -> Checked:
    """Make sure that of each notice what was issued is kept."""
    cursor = connection.cursor(row_factory=tuple_row)
    findings: list[Finding] = []
    more = 0
    while found := cursor.execute(_NOTICES, (after, _AT_ONCE)).fetchall():
        after = found[-1][0]
        issued = {row[0]: named for row in found if (named := _named_in(row[3]))}
        cursor.execute(_KNOWN, ([digest for digest, _ in issued.values()],))
        known = {digest for (digest,) in cursor.fetchall()}
        for position, stream_id, version, _ in found:
            digest, number = issued.get(position, ("", ""))
            if not digest or digest in known:
                continue
            if len(findings) == MOST:
                more += 1
                continue
            findings.append(
                Finding(
                    fault=Fault.DOCUMENT,
                    what=f"issued_documents: what was issued as {number} is missing",
                    position=position,
                    stream_id=stream_id,
                    version=version,
                )
            )
    return Checked(0, findings, more)


def check_anchors(cursor: Cursor[Any], anchors: Iterable[Anchor], head: int) -> Iterator[Finding]:
    """Hold the log against anchors."""
    for position, chain in anchors:
        if position > head:
            what = f"the anchor is at position {position}, and the log ends at {head}: its end was cut off"
            yield Finding(fault=Fault.CUT, what=what, position=position)
        elif chain_at(cursor, position).hex() != chain.lower():
            what = f"the log up to position {position} is not what the anchor {chain[:16]}… says"
            yield Finding(fault=Fault.ANCHOR, what=what, position=position)


def _anchor_in(content: bytes) -> Anchor | None:
    """Return the anchor of a notice, None where it was made without one."""
    try:
        notice = orjson.loads(content)
        return int(notice["seal"]["position"]), str(notice["seal"]["chain"])
    except (ValueError, KeyError, TypeError):
        return None


def _named_in(state: bytes) -> tuple[str, str] | None:
    """Return digest and number of an issued notice, None where it is no longer JSON: its digest tells."""
    try:
        fields = orjson.loads(state)
        return str(fields["digest"]), str(fields["notice_id"])
    except (ValueError, KeyError, TypeError):
        return None

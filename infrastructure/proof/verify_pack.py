"""Verify an audit pack off line: python verify_pack.py [PACK] [--key-id HEX] [--anchor POSITION:CHAIN].

审计材料离线核验程序。PACK is the folder or zip file of the pack; without it, the folder of this file. It
needs Python 3.11 or newer and the library `cryptography`, and nothing else: it does not trust the
programs that made the pack. What the bytes are is in README.md beside it. It ends with 1 if anything
is wrong.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from struct import pack
from typing import Any, BinaryIO
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "taizhang audit pack 1"
ZEROS = bytes(32)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
NO_DAY = -(2**31)
MANIFEST_TAG = b"taizhang pack 1\n"


class Pack:
    """The files of a pack, in a folder or a zip file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._zip = zipfile.ZipFile(path) if path.is_file() else None

    def has(self, name: str) -> bool:
        """Say whether there is such a file."""
        if self._zip is not None:
            return name in self._zip.namelist()
        return (self._path / name).is_file()

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """Open a file."""
        if self._zip is not None:
            with self._zip.open(name) as file:
                yield file  # type: ignore[misc]
        else:
            with (self._path / name).open("rb") as file:
                yield file

    def lines(self, name: str) -> Iterator[Any]:
        """Yield the objects of a file of JSON lines."""
        with self.open(name) as file:
            for line in file:
                yield json.loads(line)

    def digest(self, name: str) -> str:
        """Return the SHA-256 of a file."""
        total = sha256()
        with self.open(name) as file:
            while part := file.read(1 << 20):
                total.update(part)
        return total.hexdigest()


def field(value: bytes) -> bytes:
    """Return a value with its length before it."""
    return pack(">i", len(value)) + value


def days(text: str) -> int:
    """Return a day as the days since 2000-01-01."""
    return (date.fromisoformat(text) - EPOCH.date()).days


def microseconds(text: str) -> int:
    """Return a moment as the microseconds since 2000-01-01 UTC."""
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


def event_digest(event: dict[str, Any]) -> bytes:
    """Compute the digest of an event from what is recorded of it."""
    return sha256(
        bytes.fromhex(event["before"])
        + field(UUID(event["stream_id"]).bytes)
        + field(pack(">q", event["version"]))
        + field(event["topic"].encode())
        + field(pack(">i", days(event["occurred_on"])))
        + field(pack(">q", microseconds(event["recorded_at"])))
        + field(event["staff_id"].encode())
        + field(event["agency_code"].encode())
        + field(UUID(event["command_id"]).bytes)
        + field(base64.b64decode(event["state"]))
    ).digest()


def link(chain: bytes, position: int, digest: bytes) -> bytes:
    """Return the chain after the event at a position."""
    return sha256(chain + pack(">q", position) + digest).digest()


def seal_message(seal: dict[str, Any]) -> bytes:
    """Return the bytes that are signed in a seal."""
    beside = seal.get("beside")  # seals from before 2 cover the log alone
    signed = pack(
        ">16sqqq32siq32s32s",
        b"taizhang seal 2\n" if beside else b"taizhang seal 1\n",
        seal["number"],
        seal["position"],
        seal["events"],
        bytes.fromhex(seal["chain"]),
        NO_DAY if seal["day"] is None else days(seal["day"]),
        microseconds(seal["sealed_at"]),
        bytes.fromhex(seal["before"]),
        bytes.fromhex(seal["key_id"]),
    )
    if beside:
        commands, refused = bytes.fromhex(beside["commands"]), bytes.fromhex(beside["refused"])
        signed += pack(">32sq32s", commands, beside["refusals"], refused)
    return signed


def is_signed(message: bytes, signature: bytes, public_key: bytes) -> bool:
    """Say whether the holder of a key signed a message."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


class Verification:
    """What was verified, found and is to be noted."""

    def __init__(self, path: Path) -> None:
        self.pack = Pack(path)
        self.findings: list[str] = []
        self.notes: list[str] = []
        self.events = 0
        self.keys: dict[bytes, bytes] = {}
        self.seals: list[dict[str, Any]] = []
        self.chains: dict[int, bytes] = {}

    def run(self, key_id: str | None = None, anchors: tuple[str, ...] = ()) -> None:
        """Verify the whole pack."""
        with self.pack.open("manifest.json") as file:
            manifest_bytes = file.read()
        manifest = json.loads(manifest_bytes)
        if manifest.get("format") != FORMAT:
            self.findings.append(f"manifest.json: the format is not {FORMAT!r}")
            return
        self._check_files(manifest)
        self._read_keys()
        self._check_manifest(manifest_bytes)
        self._check_seals(key_id)
        digests = self._check_events(manifest)
        self._check_chain(digests, {int(text.partition(":")[0]) for text in anchors})
        for text in anchors:
            self._check_anchor(text)

    def _check_files(self, manifest: dict[str, Any]) -> None:
        for name, digest in manifest["files"].items():
            if not self.pack.has(name):
                self.findings.append(f"{name}: the file is missing")
            elif self.pack.digest(name) != digest:
                self.findings.append(f"{name}: it is not the file that was exported")

    def _read_keys(self) -> None:
        for key in self.pack.lines("keys.jsonl"):
            public_key = base64.b64decode(key["public_key"])
            if sha256(public_key).hexdigest() == key["key_id"]:
                self.keys[bytes.fromhex(key["key_id"])] = public_key
            else:
                self.findings.append(f"keys.jsonl: {key['key_id']} is not the id of its key")

    def _check_manifest(self, manifest: bytes) -> None:
        if not self.pack.has("manifest.sig"):
            self.notes.append("the pack itself is not signed: what it leaves out cannot be told")
            return
        with self.pack.open("manifest.sig") as file:
            signed = json.load(file)
        public_key = self.keys.get(bytes.fromhex(signed["key_id"]), b"")
        message = MANIFEST_TAG + sha256(manifest).digest()
        if not is_signed(message, base64.b64decode(signed["signature"]), public_key):
            self.findings.append("manifest.sig: the pack was changed after its export")

    def _check_seals(self, key_id: str | None) -> None:
        self.seals = list(self.pack.lines("seals.jsonl"))
        before: dict[str, Any] | None = None
        for seal in self.seals:
            name = f"seal {seal['number']}"
            public_key = self.keys.get(bytes.fromhex(seal["key_id"]))
            signature = base64.b64decode(seal["signature"])
            if public_key is None:
                self.findings.append(f"{name}: its public key is not among keys.jsonl")
            elif not is_signed(seal_message(seal), signature, public_key):
                self.findings.append(f"{name}: its signature is not by its key: it was changed")
            if before is not None and seal["number"] == before["number"] + 1:
                named = sha256(seal_message(before) + base64.b64decode(before["signature"]))
                if named.hexdigest() != seal["before"]:
                    self.findings.append(f"{name}: the seal before it is not the one that it names")
            before = seal
        if before is None:
            self.notes.append("nothing is sealed: the events stand on their digests alone")
        elif key_id is None:
            self.notes.append(
                f"compare the key of the last seal with the one printed on notices: {before['key_id']}"
            )
        elif before["key_id"] != key_id.lower():
            self.findings.append(
                f"seal {before['number']}: it is by the key {before['key_id']}, not by {key_id}"
            )

    def _check_events(self, manifest: dict[str, Any]) -> dict[int, tuple[bytes, str]]:
        """Verify each event and each stream; return the digests by position, and what to call each event."""
        digests: dict[int, tuple[bytes, str]] = {}
        last: dict[str, tuple[int, bytes]] = {}
        for event in self.pack.lines("events.jsonl"):
            position, version, stream = event["position"], event["version"], event["stream_id"]
            name = f"position {position}, stream {stream}, version {version}"
            digest, before = bytes.fromhex(event["digest"]), bytes.fromhex(event["before"])
            self.events += 1
            if event_digest(event) != digest:
                self.findings.append(f"{name}: the event is not what its digest says")
            known = last.get(stream, (0, ZEROS))
            if version == 1 and before != ZEROS:
                self.findings.append(f"{name}: the first event of a stream has one before it")
            if known[0] + 1 == version and known[1] != before:
                self.findings.append(f"{name}: the event before it in its stream was changed")
            if known[0] >= version or (manifest["whole_streams"] and known[0] + 1 != version):
                self.findings.append(f"{name}: the event before it in its stream is missing")
            last[stream] = version, digest
            if position in digests:
                self.findings.append(f"{name}: the position is taken twice")
            digests[position] = digest, name
        for stream, expected in manifest["streams"].items():
            if last.get(stream, (0, ZEROS))[0] != expected:
                self.findings.append(f"stream {stream}: it ends before version {expected}")
        return digests

    def _check_chain(self, digests: dict[int, tuple[bytes, str]], wanted: set[int]) -> None:
        """Follow the chain from each seal to the next where events of the pack stand between them."""
        ends = iter(self.seals)
        seal = next(ends, None)
        chain, count, begins = ZEROS, 0, 0
        unseen = dict(digests)
        for entry in self.pack.lines("chain.jsonl"):
            if "after_seal" in entry:
                number = entry["after_seal"]
                start = next((one for one in self.seals if one["number"] == number), None)
                chain = bytes.fromhex(start["chain"]) if start else ZEROS
                count = start["events"] if start else 0
                begins = start["position"] if start else 0
                if number and start is None:
                    self.findings.append(f"seal {number}: it is missing from the pack")
            elif "seal" in entry:
                while seal is not None and seal["number"] != entry["seal"]:
                    seal = next(ends, None)
                if seal is None:
                    self.findings.append(f"seal {entry['seal']}: it is missing from the pack")
                    return
                if chain != bytes.fromhex(seal["chain"]) or count != seal["events"]:
                    self.findings.append(
                        f"positions {begins + 1} to {seal['position']} are not what was sealed "
                        f"by seal {seal['number']}"
                    )
                # What comes after is judged by itself.
                chain, count = bytes.fromhex(seal["chain"]), seal["events"]
                begins = seal["position"]
            else:
                position, digest = entry["position"], bytes.fromhex(entry["digest"])
                chain, count = link(chain, position, digest), count + 1
                if position in wanted:
                    self.chains[position] = chain
                if (own := unseen.pop(position, None)) and own[0] != digest:
                    self.findings.append(f"{own[1]}: its digest is not the one that was sealed")
        sealed_to = self.seals[-1]["position"] if self.seals else 0
        unsealed = [position for position in unseen if position > sealed_to]
        if unsealed:
            self.notes.append(
                f"{len(unsealed)} event(s) from position {min(unsealed)} on are not sealed yet"
            )
        for position, (_, name) in unseen.items():
            if position <= sealed_to:
                self.findings.append(f"{name}: it is not in the chain that was sealed")

    def _check_anchor(self, text: str) -> None:
        position, _, chain = text.partition(":")
        known = self.chains.get(int(position))
        for seal in self.seals:
            if known is None and seal["position"] == int(position):
                known = bytes.fromhex(seal["chain"])
        if known is None:
            self.notes.append(f"anchor {position}: the pack has no chain at this position")
        elif known.hex() != chain.lower():
            self.findings.append(f"anchor {position}: the log up to there is not what it says")
        else:
            self.notes.append(f"anchor {position}: the log up to there is what it says")


def main() -> int:
    """Verify the pack that is named, say what was found, and return the exit status."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("pack", nargs="?", type=Path, default=Path(__file__).parent)
    options.add_argument(
        "--key-id", help="the id of the key that is trusted, as printed on notices"
    )
    options.add_argument("--anchor", action="append", default=[], metavar="POSITION:CHAIN")
    given = options.parse_args()
    verification = Verification(given.pack)
    try:
        verification.run(given.key_id, tuple(given.anchor))
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        verification.findings.append(f"the pack cannot be read: {type(error).__name__}: {error}")
    print(f"{verification.events} event(s), {len(verification.seals)} seal(s)")
    for note in verification.notes:
        print(f"note: {note}")
    for finding in verification.findings:
        print(f"WRONG {finding}")
    print("NOT PROVEN: see above" if verification.findings else "proven")
    return 1 if verification.findings else 0


if __name__ == "__main__":
    sys.exit(main())

"""The benchmarks run to their end on tiny sizes and report every row; how fast is not a test's matter."""

import json
import subprocess
import sys
from pathlib import Path

MEASUREMENTS = {
    "commands", "append", "catch-up", "mixed catch-up", "replay", "memory", "notice", "people", "proof",
    "history", "city month",
}  # fmt: skip
WITHOUT_TARGET = {"history"}
PEERS = {
    "commands": {"ours, cold", "ours, cached", "stock", "stock, text and snapshots", "plain table"},
    "append": {"ours", "ours, event alone", "stock", "unordered insert"},
    "catch-up": {
        "ours",
        "stock",
        "COPY of the same rows, ready bytes",
        "COPY of the same rows, from Python",
        "raw rows of the log",
    },
    "mixed catch-up": {"ours", "stock"},
    "people": {"p50", "p99"},
    "replay": {
        "ours, 1 process",
        "ours, 2 processes",
        "stock, 1 process",
        "stock, 2 processes",
        "stock with text only, 1 process",
        "raw rows, 1 process",
    },
    "history": {"history", "page", "raw rows"},
}


def test_a_quick_run_reports_every_row(tmp_path: Path, postgres_url: str) -> None:
    out = tmp_path / "bench.json"
    run = subprocess.run(
        [sys.executable, "-m", "taizhang.scripts.bench", "--quick", "--out", str(out),
         "--database-url", postgres_url],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    found = json.loads(out.read_text())
    assert found["machine"]["postgresql fsync"] == "on"
    figures = found["figures"]
    assert {figure["measurement"] for figure in figures} == MEASUREMENTS
    for measurement, peers in PEERS.items():
        cases: dict[str, set[str]] = {}
        for figure in figures:
            if figure["measurement"] == measurement:
                cases.setdefault(figure["case"], set()).add(figure["peer"])
        assert cases, measurement
        assert all(found_peers == peers for found_peers in cases.values()), cases
    assert all(figure["median"] > 0 for figure in figures if figure["measurement"] != "memory")
    targets = [ratio for ratio in found["ratios"] if ratio["at_least"] or ratio["at_most"]]
    assert all(ratio["met"] in (True, False) for ratio in targets)
    assert {ratio["measurement"] for ratio in targets} == MEASUREMENTS - WITHOUT_TARGET

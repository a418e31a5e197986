"""``taizhang history``: text, JSON and a page that works in a browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.conftest import CommandLine

pytestmark = pytest.mark.rule("9.1")

CLERK = ("--agency", "110105001", "--staff", "clerk")
BROWSER = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)

# Goes through the page as somebody at a keyboard would, and writes down what is then to be seen.
AT_THE_KEYBOARD = """
<script>
const seen = {};
const press = (key) => document.activeElement.dispatchEvent(
  new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
const chosen = () => document.querySelector("[aria-selected=true]")?.id;
const events = [...document.querySelectorAll(".event")];
seen.all = document.getElementById("count").textContent;
seen.first = chosen() === events[0].id;
press("ArrowDown"); seen.down = chosen() === events[1].id;
press("End"); seen.end = chosen() === events.at(-1).id;
seen.state = document.getElementById("state").textContent;
press("Home"); seen.home = chosen() === events[0].id;
press("/"); seen.filter = document.activeElement.name;
const section = document.querySelector("[name=section]");
section.value = "registration"; section.dispatchEvent(new Event("input", { bubbles: true }));
seen.left = events.filter((event) => !event.hidden).map((event) => event.dataset.section);
seen.changed = document.querySelectorAll("#state .changed").length > 0;
document.body.innerHTML = "<pre id=seen></pre>";
document.getElementById("seen").textContent = JSON.stringify(seen);
</script>
"""


@pytest.fixture
def person(command_line: CommandLine) -> str:
    fields = {
        "document": {"number": "11010519491231002X"},
        "basics": {"name": "王小明"},
        "channel": "front_desk",
    }
    opened = command_line.ok("do", "open_job_seeker_ledger", json.dumps(fields), *CLERK)
    stream: str = json.loads(opened)["stream_id"]
    wishes = {"job_seeker_id": stream, "wishes": {"occupations": ["电工"]}}
    command_line.ok("do", "register_job_seeker", json.dumps(wishes), *CLERK)
    return stream


def test_a_history_as_text_json_and_as_of_a_position(
    command_line: CommandLine, person: str
) -> None:
    text = command_line.ok("history", person, *CLERK)
    assert "建立个人服务台账" in text and "求职登记" in text and "王小明" not in text
    told = json.loads(command_line.ok("history", person, *CLERK, "--format", "json"))
    first, last = told["events"][0]["position"], told["events"][-1]["position"]
    early = json.loads(
        command_line.ok("history", person, *CLERK, "--format", "json", "--as-of", str(first))
    )
    assert [event["position"] for event in early["events"]] == [first]
    state = json.loads(command_line.ok("history", person, *CLERK, "--state", str(last)))
    assert state[person]["registration"]["registered_on"]
    differs = command_line.ok(
        "history", person, *CLERK, "--as-of", str(first), "--against-as-of", str(last)
    )
    assert "仅见于乙的记录" in differs and "求职登记" in differs
    assert "no record is called" in command_line.fails("history", person[:-4] + "0000", *CLERK)


def test_the_page_stands_alone_and_holds_what_it_shows(
    command_line: CommandLine, person: str
) -> None:
    command_line.ok("history", person, *CLERK, "--format", "html", "--out", "history.html")
    page = (command_line.folder / "history.html").read_text(encoding="utf-8")
    assert not re.search(r"(?:src|href)=|https?://|@import|url\(", page)
    assert page.count('role="option"') == len(re.findall(r'id="p\d+"', page)) > 1


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
def test_the_page_works_by_keyboard_in_a_browser(
    command_line: CommandLine, person: str, tmp_path: Path
) -> None:
    page = command_line.ok("history", person, *CLERK, "--format", "html")
    driven = tmp_path / "driven.html"
    driven.write_text(page.replace("</body>", f"{AT_THE_KEYBOARD}</body>"), encoding="utf-8")
    assert BROWSER is not None
    done = subprocess.run(
        [
            BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-background-networking", f"--user-data-dir={tmp_path / 'browser'}",
            "--dump-dom", driven.as_uri(),
        ],
        capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    found = re.search(r'<pre id="seen">(.*?)</pre>', done.stdout.decode())
    assert found is not None, done.stderr.decode()
    seen = json.loads(unescape(found[1]))
    assert all(seen[key] for key in ("first", "down", "end", "home", "changed"))
    assert seen["filter"] == "section"
    assert set(seen["left"]) == {"registration"}
    assert re.fullmatch(r"(\d+)／\1条", seen["all"])
    assert "求职登记日期" in seen["state"]

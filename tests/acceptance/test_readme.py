"""The README's example is run as a newcomer would: copied into a file."""

import os
import re
import subprocess
import sys
from pathlib import Path

from taizhang.infrastructure.embedded import new_key

ROOT = Path(__file__).parents[2]


def test_the_readmes_ten_lines_run(database_url: str, tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (tmp_path / "example.py").write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "example.py"],
        cwd=tmp_path,
        env=os.environ
        | {
            "TAIZHANG_DATABASE_URL": database_url,
            "TAIZHANG_MASTER_KEY": new_key(),
            "TAIZHANG_IDENTITY_KEY": new_key(),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[]\n"
    work = [line for line in code.splitlines() if line and "import" not in line]
    assert len(work) <= 10


def test_both_readmes_name_files_that_exist() -> None:
    for name in ("README.md", "README.zh.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#]+)", text):
            assert (ROOT / target).exists(), f"{name} links to {target}"

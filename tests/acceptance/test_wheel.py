"""What an integrator installs: the wheel, beside a package of their own that is called domain."""

import json
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("domain", "projections", "application", "infrastructure", "scripts")


@pytest.fixture(scope="module", params=["checkout", "sdist"])
def wheel(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel, built straight from the checkout or by way of the sdist."""
    out = tmp_path_factory.mktemp("dist")
    how = ["--wheel"] if request.param == "checkout" else []
    run(sys.executable, "-m", "build", "--no-isolation", *how, "--outdir", str(out), cwd=ROOT)
    (built,) = out.glob("*.whl")
    return built


def test_the_wheel_holds_the_five_folders_whole_and_nothing_else(wheel: Path) -> None:
    files = {
        f"taizhang/{file.relative_to(ROOT).as_posix()}"
        for folder in FOLDERS
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    } | {"taizhang/__init__.py", "taizhang/py.typed"}
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert packed == files
    assert any(name.startswith("taizhang/infrastructure/migrations/") for name in packed)


def test_it_lives_beside_a_foreign_package_called_domain(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", symlinks=True)
    python = tmp_path / "venv" / "bin" / "python"
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    (site / "domain").mkdir()
    (site / "domain" / "__init__.py").write_text("", encoding="utf-8")
    # Our dependencies are lent: a folder named in a .pth file brings its packages, but not the
    # .pth files in it, hence not the editable install of the checkout.
    lent = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "lent.pth").write_text("\n".join(lent), encoding="utf-8")
    pip = (sys.executable, "-m", "pip", "--python", python)
    run(*pip, "install", "--quiet", "--no-index", "--no-deps", "--no-warn-script-location", wheel)

    imported = run(
        python,
        "-I",  # whatever PYTHONPATH brings along is not what an integrator has
        "-c",
        "import json, domain, taizhang, taizhang.domain, taizhang.infrastructure;"
        "print(json.dumps([domain.__file__, taizhang.__file__, taizhang.domain.__file__]))",
        cwd=tmp_path,
    )
    assert json.loads(imported) == [
        str(site / "domain" / "__init__.py"),
        str(site / "taizhang" / "__init__.py"),
        str(site / "taizhang" / "domain" / "__init__.py"),
    ]
    assert (python.parent / "taizhang").exists()


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a command and return what it prints; when it fails, show that."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout

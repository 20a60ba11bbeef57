"""The package: the runtime alone, its data and its types, installed from a wheel."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = re.search(r"```python\n(.*?)```", (ROOT / "docs/runtime.md").read_text(), re.DOTALL)
SAYS = [
    "user: Write a short report on urban trees",
    "[completed] Maximum number of turns 2 reached.",
]


def example() -> str:
    assert EXAMPLE is not None
    return EXAMPLE.group(1)


def call(*command: str | Path, cwd: Path = ROOT) -> str:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, cwd=cwd, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    call(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT)
    (found,) = folder.glob("troupe-*.whl")
    return found


def test_the_example_of_the_docs_runs_and_is_short() -> None:
    out = call(sys.executable, "-c", example()).splitlines()
    assert [out[0], out[-1]] == SAYS
    code = [text for text in example().splitlines() if text.strip()]
    assert len(code) <= 28


def test_the_wheel_has_the_runtime_its_data_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"runtime"}
    wanted = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "runtime").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert sorted(wanted) == sorted(name for name in names if name.startswith("runtime/"))
    assert "runtime/py.typed" in names


def test_the_installed_package_runs_the_example(wheel: Path, tmp_path: Path) -> None:
    """In an environment of its own, away from the checkout and from its variables (`-I`)."""
    venv = tmp_path / "venv"
    call(sys.executable, "-m", "venv", "--without-pip", venv)
    python = venv / "bin" / "python"
    site = Path(call(python, "-c", "import site; print(site.getsitepackages()[0])").strip())
    call(sys.executable, "-m", "pip", "--quiet", "install", "--no-deps", "--target", site, wheel)
    # What the runtime requires comes from here: no network in a test. Django is there too, and
    # must not be touched.
    ours = Path(call(sys.executable, "-c", "import pydantic; print(pydantic.__file__)").strip())
    (site / "ours.pth").write_text(f"{ours.parents[1]}\n")
    script = tmp_path / "example.py"
    script.write_text(
        example() + "\nimport sys\n"
        "assert 'django' not in sys.modules and 'studio' not in sys.modules\n"
        "print(runtime.__file__)\n"
    )
    out = call(python, "-I", script, cwd=tmp_path).splitlines()
    assert [out[0], out[-2]] == SAYS
    assert out[-1].startswith(str(site))
    schemas = call(python, "-I", "-m", "runtime", "schema", cwd=tmp_path)
    assert "autogen_agentchat.teams.GraphFlow" in schemas


def test_only_two_packages_are_needed(tmp_path: Path) -> None:
    """Everything optional is refused an import: the example still runs, and files still load."""
    optional = ["openai", "anthropic", "docker", "httpx", "httpx2", "mcp", "yaml", "sqlalchemy"]
    optional += ["opentelemetry", "chromadb", "tiktoken", "django", "studio", "pytest"]
    refusal = (
        "import sys\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] in {optional!r}:\n"
        "            raise ImportError(name + ' is not installed')\n"
        "sys.meta_path.insert(0, Refuse())\n"
    )
    out = call(sys.executable, "-c", refusal + example()).splitlines()
    assert [out[0], out[-1]] == SAYS
    every = "from runtime.components import describe\nprint(len(describe()))"
    assert int(call(sys.executable, "-c", f"{refusal}{every}")) > 50

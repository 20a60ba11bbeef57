"""What was tested on SQLite holds on PostgreSQL too: the same suites, in a pytest of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.services import postgres_server

ROOT = Path(__file__).resolve().parents[2]
# What depends on the database; permissions and models do not.
SUITES = {
    "journal and runs": [
        "tests/conformance/test_studio_adapters.py",
        "tests/execution/test_runs.py",
        "tests/studio/test_hostile_results.py",
        "tests/studio/test_lists.py",
        "tests/api/test_bad_input.py",
    ],
    "recovery": ["tests/execution/test_recovery.py"],
    "teams": ["tests/conformance/test_recovery_on_databases.py"],
}
LONGEST = 400
"""Seconds; one that hangs shall fail."""
pytestmark = [pytest.mark.postgres, pytest.mark.process]


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.mark.parametrize("suite", SUITES)
def test_the_suites_that_touch_the_database_pass_on_postgresql(
    postgres_url: str, suite: str
) -> None:
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")},
        "DATABASE_URL": postgres_url,
        "TROUPE_TEST_ON_POSTGRES": "1",
    }
    options = ["-q", "-p", "no:cacheprovider", "-m", "not process"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *SUITES[suite], *options],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    # Suites that were not collected would pass as well.
    assert " passed" in done.stdout

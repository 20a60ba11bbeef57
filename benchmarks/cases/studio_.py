"""Troupe as it runs embedded: the engine's host, SQLite with synchronous=FULL, the real journal."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from typing import Any

from benchmarks.cases import measure


def turn(agents: int, number: int) -> Callable[[], float]:
    def case() -> float:
        folder = tempfile.mkdtemp(prefix="troupe-bench-")
        os.environ["DATA_DIR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "studio.settings"
        os.environ["TROUPE_COMPONENTS"] = "benchmarks.cases.speaker:CATALOG"
        try:
            return _run(agents, number)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    return case


def _run(agents: int, number: int) -> float:
    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks.cases.speaker import MOMENTS, team_of_speakers
    from runtime.engine import RunLimits
    from studio.accounts.selectors import access_for
    from studio.accounts.services import owner_ensure
    from studio.execution import host as hosts
    from studio.execution.services import run_start
    from studio.library.services import definition_create
    from studio.runs.models import Run

    call_command("setup", verbosity=0)
    access = access_for(owner_ensure())
    assert access is not None
    made: Any = definition_create(
        access=access,
        name="Speakers",
        component_type="team",
        component=team_of_speakers(agents, number + 20),
    )
    run = run_start(access=access, task="Go", definition_id=made.pk)
    RunLimits.__init__.__defaults__ = (10_000, *RunLimits.__init__.__defaults__[1:])  # type: ignore[misc,index]
    host = hosts.EngineHost()
    host.start()
    host.advance()
    host.drain(5)
    host.stop()
    state = Run.objects.get(pk=run.pk).state
    if state != "completed":
        raise RuntimeError(f"The run {state}")
    return measure.turn_cost(MOMENTS, number)


CASES = {
    "turn-2-10-sqlite": turn(2, 10),
    "turn-2-1000-sqlite": turn(2, 1000),
}

if __name__ == "__main__":
    measure.main(CASES)

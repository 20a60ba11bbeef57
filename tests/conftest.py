from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from hypothesis import settings as hypothesis_settings
from rest_framework.test import APIClient

from studio.accounts.models import Membership, Role, User, Workspace
from studio.accounts.selectors import Access, access_for

TESTS = Path(__file__).parent

# Long sweeps, which `make test` leaves to CI and to `make test-all`: it shall take minutes.
SWEEPS = (
    "conformance/test_recovery.py",
    "conformance/test_recovery_on_databases.py",
    "conformance/test_random_teams.py",
    "executors/test_conformance.py",
    "executors/test_docker.py",
    "executors/test_docker_components.py",
    "executors/test_recovery.py",
    "executors/test_sandbox.py",
    "executors/test_survivors.py",
    "process/test_on_postgres.py",
    "tools/test_mcp_hostile.py",
    "tools/test_sql_mariadb.py",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    named = any(sweep in str(arg) for arg in config.args for sweep in SWEEPS)
    if named or os.environ.get("TROUPE_TEST_ALL") or os.environ.get("TROUPE_REQUIRE_ALL"):
        return
    kept, left = [], []
    for item in items:
        place = item.path.relative_to(TESTS).as_posix()
        (left if place in SWEEPS else kept).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=left)


def pytest_report_header() -> str:
    if os.environ.get("TROUPE_TEST_ALL") or os.environ.get("TROUPE_REQUIRE_ALL"):
        return "troupe: every test, the long sweeps included"
    return "troupe: without the long sweeps (sandboxes, recovery at every cut): make test-all"


# The same examples every time, however slow the machine is.
hypothesis_settings.register_profile("troupe", deadline=None, derandomize=True)
hypothesis_settings.load_profile("troupe")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """A test's database need not survive a power cut; all else stays as people have it."""
    from django.db import connections

    options = connections["default"].settings_dict["OPTIONS"]
    if "init_command" in options:
        options["init_command"] = options["init_command"].replace("FULL", "OFF")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """PostgreSQL drops no database that is in use, and threads of ours keep their connections."""
    from django.db import connection

    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )


PASSWORD = "correct horse battery"


@cache
def _hashed() -> str:
    """Hashing is slow on purpose; once for all people is enough."""
    return make_password(PASSWORD)


class Person:
    """Somebody with a browser: signed in, sending what a browser sends."""

    def __init__(self, name: str, workspace: Workspace | None, role: str | None) -> None:
        self.user = User.objects.create(username=name, password=_hashed())
        self.workspace = workspace
        if workspace is not None and role is not None:
            Membership.objects.create(workspace=workspace, user=self.user, role=role)
        self.client = APIClient(HTTP_HOST="127.0.0.1:8000")
        self.client.force_login(self.user)

    @property
    def access(self) -> Access:
        found = access_for(self.user)
        assert found is not None
        return found

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/api/v1{path}", headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.post(f"/api/v1{path}", body or {}, format="json", headers=headers)

    def put(self, path: str, body: Any) -> Any:
        return self.client.put(f"/api/v1{path}", body, format="json")

    def patch(self, path: str, body: Any) -> Any:
        return self.client.patch(f"/api/v1{path}", body, format="json")

    def delete(self, path: str) -> Any:
        return self.client.delete(f"/api/v1{path}")


@pytest.fixture
def workspace(db: None) -> Workspace:
    return Workspace.objects.create(name="Alice's workspace")


@pytest.fixture
def alice(workspace: Workspace) -> Person:
    """Owns the workspace."""
    return Person("alice", workspace, Role.OWNER)


@pytest.fixture
def bob(workspace: Workspace) -> Person:
    """Is a member of it."""
    return Person("bob", workspace, Role.MEMBER)


@pytest.fixture
def vera(workspace: Workspace) -> Person:
    """May only look."""
    return Person("vera", workspace, Role.VIEWER)


@pytest.fixture
def charlie(db: None) -> Person:
    """A stranger: owns another workspace, and must see nothing of this one."""
    return Person("charlie", Workspace.objects.create(name="Charlie's workspace"), Role.OWNER)


@pytest.fixture
def nobody(db: None) -> APIClient:
    return APIClient(HTTP_HOST="127.0.0.1:8000")


@pytest.fixture
def engine(transactional_db: None) -> Iterator[Callable[[], None]]:
    """An engine in this process. Calling it executes what is due until nothing is: every run has
    then ended, waits for a person, or is paused. No waiting for time in tests."""
    from django.db import connections

    from studio.core import wakeups
    from studio.execution.host import EngineHost

    wakers, wakeups._wakers[:] = list(wakeups._wakers), []
    host = EngineHost()
    host.start()
    try:
        yield host.advance
    finally:
        host.drain(5)
        host.stop()
        wakeups._wakers[:] = wakers
        connections.close_all()

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from runtime.events import Draft
from runtime.events.payloads import RunCreated
from runtime.messages import TextMessage
from studio.accounts.selectors import Access
from studio.core.errors import Conflict, NotFound, Unprocessable
from studio.core.models import Id
from studio.execution.freeze import Frozen, freeze
from studio.library.models import Definition, Revision
from studio.library.selectors import definition_get, revision_get
from studio.library.services import revision_create
from studio.runs.log import append_outside
from studio.runs.models import ENDED, Checkpoint, Run, Session
from studio.runs.selectors import session_get
from studio.runs.services import actor_of, session_create


def run_start(
    *,
    access: Access,
    task: str,
    session_id: Id | None = None,
    definition_id: Id | None = None,
    revision: int | None = None,
) -> Run:
    """A new run of a team's revision (its latest unless one is named), in a session or a new one.

    A run never takes a spec from its caller: it names a definition.

    Raises NotFound; Unprocessable `empty_task`, `task_too_large`, `team_required`,
    `invalid_component`; Conflict `session_busy` with the active run's id.
    """
    access.require("run")
    _check_task(task)
    session = session_get(access, session_id) if session_id else None
    definition = _definition(access, session, definition_id)
    chosen = _revision(access, definition, revision)
    frozen = freeze(access, chosen.component, chosen.settings, "team")
    try:
        with transaction.atomic():
            session = session or session_create(access=access, definition=definition, name="")
            return _create(access, session, definition, chosen, frozen, task)
    except IntegrityError as error:
        raise _busy(session) from error


def _check_task(task: str) -> None:
    if not task.strip():
        raise Unprocessable(
            "empty_task", "Write a task first.", fields={"task": ["Write a task first."]}
        )
    if len(task) > settings.TASK_MAX_CHARS:
        limit = f"A task may have at most {settings.TASK_MAX_CHARS:,} characters."
        raise Unprocessable(
            "task_too_large",
            limit,
            hint="Put long material into a file of the workspace and name it in the task.",
            fields={"task": [limit]},
        )


def _definition(access: Access, session: Session | None, definition_id: Id | None) -> Definition:
    wanted = definition_id or (session.definition_id if session else None)
    if wanted is None:
        raise Unprocessable("team_required", "Name the team that shall run (`definition`).")
    definition = definition_get(access, wanted)
    if definition.component_type != "team":
        raise Unprocessable(
            "team_required",
            f"{definition.name} is a {definition.component_type}; only a team can run.",
        )
    return definition


def _revision(access: Access, definition: Definition, number: int | None) -> Revision:
    if number is None and definition.latest_revision is None:
        return revision_create(access=access, definition_id=definition.pk, note="First run")
    return revision_get(access, definition.pk, number)


def _busy(session: Session | None) -> Conflict | NotFound:
    active = session and session.runs.exclude(state__in=ENDED).first()
    if not active:
        return NotFound("This session")
    return Conflict(
        "session_busy",
        "This session has a run that has not ended.",
        hint="Wait for it, stop it, or start a new session.",
        run=str(active.pk),
    )


def _create(
    access: Access,
    session: Session,
    definition: Definition,
    revision: Revision,
    frozen: Frozen,
    task: str,
) -> Run:
    previous = session.runs.order_by("-number").first()
    run = Run(
        workspace=access.workspace,
        session=session,
        number=previous.number + 1 if previous else 1,
        definition=definition,
        revision=revision.number,
        team_name=definition.name,
        component=frozen.component,
        layout=revision.layout,
        task=task,
        scripted=frozen.scripted,
        created_by=access.user,
        due_at=timezone.now(),
    )
    run.save(force_insert=True)
    append_outside(run, [Draft(key="created", payload=_created(access, run, task))])
    if previous is not None:
        _carry_on(previous, run)
    Session.objects.filter(pk=session.pk).update(updated_at=timezone.now())
    return run


def _created(access: Access, run: Run, task: str) -> RunCreated:
    message = TextMessage(
        id=str(uuid.uuid5(run.pk, "task")), source="user", content=task, created_at=timezone.now()
    )
    team: dict[str, Any] = {
        "definition_id": str(run.definition_id),
        "revision": run.revision,
        "name": run.team_name,
    }
    return RunCreated(
        task=[message],
        session_id=str(run.session_id),
        run_number=run.number,
        team=team,
        scripted=run.scripted,
        by=actor_of(access),
    )


def _carry_on(previous: Run, run: Run) -> None:
    """The session's state goes on from the last quiescent point of the run before, also when that
    failed or was stopped."""
    last = Checkpoint.objects.filter(run=previous, frame="").first()
    if last is not None:
        Checkpoint.objects.create(
            run=run, frame="", turn=0, seq=0, format=last.format, state=last.state
        )

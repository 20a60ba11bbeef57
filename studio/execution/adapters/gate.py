from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from runtime.ports import GateQuery, GateVerdict
from studio.accounts.models import Workspace
from studio.approvals.selectors import policy_of, policy_verdict
from studio.core.dbpool import run_db


class PolicyGate:
    """The workspace's policy as it is when the call is made; the engine records the verdict."""

    def __init__(self, workspace_id: Any) -> None:
        self._workspace_id = workspace_id

    async def check(self, query: GateQuery) -> GateVerdict:
        return await run_db(self._check, query)

    def _check(self, query: GateQuery) -> GateVerdict:
        policy = policy_of(Workspace(pk=self._workspace_id))
        verdict, rule = policy_verdict(policy, tool=query.tool, side_effects=query.side_effects)
        deadline = None
        if verdict == "ask" and policy.deadline_seconds:
            deadline = timezone.now() + timedelta(seconds=policy.deadline_seconds)
        return GateVerdict.model_validate(
            {
                "verdict": verdict,
                "rule": rule,
                "policy_version": policy.version,
                "deadline_at": deadline,
            }
        )

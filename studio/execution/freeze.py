"""From a revision to what a run executes: references inlined, placeholders of models replaced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from runtime.components.models import is_scripted
from runtime.components.references import resolve
from runtime.components.spec import Component
from runtime.errors import SpecError
from studio.accounts.models import Workspace
from studio.accounts.selectors import Access
from studio.core.errors import Unprocessable
from studio.credentials.models import Credential
from studio.credentials.services import model_component
from studio.library.selectors import component_lookup
from studio.library.services import require_valid

WORKSPACE_MODEL = "troupe.models.WorkspaceModel"
SCRIPTED_MODEL = "troupe.models.ScriptedChatCompletionClient"
SCRIPTED: dict[str, Any] = {
    "provider": SCRIPTED_MODEL,
    "component_type": "model",
    "version": 1,
    "component_version": 1,
    "label": "Scripted model",
    "config": {},
}


@dataclass(frozen=True)
class Frozen:
    component: dict[str, Any]
    scripted: bool


def workspace_model(workspace: Workspace) -> tuple[dict[str, Any], str]:
    """The model that agents use when they name none, and where it comes from: what an owner
    chose, a key found in the environment, or the scripted stand-in."""
    if workspace.default_model:
        return workspace.default_model, "workspace"
    found = (
        Credential.objects.filter(workspace=workspace, source="environment")
        .order_by("-kind", "id")
        .first()
    )
    if found is not None:
        return model_component(found), "environment"
    return SCRIPTED, "scripted"


def freeze(
    access: Access, component: dict[str, Any], settings: dict[str, Any], component_type: str
) -> Frozen:
    """Raises Unprocessable `invalid_component` with the problems and their places."""
    require_valid(access, component, component_type)
    try:
        resolved = resolve(Component.model_validate(component), component_lookup(access))
    except SpecError as error:
        raise Unprocessable(
            "invalid_component",
            error.detail,
            hint=error.hint,
            problems=[
                {
                    "path": error.path,
                    "severity": "error",
                    "code": error.code,
                    "detail": error.detail,
                    "hint": error.hint,
                }
            ],
        ) from error
    model = settings.get("model") or workspace_model(access.workspace)[0]
    if model.get("provider") == WORKSPACE_MODEL:
        model = workspace_model(access.workspace)[0]
    frozen = with_model(resolved.model_dump(exclude_none=True), model)
    require_valid(access, frozen, component_type)
    return Frozen(component=frozen, scripted=is_scripted(frozen))


def with_model(spec: Any, model: dict[str, Any]) -> Any:
    """A copy in which `model` stands wherever the workspace's model is asked for."""
    if isinstance(spec, dict):
        if spec.get("provider") == WORKSPACE_MODEL:
            return model
        return {key: with_model(value, model) for key, value in spec.items()}
    if isinstance(spec, list):
        return [with_model(value, model) for value in spec]
    return spec


def uses_provider(spec: Any, provider: str) -> bool:
    if isinstance(spec, dict):
        return spec.get("provider") == provider or any(
            uses_provider(value, provider) for value in spec.values()
        )
    if isinstance(spec, list):
        return any(uses_provider(value, provider) for value in spec)
    return False


def would_be_scripted(default: dict[str, Any], component: Any, settings: dict[str, Any]) -> bool:
    """Whether a run of this draft would have words of the scripted model in it; `default` is the
    workspace's model."""
    model = settings.get("model") or default
    return is_scripted(component) or (
        uses_provider(component, WORKSPACE_MODEL) and is_scripted(model)
    )

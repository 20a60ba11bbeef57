"""The workspace's own choice of a model."""

from __future__ import annotations

from typing import Self

from runtime.components.base import ComponentConfig, Palette
from runtime.components.builder import Builder
from runtime.errors import SpecError
from runtime.model_clients.base import GROUP, BaseChatCompletionClient


class WorkspaceModelConfig(ComponentConfig):
    pass


class WorkspaceModel(BaseChatCompletionClient[WorkspaceModelConfig]):
    """A placeholder: the application puts the workspace's model in its place before a run."""

    provider = "troupe.models.WorkspaceModel"
    Config = WorkspaceModelConfig
    palette = Palette(
        "Workspace model", "The model that the workspace's settings name.", GROUP, "building-store"
    )

    @classmethod
    def build(cls, config: WorkspaceModelConfig, builder: Builder) -> Self:
        raise SpecError(
            "No model was chosen for this workspace",
            path=builder.path,
            hint="Choose a default model in the settings, or give the agent one of its own.",
        )

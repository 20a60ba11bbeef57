"""Component JSON for tests, as short as it can be."""

from __future__ import annotations

from typing import Any


def component(provider: str, kind: str, version: int = 1, **config: Any) -> dict[str, Any]:
    return {
        "provider": provider,
        "component_type": kind,
        "version": version,
        "component_version": version,
        "config": config,
    }


def scripted(*replies: dict[str, Any], delay_ms: int = 0) -> dict[str, Any]:
    return component(
        "troupe.models.ScriptedChatCompletionClient",
        "model",
        replies=list(replies),
        chunk_delay_ms=delay_ms,
    )


def says(text: str) -> dict[str, Any]:
    return {"content": text}


def calls(name: str, **arguments: Any) -> dict[str, Any]:
    return {"tool_calls": [{"name": name, "arguments": arguments}]}


def tool(provider: str) -> dict[str, Any]:
    return component(provider, "tool")


def assistant(name: str, model: dict[str, Any], *tools: dict[str, Any]) -> dict[str, Any]:
    return component(
        "autogen_agentchat.agents.AssistantAgent",
        "agent",
        version=2,
        name=name,
        description=name,
        model_client=model,
        tools=list(tools),
        system_message=f"You are {name}.",
        model_client_stream=True,
        reflect_on_tool_use=True,
        tool_call_summary_format="{result}",
        max_tool_iterations=4,
    )


def user_proxy(name: str = "person") -> dict[str, Any]:
    return component(
        "autogen_agentchat.agents.UserProxyAgent", "agent", name=name, description="A person"
    )


def max_messages(count: int) -> dict[str, Any]:
    return component(
        "autogen_agentchat.conditions.MaxMessageTermination",
        "termination",
        max_messages=count,
        include_agent_event=False,
    )


def mention(text: str) -> dict[str, Any]:
    return component(
        "autogen_agentchat.conditions.TextMentionTermination", "termination", text=text
    )


def round_robin(*agents: dict[str, Any], until: dict[str, Any] | None = None) -> dict[str, Any]:
    return component(
        "autogen_agentchat.teams.RoundRobinGroupChat",
        "team",
        participants=list(agents),
        termination_condition=until or max_messages(len(agents) + 1),
    )


WORKSPACE_MODEL = component("troupe.models.WorkspaceModel", "model")

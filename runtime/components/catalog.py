"""The one table of components. A new one is a module and a line here."""

from __future__ import annotations

from typing import Final

CATALOG: Final[dict[str, str]] = {
    # Agents
    "autogen_agentchat.agents.AssistantAgent": "runtime.agents.assistant:AssistantAgent",
    "autogen_agentchat.agents.UserProxyAgent": "runtime.agents.user_proxy:UserProxyAgent",
    # Teams
    "autogen_agentchat.teams.RoundRobinGroupChat": "runtime.teams.round_robin:RoundRobinGroupChat",
    # Models
    "troupe.models.WorkspaceModel": "runtime.model_clients.workspace:WorkspaceModel",
    "autogen_ext.models.openai.OpenAIChatCompletionClient": (
        "runtime.model_clients.openai:OpenAIChatCompletionClient"
    ),
    "autogen_ext.models.anthropic.AnthropicChatCompletionClient": (
        "runtime.model_clients.anthropic:AnthropicChatCompletionClient"
    ),
    "troupe.models.ScriptedChatCompletionClient": (
        "runtime.model_clients.scripted:ScriptedChatCompletionClient"
    ),
    # Tools
    "troupe.tools.SampleNotes": "runtime.tools.sample_notes:SampleNotes",
    "troupe.tools.WriteFile": "runtime.tools.files:WriteFile",
    "troupe.tools.ReadFile": "runtime.tools.files:ReadFile",
    "troupe.tools.ListFiles": "runtime.tools.files:ListFiles",
    "troupe.tools.CurrentTime": "runtime.tools.current_time:CurrentTime",
    # Workbenches
    "autogen_core.tools.StaticWorkbench": "runtime.tools.workbench:StaticWorkbench",
    "autogen_core.tools.StaticStreamWorkbench": "runtime.tools.workbench:StaticStreamWorkbench",
    # Terminations
    "autogen_agentchat.conditions.MaxMessageTermination": (
        "runtime.terminations.conditions:MaxMessageTermination"
    ),
    "autogen_agentchat.conditions.TextMentionTermination": (
        "runtime.terminations.conditions:TextMentionTermination"
    ),
    "autogen_agentchat.conditions.StopMessageTermination": (
        "runtime.terminations.conditions:StopMessageTermination"
    ),
    "autogen_agentchat.base.OrTerminationCondition": (
        "runtime.terminations.combined:OrTerminationCondition"
    ),
    "autogen_agentchat.base.AndTerminationCondition": (
        "runtime.terminations.combined:AndTerminationCondition"
    ),
    # Model contexts
    "autogen_core.model_context.UnboundedChatCompletionContext": (
        "runtime.model_contexts.unbounded:UnboundedChatCompletionContext"
    ),
    "autogen_core.model_context.BufferedChatCompletionContext": (
        "runtime.model_contexts.buffered:BufferedChatCompletionContext"
    ),
}

ALIASES: Final[dict[str, str]] = {
    "openai_chat_completion_client": "autogen_ext.models.openai.OpenAIChatCompletionClient",
    "OpenAIChatCompletionClient": "autogen_ext.models.openai.OpenAIChatCompletionClient",
    "azure_openai_chat_completion_client": (
        "autogen_ext.models.openai.AzureOpenAIChatCompletionClient"
    ),
    "AzureOpenAIChatCompletionClient": "autogen_ext.models.openai.AzureOpenAIChatCompletionClient",
    "OllamaChatCompletionClient": "autogen_ext.models.ollama.OllamaChatCompletionClient",
    # Where AutoGen's classes really live.
    "autogen_agentchat.conditions.OrTerminationCondition": (
        "autogen_agentchat.base.OrTerminationCondition"
    ),
    "autogen_agentchat.conditions.AndTerminationCondition": (
        "autogen_agentchat.base.AndTerminationCondition"
    ),
}

REFERENCE: Final = "troupe.library.Reference"

_USER_CODE = "It runs user code, and comes with the sandbox."
_LATER = "Troupe does not run it yet; the component is kept as it is."

UNSUPPORTED: Final[dict[str, str]] = {
    "autogen_core.tools.FunctionTool": _USER_CODE,
    "autogen_ext.tools.code_execution.PythonCodeExecutionTool": _USER_CODE,
    "autogen_agentchat.agents.CodeExecutorAgent": _USER_CODE,
    "autogen_agentchat.agents.SocietyOfMindAgent": _LATER,
    "autogen_agentchat.agents.MessageFilterAgent": _LATER,
    "autogen_agentchat.teams.SelectorGroupChat": _LATER,
    "autogen_agentchat.teams.Swarm": _LATER,
    "autogen_agentchat.teams.GraphFlow": _LATER,
    "autogen_agentchat.teams.MagenticOneGroupChat": _LATER,
    "autogen_agentchat.tools.AgentTool": _LATER,
    "autogen_agentchat.tools.TeamTool": _LATER,
    "autogen_agentchat.conditions.TokenUsageTermination": _LATER,
    "autogen_agentchat.conditions.HandoffTermination": _LATER,
    "autogen_agentchat.conditions.TimeoutTermination": _LATER,
    "autogen_agentchat.conditions.ExternalTermination": _LATER,
    "autogen_agentchat.conditions.SourceMatchTermination": _LATER,
    "autogen_agentchat.conditions.TextMessageTermination": _LATER,
    "autogen_agentchat.conditions.FunctionCallTermination": _LATER,
    "autogen_core.model_context.HeadAndTailChatCompletionContext": _LATER,
    "autogen_core.model_context.TokenLimitedChatCompletionContext": _LATER,
    "autogen_core.memory.ListMemory": _LATER,
    "autogen_ext.memory.chromadb.ChromaDBVectorMemory": _LATER,
    "autogen_ext.memory.redis_memory.RedisMemory": _LATER,
    "autogen_ext.memory.redis.RedisMemory": _LATER,
    "autogen_ext.memory.mem0.Mem0Memory": _LATER,
    "autogen_ext.agents.file_surfer.FileSurfer": _LATER,
    "autogen_ext.agents.web_surfer.MultimodalWebSurfer": _LATER,
    "autogen_ext.agents.magentic_one.MagenticOneCoderAgent": _LATER,
    "autogen_ext.agents.openai.OpenAIAgent": _LATER,
    "autogen_ext.code_executors.local.LocalCommandLineCodeExecutor": _USER_CODE,
    "autogen_ext.code_executors.docker.DockerCommandLineCodeExecutor": _USER_CODE,
    "autogen_ext.code_executors.jupyter.JupyterCodeExecutor": _USER_CODE,
    "autogen_ext.code_executors.docker_jupyter.DockerJupyterCodeExecutor": _USER_CODE,
    "autogen_ext.models.anthropic.AnthropicBedrockChatCompletionClient": _LATER,
    "autogen_ext.models.cache.ChatCompletionCache": _LATER,
    "autogen_ext.models.openai.AzureOpenAIChatCompletionClient": _LATER,
    "autogen_ext.models.ollama.OllamaChatCompletionClient": (
        "Use the OpenAI-compatible client with Ollama's /v1 address instead; "
        "Ollama's own protocol comes later."
    ),
    "autogen_ext.models.replay.ReplayChatCompletionClient": _LATER,
    "autogen_ext.tools.http.HttpTool": _LATER,
    "autogen_ext.tools.mcp.McpWorkbench": _LATER,
}

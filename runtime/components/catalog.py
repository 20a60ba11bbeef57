"""The one table of components. A new one is a module and a line here."""

from __future__ import annotations

from typing import Final

CATALOG: Final[dict[str, str]] = {
    # Agents
    "autogen_agentchat.agents.AssistantAgent": "runtime.agents.assistant:AssistantAgent",
    "autogen_agentchat.agents.UserProxyAgent": "runtime.agents.user_proxy:UserProxyAgent",
    "autogen_agentchat.agents.MessageFilterAgent": (
        "runtime.agents.message_filter:MessageFilterAgent"
    ),
    "autogen_agentchat.agents.SocietyOfMindAgent": (
        "runtime.teams.society_of_mind:SocietyOfMindAgent"
    ),
    "autogen_agentchat.agents.CodeExecutorAgent": "runtime.agents.code_executor:CodeExecutorAgent",
    # Teams
    "autogen_agentchat.teams.RoundRobinGroupChat": "runtime.teams.round_robin:RoundRobinGroupChat",
    "autogen_agentchat.teams.SelectorGroupChat": "runtime.teams.selector:SelectorGroupChat",
    "autogen_agentchat.teams.Swarm": "runtime.teams.swarm:Swarm",
    "autogen_agentchat.teams.GraphFlow": "runtime.teams.graph_flow:GraphFlow",
    "autogen_agentchat.teams.MagenticOneGroupChat": (
        "runtime.teams.magentic_one:MagenticOneGroupChat"
    ),
    # Models
    "troupe.models.WorkspaceModel": "runtime.model_clients.workspace:WorkspaceModel",
    "autogen_ext.models.openai.OpenAIChatCompletionClient": (
        "runtime.model_clients.openai:OpenAIChatCompletionClient"
    ),
    "autogen_ext.models.anthropic.AnthropicChatCompletionClient": (
        "runtime.model_clients.anthropic:AnthropicChatCompletionClient"
    ),
    "autogen_ext.models.openai.AzureOpenAIChatCompletionClient": (
        "runtime.model_clients.azure:AzureOpenAIChatCompletionClient"
    ),
    "autogen_ext.models.ollama.OllamaChatCompletionClient": (
        "runtime.model_clients.ollama:OllamaChatCompletionClient"
    ),
    "autogen_ext.models.cache.ChatCompletionCache": (
        "runtime.model_clients.cache:ChatCompletionCache"
    ),
    "autogen_ext.models.replay.ReplayChatCompletionClient": (
        "runtime.model_clients.replay:ReplayChatCompletionClient"
    ),
    "troupe.models.ScriptedChatCompletionClient": (
        "runtime.model_clients.scripted:ScriptedChatCompletionClient"
    ),
    # Tools
    "troupe.tools.SampleNotes": "runtime.tools.sample_notes:SampleNotes",
    "troupe.tools.WriteFile": "runtime.tools.files:WriteFile",
    "troupe.tools.ReadFile": "runtime.tools.files:ReadFile",
    "troupe.tools.ListFiles": "runtime.tools.files:ListFiles",
    "troupe.tools.AppendFile": "runtime.tools.files:AppendFile",
    "troupe.tools.EditFile": "runtime.tools.files:EditFile",
    "troupe.tools.DeleteFile": "runtime.tools.files:DeleteFile",
    "troupe.tools.Calculator": "runtime.tools.calculator:Calculator",
    "troupe.tools.CurrentTime": "runtime.tools.current_time:CurrentTime",
    "troupe.tools.HttpRequest": "runtime.tools.http_request:HttpRequest",
    "troupe.tools.WebSearch": "runtime.tools.web_search:WebSearch",
    "troupe.tools.SqlQuery": "runtime.tools.sql.tools:SqlQuery",
    "troupe.tools.SqlSchema": "runtime.tools.sql.tools:SqlSchema",
    "autogen_ext.tools.http.HttpTool": "runtime.tools.http:HttpTool",
    "troupe.tools.Remember": "runtime.tools.remember:Remember",
    "autogen_agentchat.tools.AgentTool": "runtime.teams.tools:AgentTool",
    "autogen_agentchat.tools.TeamTool": "runtime.teams.tools:TeamTool",
    "autogen_core.tools.FunctionTool": "runtime.tools.python_source:PythonSourceTool",
    "autogen_ext.tools.code_execution.PythonCodeExecutionTool": (
        "runtime.tools.code_execution:PythonCodeExecutionTool"
    ),
    # Code executors
    "autogen_ext.code_executors.docker.DockerCommandLineCodeExecutor": (
        "runtime.executors.docker:DockerCommandLineCodeExecutor"
    ),
    "autogen_ext.code_executors.local.LocalCommandLineCodeExecutor": (
        "runtime.executors.local:LocalCommandLineCodeExecutor"
    ),
    # Workbenches
    "autogen_core.tools.StaticWorkbench": "runtime.tools.workbench:StaticWorkbench",
    "autogen_core.tools.StaticStreamWorkbench": "runtime.tools.workbench:StaticStreamWorkbench",
    "autogen_ext.tools.mcp.McpWorkbench": "runtime.tools.mcp.workbench:McpWorkbench",
    # Output
    "autogen_agentchat.messages.StructuredMessageFactory": (
        "runtime.agents.structured:StructuredMessageFactory"
    ),
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
    "autogen_agentchat.conditions.SourceMatchTermination": (
        "runtime.terminations.conditions:SourceMatchTermination"
    ),
    "autogen_agentchat.conditions.TextMessageTermination": (
        "runtime.terminations.conditions:TextMessageTermination"
    ),
    "autogen_agentchat.conditions.HandoffTermination": (
        "runtime.terminations.events:HandoffTermination"
    ),
    "autogen_agentchat.conditions.FunctionCallTermination": (
        "runtime.terminations.events:FunctionCallTermination"
    ),
    "autogen_agentchat.conditions.TokenUsageTermination": (
        "runtime.terminations.events:TokenUsageTermination"
    ),
    "autogen_agentchat.conditions.TimeoutTermination": (
        "runtime.terminations.events:TimeoutTermination"
    ),
    "autogen_agentchat.conditions.ExternalTermination": (
        "runtime.terminations.events:ExternalTermination"
    ),
    "troupe.conditions.ExpressionTermination": (
        "runtime.terminations.expression:ExpressionTermination"
    ),
    # Model contexts
    "autogen_core.model_context.UnboundedChatCompletionContext": (
        "runtime.model_contexts.unbounded:UnboundedChatCompletionContext"
    ),
    "autogen_core.model_context.BufferedChatCompletionContext": (
        "runtime.model_contexts.buffered:BufferedChatCompletionContext"
    ),
    "autogen_core.model_context.HeadAndTailChatCompletionContext": (
        "runtime.model_contexts.head_and_tail:HeadAndTailChatCompletionContext"
    ),
    "autogen_core.model_context.TokenLimitedChatCompletionContext": (
        "runtime.model_contexts.token_limited:TokenLimitedChatCompletionContext"
    ),
    # Memories
    "autogen_core.memory.ListMemory": "runtime.memory.list_memory:ListMemory",
    "troupe.memory.VectorMemory": "runtime.memory.vector_memory:VectorMemory",
    "autogen_ext.memory.chromadb.ChromaDBVectorMemory": (
        "runtime.memory.chroma:ChromaDBVectorMemory"
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
_NO_NOTEBOOKS = "Troupe runs no notebooks yet; use the Docker executor."
_OTHER_MEMORY = "Use the vector memory of Troupe's own database, or Chroma, for now."
_LATER = "Troupe does not run it yet; the component is kept as it is."

UNSUPPORTED: Final[dict[str, str]] = {
    "autogen_ext.memory.redis_memory.RedisMemory": _OTHER_MEMORY,
    "autogen_ext.memory.redis.RedisMemory": _OTHER_MEMORY,
    "autogen_ext.memory.mem0.Mem0Memory": _OTHER_MEMORY,
    "autogen_ext.memory.canvas.TextCanvasMemory": _OTHER_MEMORY,
    "troupe.memory.PineconeMemory": _OTHER_MEMORY,
    "troupe.memory.WeaviateMemory": _OTHER_MEMORY,
    "troupe.memory.PgVectorMemory": _OTHER_MEMORY,
    "autogen_ext.agents.file_surfer.FileSurfer": _LATER,
    "autogen_ext.agents.web_surfer.MultimodalWebSurfer": _LATER,
    "autogen_ext.agents.magentic_one.MagenticOneCoderAgent": _LATER,
    "autogen_ext.agents.openai.OpenAIAgent": _LATER,
    "autogen_ext.code_executors.jupyter.JupyterCodeExecutor": _NO_NOTEBOOKS,
    "autogen_ext.code_executors.docker_jupyter.DockerJupyterCodeExecutor": _NO_NOTEBOOKS,
    "autogen_ext.models.anthropic.AnthropicBedrockChatCompletionClient": (
        "It signs its calls with keys of AWS, which Troupe does not keep yet; "
        "use Anthropic's own client, or an OpenAI-compatible gateway in front of Bedrock."
    ),
    "autogen_ext.models.llama_cpp.LlamaCppChatCompletionClient": (
        "It runs the model inside the worker; start llama.cpp's own server instead and use the "
        "OpenAI-compatible client with its /v1 address."
    ),
    "autogen_ext.models.azure.AzureAIChatCompletionClient": (
        "Use the OpenAI-compatible client with the endpoint's /v1 address instead."
    ),
    "autogen_ext.models.semantic_kernel.SKChatCompletionAdapter": (
        "It needs objects of a program of yours; use the client of the model behind it."
    ),
}

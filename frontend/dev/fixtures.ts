/** A small workspace for `npm run dev:mock`: enough to work on screens without a server. */
import type { Component, RegistryEntry, RunSummary } from "../src/api/types";

const text = (title: string, extra: object = {}) => ({ type: "string", title, ...extra });

function entry(provider: string, component_type: RegistryEntry["component_type"], label: string, summary: string, group: string, icon: string, properties: Record<string, object>, defaults: Record<string, unknown>, side_effects?: boolean): RegistryEntry {
  return { provider, component_type, label, summary, group, icon, config_schema: { type: "object", properties }, defaults, side_effects: side_effects ?? null, effect: null, tool_name: component_type === "tool" ? label : null } as RegistryEntry;
}

export const model: Component = { provider: "troupe.models.WorkspaceModel", component_type: "model", version: 1, component_version: 1, config: {} };

export const registry: RegistryEntry[] = [
  entry("autogen_agentchat.agents.AssistantAgent", "agent", "Assistant", "An agent that answers with a model and may call tools.", "Agents", "robot", {
    name: text("Name"), description: text("Description", { "x-widget": "textarea" }), model_client: { "x-component-types": ["model"], title: "Model" },
    tools: { type: "array", items: { "x-component-types": ["tool"] }, title: "Tools" },
    system_message: text("System message", { "x-widget": "textarea" }),
    max_tool_iterations: { type: "integer", minimum: 1, title: "Tool iterations at most", description: "How many rounds of tool calls one turn may take.", default: 5 },
    reflect_on_tool_use: { type: "boolean", title: "Reflect on tool use", description: "Let the model put the tools' results into words." },
    model_client_stream: { type: "boolean", title: "Stream the text" },
    tool_call_summary_format: text("Tool summary format", { default: "{result}" }),
  }, { name: "assistant", description: "Helps with the task.", model_client: model, tools: [], system_message: "You are a helpful assistant.", max_tool_iterations: 5, reflect_on_tool_use: true, model_client_stream: true }),
  entry("autogen_agentchat.agents.UserProxyAgent", "agent", "Person", "A person's seat in the team: the run waits for your words.", "Agents", "user", { name: text("Name"), description: text("Description") }, { name: "person", description: "A person." }),
  entry("autogen_agentchat.teams.RoundRobinGroupChat", "team", "Round robin", "Participants speak in turn.", "Teams", "users", { name: text("Name"), description: text("Description"), max_turns: { type: "integer", minimum: 1, title: "Turns at most" }, emit_team_events: { type: "boolean", title: "Emit team events" } }, { name: "team", participants: [] }),
  entry("troupe.models.WorkspaceModel", "model", "Workspace default", "The model that the workspace uses by default.", "Models", "brain", {}, {}),
  entry("troupe.models.ScriptedChatCompletionClient", "model", "Scripted model", "A deterministic stand-in that needs no key.", "Models", "wand", { chunk_delay_ms: { type: "integer", minimum: 0, title: "Delay per chunk (ms)" } }, {}),
  entry("autogen_ext.models.openai.OpenAIChatCompletionClient", "model", "OpenAI", "OpenAI, or any server that speaks its protocol.", "Models", "brain", { model: text("Model"), credential: text("Credential"), base_url: text("Base URL"), temperature: { type: "number", minimum: 0, maximum: 2, title: "Temperature" } }, { model: "gpt-4o-mini" }),
  entry("autogen_ext.models.anthropic.AnthropicChatCompletionClient", "model", "Anthropic", "Claude models.", "Models", "brain", { model: text("Model"), credential: text("Credential"), max_tokens: { type: "integer", title: "Tokens at most" } }, { model: "claude-sonnet-4-5" }),
  entry("troupe.tools.SampleNotes", "tool", "search_notes", "Searches the short notes that ship with Troupe.", "Tools", "search", { limit: { type: "integer", minimum: 1, maximum: 20, title: "Results at most", default: 5 } }, {}, false),
  entry("troupe.tools.WriteFile", "tool", "write_file", "Writes a text file into the workspace's file area.", "Tools", "file-pencil", {}, {}, true),
  entry("troupe.tools.ReadFile", "tool", "read_file", "Reads a text file of the workspace.", "Tools", "file-text", {}, {}, false),
  entry("troupe.tools.ListFiles", "tool", "list_files", "Lists the workspace's files.", "Tools", "folder", {}, {}, false),
  entry("troupe.tools.CurrentTime", "tool", "current_time", "Says what time it is.", "Tools", "clock", {}, {}, false),
  entry("autogen_agentchat.conditions.MaxMessageTermination", "termination", "Message count", "Ends after a number of messages.", "Terminations", "hash", { max_messages: { type: "integer", minimum: 1, title: "Messages" }, include_agent_event: { type: "boolean", title: "Count agent events too" } }, { max_messages: 10 }),
  entry("autogen_agentchat.conditions.TextMentionTermination", "termination", "Text mention", "Ends when a text is said.", "Terminations", "quote", { text: text("Text"), sources: { type: "array", items: { type: "string" }, title: "Said by", description: "Only these agents; empty: anyone." } }, { text: "TERMINATE" }),
  entry("autogen_agentchat.conditions.StopMessageTermination", "termination", "Stop message", "Ends at a stop message.", "Terminations", "flag", {}, {}),
  entry("autogen_agentchat.base.OrTerminationCondition", "termination", "Any of", "Ends when one of its conditions is met.", "Terminations", "logic-or", {}, { conditions: [] }),
  entry("autogen_agentchat.base.AndTerminationCondition", "termination", "All of", "Ends when all conditions are met.", "Terminations", "logic-and", {}, { conditions: [] }),
];

const make = (provider: string, component_type: Component["component_type"], config: Record<string, unknown>): Component => ({ provider, component_type, version: 1, component_version: 1, config });
const tool = (name: string) => make(`troupe.tools.${name}`, "tool", {});
const agent = (name: string, description: string, system_message: string, tools: Component[]) =>
  make("autogen_agentchat.agents.AssistantAgent", "agent", { name, description, model_client: model, tools, system_message, max_tool_iterations: 5, reflect_on_tool_use: true, model_client_stream: true });

export const research: Component = make("autogen_agentchat.teams.RoundRobinGroupChat", "team", {
  name: "Research and write",
  description: "One looks things up, the other writes the report.",
  participants: [
    agent("researcher", "Finds facts in the notes and lists them with their source.", "You are a careful researcher. Search the notes before you answer. List facts as bullets.", [tool("SampleNotes")]),
    agent("writer", "Turns the facts into a short report and saves it.", "You write short, clear reports in Markdown. Save the report with write_file. Say TASK_COMPLETE when it is saved.", [tool("WriteFile"), tool("ReadFile")]),
  ],
  termination_condition: make("autogen_agentchat.base.OrTerminationCondition", "termination", { conditions: [
    make("autogen_agentchat.conditions.TextMentionTermination", "termination", { text: "TASK_COMPLETE" }),
    make("autogen_agentchat.conditions.MaxMessageTermination", "termination", { max_messages: 10 }),
  ] }),
});

export const interview: Component = make("autogen_agentchat.teams.RoundRobinGroupChat", "team", {
  name: "Interview",
  description: "Asks you questions until it understands what you want, then writes it down.",
  participants: [
    agent("interviewer", "Asks one question at a time.", "Ask one short question at a time. Say DONE when you have understood.", []),
    make("autogen_agentchat.agents.UserProxyAgent", "agent", { name: "person", description: "You." }),
    agent("summariser_with_a_very_long_name_that_must_not_break_the_card", "Keeps notes.", "Summarise.", [tool("WriteFile"), tool("ListFiles"), tool("CurrentTime")]),
  ],
  max_turns: 12,
});

export const gallery = [
  { slug: "research-and-write", name: "Research and write", description: "One looks things up in the notes, the other writes a report and asks you before it saves.", agents: ["researcher", "writer"], component: research, tags: ["tools", "approval"], layout: { nodes: {} }, example_task: "Write a short report on why cities plant trees." },
  { slug: "interview", name: "Interview", description: "Asks you questions until it understands what you want, then writes it down.", agents: ["interviewer", "person", "summariser"], component: interview, tags: ["person"], layout: { nodes: {} }, example_task: "Find out what I need from a new bicycle." },
];

export function run(id: string, state: RunSummary["state"], minutes: number, definition: string, name: string, extra: Partial<RunSummary> = {}): RunSummary {
  const at = (m: number) => new Date(Date.now() - m * 60_000).toISOString();
  return { id, session: `s-${id}`, number: 1, team: { definition_id: definition, revision: 3, name }, state, task: "Write a short report on why cities plant trees, with numbers.", scripted: true, created_at: at(minutes), started_at: at(minutes), ended_at: ["completed", "failed", "stopped"].includes(state) ? at(minutes - 1) : null, stop_reason: state === "completed" ? "Text 'TASK_COMPLETE' mentioned" : null, error: state === "failed" ? { code: "model_unreachable", detail: "The model server at http://localhost:11434 did not answer.", hint: "Check that it is running." } : null, pause: null, waits: [], head_seq: 42, tokens: { prompt: 6100, completion: 2040, cached: 1024 }, cost_usd: "0.00214", cost_unknown: false, turns: 4, pending_requests: state === "waiting" ? 1 : 0, ...extra };
}

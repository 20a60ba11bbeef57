/** Which of the workspace's keys a component can use. Pure. */
import type { CredentialKind, JsonSchema } from "@/api/types";

export const MODEL_KINDS: readonly CredentialKind[] = ["openai", "anthropic", "openai_compatible"];

export const KIND_NAMES: Record<CredentialKind, string> = {
  openai: "OpenAI",
  anthropic: "Anthropic",
  openai_compatible: "OpenAI-compatible server",
  http: "Web service",
  sql: "Database",
  brave: "Brave Search",
  tavily: "Tavily",
};

export const isKind = (value: unknown): value is CredentialKind => typeof value === "string" && value in KIND_NAMES;

/** By the config that asks: a search asks its service's key, a header a web service's. */
export function credentialKindsOf(schema: JsonSchema, value: Record<string, unknown>): readonly CredentialKind[] {
  const asks = schema.title ?? "";
  if (asks.startsWith("Sql")) return ["sql"];
  if (asks === "CredentialHeader") return ["http"];
  if (asks.startsWith("WebSearch")) {
    const engine = value.engine ?? schema.properties?.engine?.default;
    return isKind(engine) ? [engine] : [];
  }
  return MODEL_KINDS;
}

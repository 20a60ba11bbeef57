/** May a tool run without asking a person? The policy's answer, as far as it is known before the call. */
import type { Policy, Verdict } from "@/api/types";

export interface ToolVerdict {
  verdict: Verdict;
  /** Where the verdict comes from, as a sentence. */
  reason: string;
}

function matches(pattern: string, tool: string): boolean {
  const source = [...pattern].map((c) => (c === "*" ? ".*" : c === "?" ? "." : c.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"))).join("");
  return new RegExp(`^${source}$`).test(tool);
}

const SENTENCE: Record<Verdict, string> = {
  allow: "runs without asking",
  ask: "asks a person before it runs",
  deny: "is never run",
};

/** `sideEffects` unknown counts as yes, as on the server. */
export function toolVerdict(tool: string, sideEffects: boolean | null | undefined, policy: Policy | undefined): ToolVerdict {
  const rule = policy?.rules.find((candidate) => matches(candidate.tool, tool));
  if (rule) return { verdict: rule.verdict, reason: `${tool} ${SENTENCE[rule.verdict]}: the policy has a rule for ${rule.tool}.` };
  if (sideEffects === false) return { verdict: "allow", reason: `${tool} runs without asking: it only reads.` };
  const verdict = policy?.default_side_effects ?? "ask";
  return { verdict, reason: `${tool} ${SENTENCE[verdict]}: it has side effects.` };
}

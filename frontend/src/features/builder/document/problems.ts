/** Problems by what is on the canvas and by field. Pure. */
import type { Problem } from "@/api/types";
import { isWithin } from "@/lib/component-path";

import type { ProblemCount } from "@/components/team-graph/flow";

/** The innermost of `paths` that a problem lies in: the node that wears its badge. */
export function ownerOf(problem: Problem, paths: readonly string[]): string | null {
  let owner: string | null = null;
  for (const path of paths) {
    if (isWithin(problem.path, path) && (owner === null || path.length > owner.length)) owner = path;
  }
  return owner;
}

export function problemCounts(problems: readonly Problem[], paths: readonly string[]): Map<string, ProblemCount> {
  const counts = new Map<string, ProblemCount>();
  for (const problem of problems) {
    const owner = ownerOf(problem, paths);
    if (owner === null) continue;
    const count = counts.get(owner) ?? { errors: 0, warnings: 0 };
    count[problem.severity === "error" ? "errors" : "warnings"]++;
    counts.set(owner, count);
  }
  return counts;
}

/** What is wrong with each field of the component at `path`. */
export function fieldErrors(problems: readonly Problem[], path: string): Record<string, string> {
  const errors: Record<string, string> = {};
  const prefix = `${path}.config.`;
  for (const problem of problems) {
    if (!problem.path.startsWith(prefix)) continue;
    const field = problem.path.slice(prefix.length).match(/^[^.[]+/)?.[0];
    if (field && !(field in errors)) errors[field] = problem.hint ? `${problem.detail} ${problem.hint}` : problem.detail;
  }
  return errors;
}

export function tally(problems: readonly Problem[]): ProblemCount {
  const errors = problems.filter((problem) => problem.severity === "error").length;
  return { errors, warnings: problems.length - errors };
}

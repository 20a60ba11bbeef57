/** Edited arguments: are they JSON, an object, and what the tool's schema asks for? */
import { Validator, type Schema } from "@cfworker/json-schema";

import type { JsonSchema } from "@/api/types";

export interface ArgumentProblem {
  /** Dotted path inside the arguments; "" is the whole. */
  readonly path: string;
  readonly detail: string;
}

export interface Checked {
  readonly value: Record<string, unknown> | null;
  readonly problems: readonly ArgumentProblem[];
}

export function checkArguments(text: string, schema: JsonSchema | null): Checked {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse(`This is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return refuse("Arguments are a JSON object: { … }.");
  }
  return { value: value as Record<string, unknown>, problems: schemaProblems(value, schema) };
}

function refuse(detail: string): Checked {
  return { value: null, problems: [{ path: "", detail }] };
}

function schemaProblems(value: object, schema: JsonSchema | null): ArgumentProblem[] {
  if (schema === null) return [];
  // Interprets the schema: a compiling validator would need `eval`, which the page forbids.
  const { errors } = new Validator(schema as Schema, "2020-12", false).validate(value);
  const leaves = errors.filter(({ keyword }) => keyword !== "properties" && keyword !== "items" && keyword !== "$ref");
  const seen = new Set<string>();
  return leaves.flatMap(({ instanceLocation, error }) => {
    const path = instanceLocation.replace(/^#\/?/, "").replaceAll("/", ".");
    const detail = error.replace(/^Instance /, "The value ");
    const key = `${path}:${detail}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ path, detail }];
  });
}

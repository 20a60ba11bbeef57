/** What an execution of code runs and leaves behind. Pure. */

export interface CodeBlock {
  readonly language: string;
  readonly code: string;
}

export interface LeftFile {
  readonly path: string;
  readonly size: number | null;
}

const isRecord = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === "object" && !Array.isArray(value);

/** The blocks, if that is exactly what `value` is: with anything more in them they are shown as JSON. */
export function codeBlocks(value: unknown): CodeBlock[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  const blocks = value.filter((item): item is CodeBlock & Record<string, unknown> => isRecord(item) && typeof item.language === "string" && typeof item.code === "string" && Object.keys(item).length === 2);
  return blocks.length === value.length ? blocks : null;
}

/** Files that lay in the work directory afterwards, and what else is known of the execution. */
export function leftFiles(artifacts: Readonly<Record<string, unknown>> | null): LeftFile[] {
  const files = artifacts?.work_dir;
  if (!Array.isArray(files)) return [];
  return files.flatMap((file: unknown) => (isRecord(file) && typeof file.path === "string" ? [{ path: file.path, size: typeof file.size === "number" ? file.size : null }] : []));
}

const FLAGS: Record<string, string> = {
  timed_out: "It took too long and was ended.",
  cancelled: "It was cancelled.",
  out_of_memory: "It ran out of memory.",
  too_many_processes: "It started too many processes.",
  truncated: "Its output was cut; the whole of it is kept with the run.",
};

export function executionNotes(artifacts: Readonly<Record<string, unknown>> | null): string[] {
  return Object.entries(FLAGS).flatMap(([flag, sentence]) => (artifacts?.[flag] === true ? [sentence] : []));
}

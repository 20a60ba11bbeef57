import { CodeEditor } from "./code/CodeEditor";

/** JSON to read, not to edit. */
export function JsonView({ value, label = "JSON", height }: { value: unknown; label?: string; height?: string }) {
  return <CodeEditor language="json" label={label} value={JSON.stringify(value, null, 2) ?? ""} readOnly height={height} />;
}

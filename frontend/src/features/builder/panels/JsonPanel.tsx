import { Button, CopyButton, Text } from "@mantine/core";
import type { Diagnostic } from "@codemirror/lint";
import { useState } from "react";

import { errorText } from "@/api/client";
import { CodeEditor } from "@/components/code/CodeEditor";
import { asComponent } from "@/lib/components";

import { useBuilder, useBuilderState, useRun } from "../context";
import { replaceDocument } from "../document/commands";
import { Drawer } from "./Drawer";

/** Where `JSON.parse` stopped, if its message says so. */
function offsetOf(message: string, text: string): number {
  const position = Number(message.match(/position (\d+)/)?.[1] ?? NaN);
  return Math.min(Number.isNaN(position) ? text.length : position, text.length);
}

function lintJson(text: string): Diagnostic[] {
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    const at = offsetOf(errorText(error), text);
    return [{ from: Math.max(0, at - 1), to: Math.max(at, 1) > text.length ? text.length : Math.max(at, 1), severity: "error", message: errorText(error) }];
  }
}

interface Parsed {
  error: string | null;
  component: ReturnType<typeof asComponent>;
}

function parse(text: string): Parsed {
  try {
    const component = asComponent(JSON.parse(text));
    return component ? { component, error: null } : { component: null, error: "A component needs at least “provider” and “config”. The canvas keeps the last good version." };
  } catch (error) {
    return { component: null, error: `Not valid JSON yet: ${errorText(error)}. The canvas keeps the last good version.` };
  }
}

/** The document as AutoGen's component JSON, editable, in step with the canvas. */
export function JsonPanel({ onClose }: { onClose: () => void }) {
  const { readOnly } = useBuilder();
  const { doc } = useBuilderState();
  const run = useRun();
  const [typed, setTyped] = useState<{ text: string; of: unknown } | null>(null);
  const [error, setError] = useState<string | null>(null);
  // What is being typed stays while it stands for the document; an edit elsewhere, or undo, wins over it.
  const text = typed && typed.of === doc.component ? typed.text : JSON.stringify(doc.component, null, 2);
  const change = (next: string) => {
    const parsed = parse(next);
    setError(parsed.error);
    setTyped({ text: next, of: parsed.component ?? doc.component });
    if (parsed.component) run(replaceDocument({ component: parsed.component }, "Edit as JSON", "json"));
  };
  return (
    <Drawer title="JSON" onClose={onClose} tall aside={<CopyButton value={text}>{({ copied, copy }) => <Button size="compact-sm" variant="subtle" onClick={copy}>{copied ? "Copied" : "Copy JSON"}</Button>}</CopyButton>}>
      {error && <Text size="sm" c="var(--state-failed)" role="alert" mb={8}>{error}</Text>}
      <CodeEditor language="json" label="Component JSON" value={text} onChange={change} readOnly={readOnly} lint={lintJson} />
    </Drawer>
  );
}

import { Text } from "@mantine/core";
import { useState } from "react";

import { errorText } from "@/api/client";
import { CodeEditor } from "@/components/code/CodeEditor";

interface JsonFieldProps {
  label: string;
  value: unknown;
  onChange: (value: unknown) => void;
  readOnly?: boolean;
}

const print = (value: unknown) => (value === undefined ? "" : JSON.stringify(value, null, 2));

/** A value that no simple control fits. It is taken over as soon as it is valid JSON. */
export function JsonField({ label, value, onChange, readOnly }: JsonFieldProps) {
  const [draft, setDraft] = useState<{ text: string; of: string } | null>(null);
  const [error, setError] = useState<string | null>(null);
  const printed = print(value);
  // What is being typed stays as typed while it means the value; undo or another view wins over it.
  const text = draft && draft.of === printed ? draft.text : printed;
  const change = (next: string) => {
    try {
      const parsed: unknown = next.trim() === "" ? undefined : JSON.parse(next);
      setError(null);
      setDraft({ text: next, of: print(parsed) });
      onChange(parsed);
    } catch (problem) {
      setDraft({ text: next, of: printed });
      setError(errorText(problem));
    }
  };
  return (
    <>
      <CodeEditor language="json" label={label} value={text} onChange={change} readOnly={readOnly} minHeight="60px" />
      {error && <Text size="xs" c="var(--state-failed)" role="alert">{error}</Text>}
    </>
  );
}

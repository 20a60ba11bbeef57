import { SegmentedControl } from "@mantine/core";
import { IconEyeExclamation } from "@tabler/icons-react";
import { useState } from "react";

import type { JsonSchema } from "@/api/types";
import { plural } from "@/lib/format";

import { codeBlocks } from "./code-blocks";
import { CodeBlocks } from "./CodeBlocks";
import { countHiddenIn } from "./visible-text";
import { VisibleText } from "./VisibleText";
import classes from "./tool-call.module.css";

interface ArgumentsViewProps {
  value: unknown;
  schema?: JsonSchema | null;
  label: string;
  /** Without the switch and with less room: inside a transcript. */
  compact?: boolean;
}

/** Arguments exactly as they are, one row for each, or as JSON. Never shortened. */
export function ArgumentsView({ value, schema, label, compact }: ArgumentsViewProps) {
  const [shape, setShape] = useState("form");
  const hidden = countHiddenIn(value);
  const fields = isRecord(value) ? Object.entries(value) : null;
  return (
    <div role="group" aria-label={label}>
      {!compact && (
        <div className={classes.argumentsHead}>
          <span className={classes.caption}>{label}</span>
          {fields !== null && (
            <SegmentedControl size="xs" value={shape} onChange={setShape} aria-label="Show arguments as" data={[{ value: "form", label: "Form" }, { value: "json", label: "JSON" }]} />
          )}
        </div>
      )}
      {hidden > 0 && (
        <p className={classes.hiddenNote}>
          <IconEyeExclamation size={16} aria-hidden />
          {plural(hidden, "hidden character")} in here, shown by name in a box.
        </p>
      )}
      {fields === null || (shape === "json" && !compact) ? (
        <pre className={classes.block} tabIndex={0}><VisibleText text={stringify(value)} /></pre>
      ) : fields.length === 0 ? (
        <p className={classes.none}>No arguments.</p>
      ) : (
        <dl className={classes.fields}>
          {fields.map(([name, item]) => (
            <Field key={name} name={name} value={item} schema={schema?.properties?.[name]} />
          ))}
        </dl>
      )}
    </div>
  );
}

function Field({ name, value, schema }: { name: string; value: unknown; schema?: JsonSchema }) {
  const blocks = codeBlocks(value);
  if (blocks !== null) return <CodeBlocks name={name} blocks={blocks} />;
  const text = typeof value === "string" ? value : stringify(value);
  const lines = text.split("\n").length;
  const large = lines > 1 || text.length > 80;
  return (
    <div className={classes.field} data-large={large || undefined}>
      <dt title={schema?.description}>
        <VisibleText text={name} />
        {large && <span className={classes.size}>{lines > 1 ? `${lines} lines, ` : ""}{plural(text.length, "character")}</span>}
      </dt>
      <dd>
        {large ? (
          <pre className={classes.block} tabIndex={0} aria-label={name}><VisibleText text={text} /></pre>
        ) : (
          <code className={classes.short} data-type={typeof value}>
            {text === "" ? <span className={classes.none}>empty text</span> : <VisibleText text={text} />}
          </code>
        )}
      </dd>
    </div>
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function stringify(value: unknown): string {
  return JSON.stringify(value, null, 2) ?? "undefined";
}

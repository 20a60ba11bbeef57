import { json } from "@codemirror/lang-json";
import { type Diagnostic, lintGutter, linter } from "@codemirror/lint";
import { unifiedMergeView } from "@codemirror/merge";
import { useComputedColorScheme } from "@mantine/core";
import CodeMirror, { EditorView } from "@uiw/react-codemirror";
import { useMemo } from "react";

import type { JsonSchema } from "@/api/types";

import { checkArguments } from "./check-arguments";
import classes from "./tool-call.module.css";

interface ArgumentsEditorProps {
  proposed: string;
  value: string;
  schema: JsonSchema | null;
  onChange: (text: string) => void;
}

/** JSON editor that shows what differs from the proposed arguments and what the schema says. */
export function ArgumentsEditor({ proposed, value, schema, onChange }: ArgumentsEditorProps) {
  const scheme = useComputedColorScheme("light");
  const extensions = useMemo(
    () => [
      json(),
      lintGutter(),
      linter((view) => diagnostics(view.state.doc.toString(), schema), { delay: 200 }),
      unifiedMergeView({ original: proposed, mergeControls: false, gutter: true, highlightChanges: true }),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": "Arguments as JSON", tabindex: "0" }),
    ],
    [proposed, schema],
  );
  const { problems } = checkArguments(value, schema);
  return (
    <div className={classes.editor}>
      <CodeMirror
        value={value}
        theme={scheme}
        extensions={extensions}
        onChange={onChange}
        maxHeight="360px"
        autoFocus
        indentWithTab={false}
        basicSetup={{ foldGutter: false, highlightActiveLine: false }}
      />
      {problems.length > 0 ? (
        <ul className={classes.problems} role="alert">
          {problems.map((problem) => (
            <li key={`${problem.path}:${problem.detail}`}>
              {problem.path && <code>{problem.path}</code>} {problem.detail}
            </li>
          ))}
        </ul>
      ) : (
        <p className={classes.caption}>{value === proposed ? "Nothing changed yet." : "Changed lines are marked; what was proposed stands above them."}</p>
      )}
    </div>
  );
}

/** Puts a problem at the first place its last name stands, or at the start. */
function diagnostics(text: string, schema: JsonSchema | null): Diagnostic[] {
  return checkArguments(text, schema).problems.map(({ path, detail }) => {
    const name = path.slice(path.lastIndexOf(".") + 1);
    const at = name === "" ? -1 : text.indexOf(`"${name}"`);
    const from = Math.max(0, at);
    return { from, to: at < 0 ? Math.min(1, text.length) : at + name.length + 2, severity: "error", message: detail };
  });
}

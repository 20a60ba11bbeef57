import { json } from "@codemirror/lang-json";
import { markdown } from "@codemirror/lang-markdown";
import { lintGutter, linter, type Diagnostic } from "@codemirror/lint";
import { EditorView } from "@codemirror/view";
import { useComputedColorScheme } from "@mantine/core";
import CodeMirror, { type Extension } from "@uiw/react-codemirror";
import { useMemo } from "react";

import classes from "./CodeEditor.module.css";

interface CodeEditorProps {
  value: string;
  onChange?: (value: string) => void;
  language: "json" | "markdown" | "text";
  label: string;
  readOnly?: boolean;
  minHeight?: string;
  height?: string;
  /** Marks in the text; must be stable or memoised. */
  lint?: (text: string) => Diagnostic[];
  autoFocus?: boolean;
}

const LANGUAGES: Record<CodeEditorProps["language"], Extension[]> = { json: [json()], markdown: [markdown()], text: [] };
const SETUP = { foldGutter: false, highlightActiveLine: false, highlightActiveLineGutter: false, autocompletion: false, searchKeymap: true };

/** CodeMirror in the app's tones. Tab leaves the editor, so that the keyboard is never trapped. */
export function CodeEditor({ value, onChange, language, label, readOnly, minHeight, height, lint, autoFocus }: CodeEditorProps) {
  const scheme = useComputedColorScheme("light");
  const extensions = useMemo(
    () => [
      ...LANGUAGES[language],
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": label }),
      ...(lint ? [linter((view) => lint(view.state.doc.toString()), { delay: 250 }), lintGutter()] : []),
    ],
    [language, label, lint],
  );
  return (
    <CodeMirror
      className={classes.editor}
      value={value}
      onChange={onChange}
      theme={scheme}
      extensions={extensions}
      readOnly={readOnly}
      editable={!readOnly}
      minHeight={minHeight}
      height={height}
      indentWithTab={false}
      autoFocus={autoFocus}
      basicSetup={language === "json" ? SETUP : { ...SETUP, lineNumbers: false }}
    />
  );
}

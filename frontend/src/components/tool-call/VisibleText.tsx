import { visibleParts } from "./visible-text";
import classes from "./tool-call.module.css";

/** Monospaced text in which nothing hides: control, bidi and zero-width characters are boxed by name. */
export function VisibleText({ text }: { text: string }) {
  const parts = visibleParts(text);
  return (
    <bdi dir="ltr" className={classes.exact}>
      {parts.map((part, index) =>
        part.mark === null ? (
          <span key={index}>{part.text}</span>
        ) : (
          <span key={index} className={classes.hiddenChar} title={`Hidden character ${part.mark}`} role="img" aria-label={`hidden character ${part.mark}`}>
            {part.mark}
          </span>
        ),
      )}
    </bdi>
  );
}

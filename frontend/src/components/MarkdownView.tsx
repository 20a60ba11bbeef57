import { memo } from "react";
import Markdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";

import classes from "./MarkdownView.module.css";

const ALLOWED = /^(https?:|mailto:)/i;

const COMPONENTS: Components = {
  // Nothing a model wrote makes the browser fetch: an image is its words and its address.
  img: ({ alt, src }) => <span className={classes.image}>[image{alt ? `: ${alt}` : ""}] {typeof src === "string" ? src : ""}</span>,
  a: ({ href, children }) =>
    href && ALLOWED.test(href) ? <a href={href} target="_blank" rel="noopener noreferrer nofollow">{children}</a> : <span>{children}</span>,
  table: ({ children }) => <div className={classes.table}><table>{children}</table></div>,
};

/** Untrusted Markdown: no raw HTML, no images fetched, only web and mail links. */
export const MarkdownView = memo(function MarkdownView({ text }: { text: string }) {
  return (
    <div className={classes.markdown}>
      <Markdown remarkPlugins={[remarkGfm]} components={COMPONENTS} urlTransform={(url) => (ALLOWED.test(url) ? url : "")}>
        {text}
      </Markdown>
    </div>
  );
});

import { IconFile } from "@tabler/icons-react";

import { formatBytes, plural } from "@/lib/format";

import type { CodeBlock, LeftFile } from "./code-blocks";
import { VisibleText } from "./VisibleText";
import classes from "./tool-call.module.css";

/** Code exactly as it runs, block by block. */
export function CodeBlocks({ name, blocks }: { name: string; blocks: readonly CodeBlock[] }) {
  return (
    <div className={classes.field} data-large>
      <dt><VisibleText text={name} />{blocks.length > 1 && <span className={classes.size}>{plural(blocks.length, "block")}, run in order</span>}</dt>
      {blocks.map((block, index) => (
        <dd key={index}>
          <div className={classes.codeHead}><VisibleText text={block.language || "no language"} /><span>{plural(block.code.split("\n").length, "line")}</span></div>
          <pre className={classes.code} tabIndex={0} aria-label={`Code, ${block.language}`}><VisibleText text={block.code} /></pre>
        </dd>
      ))}
    </div>
  );
}

/** What lay in the work directory afterwards. */
export function LeftFiles({ files, notes }: { files: readonly LeftFile[]; notes: readonly string[] }) {
  return (
    <>
      {notes.map((note) => <p key={note} className={classes.badText}>{note}</p>)}
      {files.length > 0 && (
        <section aria-label="Files afterwards">
          <p className={classes.caption}>Files in the work directory afterwards</p>
          <ul className={classes.files}>
            {files.map((file) => (
              <li key={file.path}><IconFile size={14} aria-hidden /><VisibleText text={file.path} />{file.size !== null && <span className={classes.size}>{formatBytes(file.size)}</span>}</li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

import { useState } from "react";

import { useSession } from "../model/session-context";
import { LazyJson } from "./LazyJson";
import classes from "./inspector.module.css";

/** The log's own events behind an item, as recorded; each leads to its moment. */
export function EventsTab({ seqs }: { seqs: readonly number[] }) {
  const { controller, seek } = useSession();
  const [open, setOpen] = useState(seqs[0]);
  const event = open === undefined ? null : controller.log.eventAt(open);
  return (
    <>
      <ul className={classes.events}>
        {seqs.map((seq) => (
          <li key={seq}>
            <button type="button" aria-pressed={seq === open} onClick={() => setOpen(seq)}>
              <span className="tabular">{seq}</span> {controller.log.eventAt(seq)?.payload.kind}
            </button>
          </li>
        ))}
      </ul>
      {event !== null && (
        <>
          <button type="button" className={classes.link} onClick={() => seek(event.seq)}>Go to this moment</button>
          <LazyJson value={event} label={`Event ${event.seq}`} />
        </>
      )}
    </>
  );
}

import { Tooltip } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";

import { hasEnded } from "@/run-model";

import { useSession } from "../model/session-context";
import classes from "./timeline.module.css";

/** Says whether this is now or then. Nothing at the end of a run, nor while the
 * server is out of reach: what is shown then is not live. */
export function TimeMark() {
  const { past, snapshot } = useSession();
  if (past) {
    return (
      <Tooltip label="A recording: nothing is executed, nothing is paid.">
        <span className={classes.mark} style={{ "--mark": "var(--state-replay)" } as React.CSSProperties} tabIndex={0}><IconHistory size={14} aria-hidden />REPLAY</span>
      </Tooltip>
    );
  }
  const stale = snapshot.connection === "reconnecting" || snapshot.connection === "offline" || snapshot.connection === "refused";
  if (hasEnded(snapshot.head) || snapshot.head.seq === 0 || stale) return null;
  return (
    <Tooltip label="What you see is what happens now.">
      <span className={classes.mark} style={{ "--mark": "var(--state-completed)" } as React.CSSProperties} tabIndex={0}><i className="pulse" aria-hidden />LIVE</span>
    </Tooltip>
  );
}

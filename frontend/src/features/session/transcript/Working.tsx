import { useInbox } from "@/lib/socket/inbox";

import { useSession } from "../model/session-context";
import classes from "./transcript.module.css";

/** Why nothing is being written at the moment, when nothing is. */
export function Working() {
  const { view, run } = useSession();
  const { activeRuns } = useInbox();
  if (view.state === "queued") {
    const ahead = activeRuns.filter((other) => other.id !== run.id && other.state === "running").length;
    return <p className={classes.working} role="status"><span className="pulse">Queued</span>{ahead > 0 && `, ${ahead} running before it`}</p>;
  }
  if (view.pendingCommand !== null) {
    return <p className={classes.working} role="status">Told to {view.pendingCommand.command}; it takes effect {view.pendingCommand.command === "end" ? "when this turn is done" : "at the next step"}.</p>;
  }
  return null;
}

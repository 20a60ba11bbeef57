import { Button, Textarea } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";

import { useSession } from "../model/session-context";
import { useStartRun } from "../model/useRunCommands";
import classes from "./transcript.module.css";

/** After the end: go on with the same team, which remembers what was said. */
export function Composer() {
  const { run, runBlocked } = useSession();
  const [task, setTask] = useState("");
  const start = useStartRun();
  const blocked = runBlocked !== undefined || start.isPending || task.trim() === "";
  const send = (): void => {
    if (!blocked) start.mutate({ session: run.session, task });
  };
  if (run.next_run !== null) {
    return (
      <div className={classes.composer}>
        <span className={classes.quiet}>The session went on.</span>
        <Button component={Link} to={`/runs/${run.next_run}`} size="xs" variant="default" rightSection={<IconArrowRight size={14} />}>Next run</Button>
      </div>
    );
  }
  return (
    <form className={classes.composer} aria-label="Continue the session" onSubmit={(event) => { event.preventDefault(); send(); }}>
      <Textarea
        style={{ flex: 1 }}
        aria-label="Message to the team"
        placeholder="Go on: send the team another message. Ctrl + Enter sends it."
        autosize
        minRows={1}
        maxRows={8}
        value={task}
        disabled={runBlocked !== undefined}
        title={runBlocked}
        onChange={(event) => setTask(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          send();
        }}
      />
      <Button type="submit" loading={start.isPending} disabled={blocked} title={runBlocked}>Continue session</Button>
    </form>
  );
}

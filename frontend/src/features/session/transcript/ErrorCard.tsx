import { Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { Link } from "react-router";

import type { ErrorInfo } from "@/run-model";

import { isKeyTrouble } from "./notice-words";
import classes from "./transcript.module.css";

/** What failed, in the words of who refused, and what to do. */
export function ErrorCard({ error, title }: { error: Pick<ErrorInfo, "code" | "detail" | "hint"> | null; title: string }) {
  const code = error?.code ?? "unknown";
  return (
    <div className={classes.notice} data-tone="bad">
      <IconAlertTriangle size={18} aria-hidden />
      <div className={classes.noticeText}>
        <strong>{title}</strong>
        <p>{error?.detail ?? "No reason was recorded."}</p>
        {error?.hint && <p className={classes.hint}>{error.hint}</p>}
        <code className={classes.code}>{code}</code>
      </div>
      {isKeyTrouble(code) && <Button component={Link} to="/settings/models" size="xs" variant="default">Open settings</Button>}
    </div>
  );
}

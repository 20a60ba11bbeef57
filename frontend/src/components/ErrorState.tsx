import { Button } from "@mantine/core";
import { IconAlertTriangle, IconPlugConnectedX } from "@tabler/icons-react";

import { ApiError, errorText } from "@/api/client";

import classes from "./States.module.css";

interface ErrorStateProps {
  error: unknown;
  onRetry?: () => void;
  retryLabel?: string;
  compact?: boolean;
}

/** What happened, and what to do about it. */
export function ErrorState({ error, onRetry, retryLabel = "Try again", compact }: ErrorStateProps) {
  const api = error instanceof ApiError ? error : null;
  const Icon = api?.offline ? IconPlugConnectedX : IconAlertTriangle;
  return (
    <div className={classes.error} role="alert" data-compact={compact || undefined}>
      <span className={classes.errorIcon} aria-hidden><Icon size={20} stroke={1.75} /></span>
      <div style={{ minWidth: 0, flex: 1 }}>
        <div className="wrap-anywhere" style={{ fontWeight: 550 }}>{errorText(error)}</div>
        {api?.hint && <div className={`${classes.text} wrap-anywhere`}>{api.hint}</div>}
        {api && !api.offline && <div className={classes.code}>{api.status} {api.code}</div>}
      </div>
      {onRetry && <Button size="xs" variant="default" onClick={onRetry}>{retryLabel}</Button>}
    </div>
  );
}

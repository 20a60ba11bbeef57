import { Tooltip } from "@mantine/core";
import { IconMasksTheater } from "@tabler/icons-react";

import classes from "./StateBadge.module.css";

interface ScriptedBadgeProps {
  /** `would`: nothing has run yet. `did`: these words are scripted. */
  tense?: "would" | "did";
  compact?: boolean;
}

const REASON = {
  would: "No model key is set, so a deterministic stand-in would write the agents' words. Add a key under Settings to use a real model.",
  did: "No model wrote these words: a deterministic stand-in did.",
};

/** Marks words that no model wrote. */
export function ScriptedBadge({ tense = "did", compact }: ScriptedBadgeProps) {
  return (
    <Tooltip label={REASON[tense]}>
      <span className={classes.mark} style={{ "--state": "var(--state-scripted)" } as React.CSSProperties} tabIndex={0} aria-label={`Scripted. ${REASON[tense]}`}>
        <IconMasksTheater size={13} stroke={2} aria-hidden />
        {!compact && "SCRIPTED"}
      </span>
    </Tooltip>
  );
}

import { Tooltip } from "@mantine/core";
import { IconBan, IconHandStop, IconPlayerPlay } from "@tabler/icons-react";

import type { Verdict } from "@/api/types";

import classes from "./ToolChip.module.css";

const WORDS: Record<Verdict, { word: string; icon: typeof IconBan }> = {
  allow: { word: "runs", icon: IconPlayerPlay },
  ask: { word: "asks", icon: IconHandStop },
  deny: { word: "denied", icon: IconBan },
};

/** What happens when an agent calls the tool: runs, asks, denied. */
export function VerdictBadge({ verdict, reason }: { verdict: Verdict; reason?: string }) {
  const { word, icon: Icon } = WORDS[verdict];
  return (
    <Tooltip label={reason} disabled={!reason}>
      <span className={classes.verdict} data-verdict={verdict}>
        <Icon size={12} stroke={2} aria-hidden />
        {word}
      </span>
    </Tooltip>
  );
}

/** A tool by name, with its verdict, inline in lists and cards. */
export function ToolChip({ name, verdict, reason }: { name: string; verdict?: Verdict; reason?: string }) {
  return (
    <span className={classes.chip}>
      <span className="mono clip" title={name}>{name}</span>
      {verdict && <VerdictBadge verdict={verdict} reason={reason} />}
    </span>
  );
}

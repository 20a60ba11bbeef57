import { Tooltip } from "@mantine/core";
import { IconCloudCheck, IconCloudOff, IconCloudUp, IconExclamationCircle, IconGitBranch } from "@tabler/icons-react";

import { formatClock } from "@/lib/format";

import { useBuilder } from "./context";
import type { SyncState } from "./document/draft-sync";
import { useSyncState } from "./useDraft";
import classes from "./builder.module.css";

interface Status {
  text: string;
  icon: typeof IconCloudUp;
  tone?: "bad" | "warn";
  more?: string;
}

function statusOf(state: SyncState): Status {
  switch (state.kind) {
    case "saved":
      return { text: state.at ? `draft saved ${formatClock(state.at)}` : "draft saved", icon: IconCloudCheck };
    case "pending":
    case "saving":
      return { text: "saving draft", icon: IconCloudUp };
    case "offline":
      return { text: "kept in this browser", icon: IconCloudOff, tone: "warn", more: "The server cannot be reached. Your edits are kept here and saved as soon as it answers." };
    case "refused":
      return { text: "not saved", icon: IconExclamationCircle, tone: "bad", more: `${state.error.message} Your edits are kept in this browser.` };
    case "conflict":
      return { text: "changed elsewhere", icon: IconGitBranch, tone: "warn", more: "Someone else saved this draft. Decide which one to keep." };
  }
}

/** Where the edits are: on the server, on their way, or only here; and which revision is live. */
export function DraftStatus() {
  const { sync, definition } = useBuilder();
  const { text, icon: Icon, tone, more } = statusOf(useSyncState(sync));
  const revision = definition.latest_revision;
  return (
    <Tooltip label={more} disabled={!more}>
      <span className={classes.status} data-tone={tone} role="status">
        <Icon size={14} aria-hidden />
        <span className="tabular">{text}</span>
        <span aria-hidden>·</span>
        <span className="tabular">{revision === null ? "no revision yet" : `rev ${revision}${definition.draft_changed ? ", draft differs" : ""}`}</span>
      </span>
    </Tooltip>
  );
}

import { agentColor, agentGlyph } from "@/lib/agent-colors";

import classes from "./AgentAvatar.module.css";

interface AgentAvatarProps {
  name: string;
  /** Within a team, from `agentColors`; where only the name is known it is left out. */
  color?: number;
  size?: 20 | 24 | 28 | 36;
  active?: boolean;
}

/** The agent's glyph in its colour. Decoration beside the name, so hidden from screen readers. */
export function AgentAvatar({ name, color = agentColor(name), size = 28, active }: AgentAvatarProps) {
  return (
    <span
      aria-hidden
      className={classes.avatar}
      data-active={active || undefined}
      style={{ width: size, height: size, fontSize: size < 28 ? 11 : 12, background: `var(--agent-${color})` }}
    >
      {agentGlyph(name)}
    </span>
  );
}

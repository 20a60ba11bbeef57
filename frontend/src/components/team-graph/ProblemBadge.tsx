import { IconAlertTriangle, IconCircleX } from "@tabler/icons-react";

import { plural } from "@/lib/format";

import type { ProblemCount } from "./flow";
import classes from "./graph.module.css";

export function ProblemBadge({ problems }: { problems: ProblemCount | undefined }) {
  if (!problems || problems.errors + problems.warnings === 0) return null;
  const severe = problems.errors > 0;
  const Icon = severe ? IconCircleX : IconAlertTriangle;
  const text = [problems.errors && plural(problems.errors, "error"), problems.warnings && plural(problems.warnings, "warning")]
    .filter(Boolean)
    .join(", ");
  return (
    <span className={classes.problem} data-severity={severe ? "error" : "warning"} title={text} role="img" aria-label={text}>
      <Icon size={14} stroke={2} aria-hidden />
      {problems.errors + problems.warnings}
    </span>
  );
}

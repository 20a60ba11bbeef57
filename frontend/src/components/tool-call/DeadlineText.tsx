import { useInterval } from "@mantine/hooks";
import { useState } from "react";

import { formatDuration } from "@/lib/format";

/** Time left until the policy's default happens. */
export function DeadlineText({ at }: { at: string }) {
  const [now, setNow] = useState(() => Date.now());
  useInterval(() => setNow(Date.now()), 1_000, { autoInvoke: true });
  const left = Date.parse(at) - now;
  return <span className="tabular" title={new Date(at).toLocaleString()}>{left > 0 ? `${formatDuration(left)} left` : "deadline passed"}</span>;
}

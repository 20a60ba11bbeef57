import { useEffect, useState } from "react";

import { formatAgo, formatDateTime } from "@/lib/format";

/** "4 min ago"; the exact time on hover. */
export function TimeAgo({ at }: { at: string }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return <time dateTime={at} title={formatDateTime(at)} className="tabular">{formatAgo(at, now)}</time>;
}

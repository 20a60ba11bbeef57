import { Button, Progress } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { IconArrowDown } from "@tabler/icons-react";
import { useCallback } from "react";

import { hasEnded } from "@/run-model";

import { useSession } from "../model/session-context";
import { Composer } from "./Composer";
import { ItemRow } from "./ItemRow";
import { useFollow } from "./useFollow";
import { Working } from "./Working";
import classes from "./transcript.module.css";

/** What was said and done, as of the playhead. Long ones render only what is seen. */
export function Transcript() {
  const { view, past, snapshot, selectedId, select } = useSession();
  const { items } = view;
  const { scroller, content, following, jump } = useFollow(view.seq);
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are used in this component only
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (items.get(index)?.opensGroup ? 112 : 64),
    getItemKey: useCallback((index: number) => items.get(index)?.id ?? index, [items]),
    overscan: 6,
    useFlushSync: false,
  });
  const ended = hasEnded(view) && !past;
  return (
    <div className={classes.wrap}>
      {snapshot.loading !== null && <LoadingBar loaded={snapshot.loading.loaded} total={snapshot.loading.total} />}
      <div ref={scroller} className={classes.scroller} tabIndex={0} role="log" aria-label="Transcript" aria-live={past ? "off" : "polite"}>
        <div ref={content}>
          <div style={{ height: rows.getTotalSize(), position: "relative" }}>
            {rows.getVirtualItems().map((row) => {
              const item = items.get(row.index);
              if (item === undefined) return null;
              return (
                <div key={row.key} ref={rows.measureElement} data-index={row.index} className={classes.row} style={{ transform: `translateY(${row.start}px)` }}>
                  <ItemRow item={item} selected={item.id === selectedId} onSelect={select} />
                </div>
              );
            })}
          </div>
          {!past && !hasEnded(view) && <Working />}
          {ended && <Composer />}
        </div>
      </div>
      {!following && (
        <Button className={classes.jump} size="xs" radius="xl" leftSection={<IconArrowDown size={14} />} onClick={jump}>Jump to latest</Button>
      )}
    </div>
  );
}

function LoadingBar({ loaded, total }: { loaded: number; total: number }) {
  const share = total === 0 ? 0 : (loaded / total) * 100;
  return (
    <div className={classes.loading} role="status">
      <Progress value={share} size="xs" aria-label="Reading the log" />
      {total > 500 && <span className="tabular">Reading the log: {loaded.toLocaleString()} of {total.toLocaleString()} events</span>}
    </div>
  );
}

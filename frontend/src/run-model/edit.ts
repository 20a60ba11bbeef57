/** The few ways in which an event changes a view: add an item, change one, open and close a bar. */
import type { RunEvent } from "./events";
import type { Group, Item, ItemOf } from "./items";
import type { Activity, Bar, RunView } from "./view";
import { agentName, parentPath } from "./view";

/** An event with its time made monotonic: what every reducer works on. */
export interface Moment {
  readonly event: RunEvent;
  readonly at: number;
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
export type NewItem = DistributiveOmit<
  Item,
  "id" | "seqs" | "agentPath" | "turn" | "at" | "group" | "opensGroup"
>;

export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value);
}

export function withoutEntry<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  if (!map.has(key)) return map;
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}

export function counted<K>(map: ReadonlyMap<K, number>, key: K): ReadonlyMap<K, number> {
  return withEntry(map, key, (map.get(key) ?? 0) + 1);
}

/** The innermost open turn that `agentPath` acts in. */
function groupOf(view: RunView, agentPath: string): Group | null {
  for (let path = agentPath; path !== ""; path = parentPath(path)) {
    const group = view.openTurns.get(path);
    if (group !== undefined) return group;
  }
  return null;
}

/** Appends an item for this event and, with `name`, remembers where it stands. */
export function addItem(view: RunView, { event, at }: Moment, item: NewItem, name?: string): RunView {
  const group = groupOf(view, event.agent_path);
  const previous = view.items.last;
  const whole = {
    ...item,
    id: event.seq,
    seqs: [event.seq],
    agentPath: event.agent_path,
    turn: event.turn,
    at,
    group,
    opensGroup: group !== null && group.id !== previous?.group?.id,
  } as Item;
  const openItems =
    name === undefined ? view.openItems : withEntry(view.openItems, name, view.items.length);
  return { ...view, items: view.items.push(whole), openItems };
}

/**
 * Changes the item that was remembered as `name`, and notes the event in its `seqs`. A view
 * without such an item (the log was cut, or a newer server words it differently) stays as it is.
 */
export function changeItem<T extends Item["type"]>(
  view: RunView,
  { event }: Moment,
  name: string,
  type: T,
  change: (item: ItemOf<T>) => Partial<ItemOf<T>>,
): RunView {
  const index = view.openItems.get(name);
  const item = index === undefined ? undefined : view.items.get(index);
  if (index === undefined || item?.type !== type) return view;
  const known = item as ItemOf<T>;
  const next = { ...known, ...change(known), seqs: [...known.seqs, event.seq] } as Item;
  return { ...view, items: view.items.set(index, next) };
}

export function itemIdOf(view: RunView, name: string): number | null {
  const index = view.openItems.get(name);
  return index === undefined ? null : (view.items.get(index)?.id ?? null);
}

export function withLane(view: RunView, agentPath: string): RunView {
  if (agentPath === "" || view.lanes.some((lane) => lane.agentPath === agentPath)) return view;
  return { ...view, lanes: [...view.lanes, { agentPath, name: agentName(agentPath) }] };
}

export function openBar(
  view: RunView,
  { event, at }: Moment,
  name: string,
  bar: Pick<Bar, "type" | "label" | "itemId">,
): RunView {
  const whole: Bar = {
    ...bar,
    agentPath: event.agent_path,
    start: at,
    startSeq: event.seq,
    end: null,
    endSeq: null,
    failed: false,
  };
  // A second attempt at the same step supersedes the first, which may have had no end of its own.
  const laned = withLane(closeBar(view, { event, at }, name), event.agent_path);
  return settle(
    {
      ...laned,
      bars: laned.bars.push(whole),
      openBars: withEntry(laned.openBars, name, laned.bars.length),
    },
    event.agent_path,
  );
}

export function closeBar(
  view: RunView,
  { event, at }: Moment,
  name: string,
  failed = false,
): RunView {
  const index = view.openBars.get(name);
  const bar = index === undefined ? undefined : view.bars.get(index);
  if (index === undefined || bar === undefined) return view;
  const next = {
    ...view,
    bars: view.bars.set(index, { ...bar, end: at, endSeq: event.seq, failed }),
    openBars: withoutEntry(view.openBars, name),
  };
  return settle(next, bar.agentPath);
}

const PRIORITY: Readonly<Record<Bar["type"], number>> = { wait: 3, tool: 2, model: 1 };
const AS_ACTIVITY: Readonly<Record<Bar["type"], Activity>> = {
  wait: "waiting",
  tool: "tool",
  model: "model",
};

/** Recomputes what an agent does: the most telling of its open bars, else its open turn. */
export function settle(view: RunView, agentPath: string): RunView {
  let best: Bar["type"] | null = null;
  for (const index of view.openBars.values()) {
    const bar = view.bars.get(index);
    if (bar === undefined || bar.agentPath !== agentPath) continue;
    if (best === null || PRIORITY[bar.type] > PRIORITY[best]) best = bar.type;
  }
  const now = best !== null ? AS_ACTIVITY[best] : view.openTurns.has(agentPath) ? "turn" : null;
  if (now === (view.activity.get(agentPath) ?? null)) return view;
  const activity =
    now === null ? withoutEntry(view.activity, agentPath) : withEntry(view.activity, agentPath, now);
  return { ...view, activity };
}

/** Places are kept by path, so whatever moves components in the document moves their places along. */
import type { Layout, NodePosition } from "@/api/types";
import { isWithin, joinPath } from "@/lib/component-path";

export function remapLayout(layout: Layout, rename: (path: string) => string | null): Layout {
  const nodes: Record<string, NodePosition> = {};
  for (const [path, position] of Object.entries(layout.nodes)) {
    const renamed = rename(path);
    if (renamed !== null) nodes[renamed] = position;
  }
  return { ...layout, nodes };
}

/** `order[i]` is the old index of what now stands at `i`; what is missing from it is gone. */
export function permuteLayout(layout: Layout, array: string, order: readonly number[]): Layout {
  const target = new Map(order.map((from, to) => [from, to]));
  const prefix = `${array}[`;
  return remapLayout(layout, (path) => {
    if (!path.startsWith(prefix)) return path;
    const end = path.indexOf("]", prefix.length);
    const to = target.get(Number(path.slice(prefix.length, end)));
    return to === undefined ? null : `${prefix}${to}${path.slice(end)}`;
  });
}

export function withPlaces(layout: Layout, places: Record<string, NodePosition>): Layout {
  return { ...layout, nodes: { ...layout.nodes, ...places } };
}

/** Without the places of anything inside `path`: it goes back to automatic layout. */
export function withoutPlaces(layout: Layout, path: string): Layout {
  return remapLayout(layout, (key) => (isWithin(key, path) ? null : key));
}

export const participantsPath = (team: string) => joinPath(team, "config", "participants");

/** Every edit of a team as a command object. */
import type { Component, NodePosition } from "@/api/types";
import { formatPath, getAt, insertAt, joinPath, parsePath, removeAt, setAt, type PathKey } from "@/lib/component-path";
import { componentAt, componentName, isComponent } from "@/lib/components";

import { participantsPath, permuteLayout, withoutPlaces, withPlaces } from "./layout";
import type { Command, Doc, Outcome } from "./model";
import { siblingNames, withUniqueName } from "./names";

function itemsAt(doc: Doc, array: string): Component[] {
  const items = getAt(doc.component, parsePath(array));
  return Array.isArray(items) ? (items as Component[]) : [];
}

function split(path: string): { array: string; index: number } | null {
  const keys = parsePath(path);
  const index = keys.pop();
  return typeof index === "number" ? { array: formatPath(keys), index } : null;
}

/** `index`: place in the speaking order; `at`: on the canvas; `tidy`: the whole team goes back to automatic places. */
export interface AddOptions {
  index?: number;
  at?: NodePosition;
  tidy?: boolean;
}

export function addParticipant(team: string, component: Component, options: AddOptions = {}): Command {
  return {
    label: `Add ${componentName(component)}`,
    apply(doc) {
      const array = participantsPath(team);
      const count = itemsAt(doc, array).length;
      const index = Math.min(options.index ?? count, count);
      const named = withUniqueName(component, siblingNames(doc.component, array));
      const order = [...Array(count).keys()];
      order.splice(index, 0, count);
      const select = joinPath(array, index);
      let layout = options.tidy ? withoutPlaces(doc.layout, array) : permuteLayout(doc.layout, array, order);
      if (options.at && !options.tidy) layout = withPlaces(layout, { [select]: options.at });
      return { doc: { ...doc, component: insertAt(doc.component, parsePath(array), index, named), layout }, select };
    },
  };
}

/** Tools go to `tools`, unless the agent already keeps its tools in a static workbench. */
function toolsArray(doc: Doc, agent: string): string {
  const config = componentAt(doc.component, agent)?.config ?? {};
  const bench = Array.isArray(config.workbench) ? config.workbench[0] : config.workbench;
  const inBench = Array.isArray((bench as Component | undefined)?.config?.tools);
  if (!inBench || Array.isArray(config.tools)) return joinPath(agent, "config", "tools");
  const keys: PathKey[] = Array.isArray(config.workbench) ? ["config", "workbench", 0] : ["config", "workbench"];
  return joinPath(agent, ...keys, "config", "tools");
}

/** A workbench, such as a server's, stands beside the others; AutoGen also writes a single one without a list. */
function addBench(doc: Doc, agent: string, bench: Component): Outcome {
  const array = joinPath(agent, "config", "workbench");
  const present = getAt(doc.component, parsePath(array));
  const benches = Array.isArray(present) ? (present as unknown[]) : isComponent(present) ? [present] : [];
  return { doc: { ...doc, component: setAt(doc.component, parsePath(array), [...benches, bench]) }, select: joinPath(array, benches.length) };
}

export function addTool(agent: string, tool: Component): Command {
  return {
    label: `Add ${componentName(tool)}`,
    apply(doc) {
      if (tool.component_type === "workbench") return addBench(doc, agent, tool);
      const array = toolsArray(doc, agent);
      const count = itemsAt(doc, array).length;
      return {
        doc: { ...doc, component: insertAt(doc.component, parsePath(array), count, tool) },
        select: joinPath(array, count),
      };
    },
  };
}

/** Takes the component at `path` out of its agent; places inside it are dropped. */
export function remove(path: string): Command {
  return {
    label: "Delete",
    apply(doc) {
      const place = split(path);
      if (getAt(doc.component, parsePath(path)) === undefined || path === "$") return null;
      const component = removeAt(doc.component, parsePath(path));
      if (!place) return { doc: { ...doc, component, layout: withoutPlaces(doc.layout, path) }, select: null };
      const order = [...itemsAt(doc, place.array).keys()].filter((index) => index !== place.index);
      return { doc: { ...doc, component, layout: permuteLayout(doc.layout, place.array, order) }, select: null };
    },
  };
}

export function moveTool(tool: string, agent: string): Command {
  return {
    label: "Move tool",
    apply(doc) {
      const component = componentAt(doc.component, tool);
      if (!component || split(tool)?.array === toolsArray(doc, agent)) return null;
      const added = addTool(agent, component).apply(doc);
      const taken = added && remove(tool).apply(added.doc);
      return taken && added ? { doc: taken.doc, select: added.select } : null;
    },
  };
}

/** Speaks at place `to` instead of `from`. When both had been placed by hand they also swap places. */
export function moveParticipant(team: string, from: number, to: number): Command {
  return {
    label: "Change speaking order",
    apply(doc) {
      const array = participantsPath(team);
      const items = itemsAt(doc, array);
      const moved = items[from];
      if (!moved || from === to || to < 0 || to >= items.length) return null;
      const order = [...items.keys()];
      order.splice(from, 1);
      order.splice(to, 0, from);
      const component = setAt(doc.component, parsePath(array), order.map((index) => items[index]));
      const slots = items.map((_, index) => doc.layout.nodes[joinPath(array, index)]);
      let layout = permuteLayout(doc.layout, array, order);
      // Places stay, people move: the first place on the canvas goes on being the first to speak.
      slots.forEach((slot, index) => {
        if (slot) layout = withPlaces(layout, { [joinPath(array, index)]: slot });
      });
      return { doc: { ...doc, component, layout }, select: joinPath(array, to) };
    },
  };
}

export function duplicate(path: string): Command {
  return {
    label: "Duplicate",
    apply(doc) {
      const place = split(path);
      const component = componentAt(doc.component, path);
      if (!place || !component) return null;
      if (place.array.endsWith(".participants")) {
        const team = formatPath(parsePath(place.array).slice(0, -2));
        return addParticipant(team, component, { index: place.index + 1 }).apply(doc);
      }
      const copy = insertAt(doc.component, parsePath(place.array), place.index + 1, component);
      return { doc: { ...doc, component: copy }, select: joinPath(place.array, place.index + 1) };
    },
  };
}

/** Sets one value; `undefined` removes it. `path` is the value's own. */
export function setValue(path: string, value: unknown, label = "Edit"): Command {
  return {
    label,
    mergeKey: `set:${path}`,
    apply(doc) {
      const keys = parsePath(path);
      if (Object.is(getAt(doc.component, keys), value)) return null;
      return { doc: { ...doc, component: setAt(doc.component, keys, value) } };
    },
  };
}

/** Puts another component in the place of the one at `path`, such as a library agent written out. */
export function replaceComponent(path: string, component: Component, label: string): Command {
  return {
    label,
    apply: (doc) => ({ doc: { ...doc, component: setAt(doc.component, parsePath(path), component) }, select: path }),
  };
}

/** The whole document, as the JSON view, a restored revision or the server gives it. */
export function replaceDocument(next: Partial<Doc>, label: string, mergeKey?: string): Command {
  return { label, mergeKey, whole: true, apply: (doc) => ({ doc: { ...doc, ...next }, select: null }) };
}

export function placeNodes(places: Record<string, NodePosition>): Command {
  return { label: "Move", apply: (doc) => ({ doc: { ...doc, layout: withPlaces(doc.layout, places) } }) };
}

export function autoLayout(): Command {
  return {
    label: "Tidy up the layout",
    apply: (doc) => (Object.keys(doc.layout.nodes).length ? { doc: { ...doc, layout: { ...doc.layout, nodes: {} } } } : null),
  };
}

export function setTeamModel(model: Component | null): Command {
  return { label: "Change the team's model", apply: (doc) => ({ doc: { ...doc, settings: { ...doc.settings, model } } }) };
}

export function addLoose(tool: Component, at: NodePosition): Command {
  return {
    label: `Put ${componentName(tool)} on the canvas`,
    apply(doc) {
      const loose = [...(doc.layout.loose ?? []), { component: tool, ...at }];
      return { doc: { ...doc, layout: { ...doc.layout, loose } }, select: `loose:${loose.length - 1}` };
    },
  };
}

export function moveLoose(index: number, at: NodePosition): Command {
  return {
    label: "Move",
    apply: (doc) => ({
      doc: { ...doc, layout: { ...doc.layout, loose: doc.layout.loose?.map((item, i) => (i === index ? { ...item, ...at } : item)) } },
    }),
  };
}

export function removeLoose(index: number): Command {
  return {
    label: "Delete",
    apply: (doc) => ({
      doc: { ...doc, layout: { ...doc.layout, loose: doc.layout.loose?.filter((_, i) => i !== index) } },
      select: null,
    }),
  };
}

export function attachLoose(index: number, agent: string): Command {
  return {
    label: "Connect tool",
    apply(doc) {
      const loose = doc.layout.loose?.[index];
      const added = loose && addTool(agent, loose.component).apply(doc);
      const cleared = added && removeLoose(index).apply(added.doc);
      return cleared && added ? { doc: cleared.doc, select: added.select } : null;
    },
  };
}

/** Edits of a team's termination condition, a tree of AND and OR. Pure. */
import type { Component } from "@/api/types";
import { AND_TERMINATION, OR_TERMINATION } from "@/lib/components";
import { conditionsOf, isCombination } from "@/lib/terminations";

/** Indices of conditions from the root inwards. */
export type TermPath = readonly number[];

export type Joiner = "or" | "and";

export function combination(joiner: Joiner, conditions: Component[]): Component {
  const provider = joiner === "and" ? AND_TERMINATION : OR_TERMINATION;
  return { provider, component_type: "termination", version: 1, component_version: 1, config: { conditions } };
}

export function joinerOf(component: Component): Joiner {
  return component.provider === AND_TERMINATION ? "and" : "or";
}

export function conditionAt(root: Component, path: TermPath): Component | null {
  return path.reduce<Component | null>((node, index) => (node ? (conditionsOf(node)[index] ?? null) : null), root);
}

function withConditions(node: Component, conditions: Component[]): Component {
  return { ...node, config: { ...node.config, conditions } };
}

export function replaceCondition(root: Component, path: TermPath, next: Component): Component {
  const [index, ...rest] = path;
  if (index === undefined) return next;
  return withConditions(
    root,
    conditionsOf(root).map((child, i) => (i === index ? replaceCondition(child, rest, next) : child)),
  );
}

/** Adds beside the others of the combination at `path`; a single condition becomes an OR of both. */
export function addCondition(root: Component | null, path: TermPath, added: Component): Component {
  if (!root) return added;
  const target = conditionAt(root, path) ?? root;
  const next = isCombination(target) ? withConditions(target, [...conditionsOf(target), added]) : combination("or", [target, added]);
  return replaceCondition(root, path, next);
}

/** Takes a condition out; a combination left with one condition becomes that condition. */
export function removeCondition(root: Component, path: TermPath): Component | null {
  const index = path.at(-1);
  if (index === undefined) return null;
  const parentPath = path.slice(0, -1);
  const parent = conditionAt(root, parentPath);
  if (!parent) return root;
  const left = conditionsOf(parent).filter((_, i) => i !== index);
  const [only] = left;
  if (!only) return removeCondition(root, parentPath);
  return replaceCondition(root, parentPath, left.length === 1 ? only : withConditions(parent, left));
}

export function setJoiner(root: Component, path: TermPath, joiner: Joiner): Component {
  const node = conditionAt(root, path);
  return node && isCombination(node) ? replaceCondition(root, path, combination(joiner, conditionsOf(node))) : root;
}

/** Makes a group of the condition at `path`, so that another joiner can be used inside. */
export function groupCondition(root: Component, path: TermPath, joiner: Joiner, added: Component): Component {
  const node = conditionAt(root, path);
  return node ? replaceCondition(root, path, combination(joiner, [node, added])) : root;
}

export function setConditionConfig(root: Component, path: TermPath, config: Record<string, unknown>): Component {
  const node = conditionAt(root, path);
  return node ? replaceCondition(root, path, { ...node, config }) : root;
}

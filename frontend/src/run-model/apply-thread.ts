/** Turns and the messages of a team's thread. */
import type { PayloadOf } from "./events";
import type { Moment } from "./edit";
import { addItem, changeItem, counted, settle, withEntry, withLane, withoutEntry } from "./edit";
import type { Group } from "./items";
import { messageText } from "./message-text";
import type { RunView } from "./view";
import { parentPath } from "./view";

export const edgeKey = (from: string, to: string): string => `${from}→${to}`;

export function turnStarted(
  view: RunView,
  { event }: Moment,
  p: PayloadOf<"turn.started">,
): RunView {
  const path = event.agent_path;
  const team = parentPath(path);
  // Who speaks at the same time did not hand over: both come after whoever was before them.
  const beside = [...view.openTurns.values()].find((open) => open.agentPath !== path && parentPath(open.agentPath) === team);
  const from = beside?.from ?? view.lastSpeaker.get(team) ?? team;
  const group: Group = { id: event.seq, turn: event.turn, agentPath: path, speaker: p.speaker, from };
  const next: RunView = {
    ...forgetModels(view, path),
    turn: Math.max(view.turn, event.turn),
    groups: view.groups.push(group),
    openTurns: withEntry(view.openTurns, path, group),
    edges: counted(view.edges, edgeKey(from, path)),
    turnCounts: counted(view.turnCounts, path),
    lastSpeaker: withEntry(view.lastSpeaker, team, path),
  };
  return settle(withLane(next, path), path);
}

export function turnEnded(view: RunView, { event }: Moment): RunView {
  const path = event.agent_path;
  return settle({ ...view, openTurns: withoutEntry(view.openTurns, path) }, path);
}

/** A new turn's messages cannot be those of an older turn's calls: keeps the index small. */
function forgetModels(view: RunView, agentPath: string): RunView {
  const kept = [...view.openItems].filter(([name, index]) => {
    const done = name.startsWith("model:") || name.startsWith("answer:");
    return !(done && view.items.get(index)?.agentPath === agentPath);
  });
  return kept.length === view.openItems.size ? view : { ...view, openItems: new Map(kept) };
}

/**
 * A message joins the item that stands for it already (the task, the streamed model call, the
 * answered question); only what has none becomes an item of its own.
 */
export function messagePosted(
  view: RunView,
  moment: Moment,
  p: PayloadOf<"message.posted">,
): RunView {
  const { message } = p;
  if (p.relayed || (p.is_task && p.team_path !== "")) return view; // it stands where it was said
  if (view.openItems.has(`task:${message.id}`)) {
    return changeItem(view, moment, `task:${message.id}`, "task", () => ({}));
  }
  const counts = counted(view.messageCounts, moment.event.agent_path);
  return intoItem({ ...view, messageCounts: counts }, moment, p);
}

function intoItem(view: RunView, moment: Moment, p: PayloadOf<"message.posted">): RunView {
  const { message } = p;
  const model = p.message_key === null ? undefined : `model:${p.message_key}`;
  if (model !== undefined && view.openItems.has(model)) {
    return changeItem(view, moment, model, "model", () => ({ message }));
  }
  const answer = `answer:${moment.event.agent_path}`;
  const index = view.openItems.get(answer);
  const asked = index === undefined ? undefined : view.items.get(index);
  if (asked?.type === "input" && asked.message === null && asked.answer?.text === messageText(message)) {
    return changeItem(view, moment, answer, "input", () => ({ message }));
  }
  return addItem(view, moment, { type: "message", message, teamPath: p.team_path, index: p.index });
}

import { createContext, useContext, useSyncExternalStore } from "react";

import type { Run } from "@/api/types";
import { agentName, type RunView } from "@/run-model";

import type { RunController, RunSnapshot } from "./run-controller";
import type { Moment } from "./useMoment";

export interface SessionScreen {
  readonly run: Run;
  readonly controller: RunController;
  readonly snapshot: RunSnapshot;
  /** As of the playhead. */
  readonly view: RunView;
  /** True when the playhead stands before the newest event. */
  readonly past: boolean;
  readonly seek: (seq: number) => void;
  /** Colours of the team's agents by agent path. */
  readonly colors: ReadonlyMap<string, number>;
  readonly selectedId: number | null;
  readonly select: (itemId: number | null) => void;
  /** Why nobody can decide or command here; undefined when one can. */
  readonly decideBlocked: string | undefined;
  readonly runBlocked: string | undefined;
}

export const SessionContext = createContext<SessionScreen | null>(null);

export function useSession(): SessionScreen {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("useSession is for parts of the session screen");
  return session;
}

/** The playhead itself, which moves many times a second: only for what must move with it. */
export const MomentContext = createContext<Moment | null>(null);

export function usePlayhead(): Moment {
  const moment = useContext(MomentContext);
  if (moment === null) throw new Error("usePlayhead is for parts of the session screen");
  return moment;
}

export function useColorOf(): (agentPath: string) => number | undefined {
  const { colors } = useSession();
  return (agentPath) => colors.get(agentPath) ?? byName(colors, agentName(agentPath));
}

function byName(colors: ReadonlyMap<string, number>, name: string): number | undefined {
  for (const [path, color] of colors) if (agentName(path) === name) return color;
  return undefined;
}

/** The text so far of a message being written; null when nothing is held. */
export function useLiveText(messageKey: string): string | null {
  const { controller } = useSession();
  return useSyncExternalStore(
    (listener) => controller.live.subscribe(messageKey, listener),
    () => controller.live.read(messageKey),
  );
}

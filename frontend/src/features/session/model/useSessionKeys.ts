import { useEffect, useMemo, useState } from "react";

import { type Command, useCommands } from "@/lib/commands";

import type { Moment } from "./useMoment";

/** Where keys have a meaning of their own. */
const OWN_KEYS = "input, textarea, select, [contenteditable='true'], [role='tablist'], [role='separator'], [role='slider'], [role='menu'], [role='dialog'], [role='radiogroup'], .react-flow";
const PRESSABLE = "button, a, summary, [role='button']";

/** The newest value for handlers that are made once. */
class Latest<T> {
  constructor(private value: T) {}
  get(): T {
    return this.value;
  }
  set(value: T): void {
    this.value = value;
  }
}

/** Space, arrows and brackets move through the run; the palette lists the same. */
export function useSessionKeys(moment: Moment): void {
  const [latest] = useState(() => new Latest(moment));
  useEffect(() => latest.set(moment), [latest, moment]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const target = event.target instanceof Element ? event.target : null;
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || target?.closest(OWN_KEYS)) return;
      const act = actionOf(event, latest.get());
      if (act === null || (event.key === " " && target?.closest(PRESSABLE))) return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [latest]);

  const commands = useMemo<Command[]>(() => {
    const command = (id: string, label: string, shortcut: string, run: (moment: Moment) => void): Command =>
      ({ id: `session.${id}`, label, shortcut, run: () => run(latest.get()) });
    return [
      command("play", "Play or pause the replay", "Space", (m) => m.toggle()),
      command("next", "Next event", "→", (m) => m.step(1)),
      command("previous", "Previous event", "←", (m) => m.step(-1)),
      command("next-turn", "Next turn", "Shift + →", (m) => m.stepTurn(1)),
      command("previous-turn", "Previous turn", "Shift + ←", (m) => m.stepTurn(-1)),
      command("next-mark", "Next approval or error", "]", (m) => m.stepMark(1)),
      command("previous-mark", "Previous approval or error", "[", (m) => m.stepMark(-1)),
      command("end", "Return to live, or to the end", "L", (m) => m.toEnd()),
    ];
  }, [latest]);
  useCommands(commands);
}

export function actionOf(event: Pick<KeyboardEvent, "key" | "shiftKey">, moment: Moment): (() => void) | null {
  switch (event.key) {
    case " ":
      return moment.toggle;
    case "ArrowRight":
      return () => (event.shiftKey ? moment.stepTurn(1) : moment.step(1));
    case "ArrowLeft":
      return () => (event.shiftKey ? moment.stepTurn(-1) : moment.step(-1));
    case "]":
      return () => moment.stepMark(1);
    case "[":
      return () => moment.stepMark(-1);
    case "l":
    case "L":
      return moment.toEnd;
    default:
      return null;
  }
}

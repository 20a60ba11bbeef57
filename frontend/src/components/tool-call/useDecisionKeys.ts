import { useEffect, useRef } from "react";

import type { Verb } from "./decision-modes";

interface DecisionKeys {
  verbs: readonly Verb[];
  active: boolean;
  scope: "page" | "card";
  onVerb: (verb: Verb) => void;
  onEscape: () => void;
}

/** Whether a key press belongs to what is being typed in. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable='true']") !== null;
}

/** A, E, D and R decide; Escape leaves a verb's second step. Attach the ref to the decision bar. */
export function useDecisionKeys(options: DecisionKeys): React.RefObject<HTMLDivElement | null> {
  const ref = useRef<HTMLDivElement>(null);
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { verbs, active, scope, onVerb, onEscape } = latest.current;
      const card = ref.current?.closest("[data-decision-card]") ?? ref.current;
      const inside = card?.contains(event.target as Node) ?? false;
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.key === "Escape" && inside) return onEscape();
      if (!active || isTyping(event.target) || (scope === "card" && !inside)) return;
      const verb = verbs.find(({ key }) => key === event.key.toUpperCase());
      if (verb === undefined || event.repeat) return;
      event.preventDefault();
      onVerb(verb);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  return ref;
}

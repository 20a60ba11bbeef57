import { notifications } from "@mantine/notifications";
import { useReactFlow } from "@xyflow/react";
import { useEffect, type RefObject } from "react";

import { componentAt } from "@/lib/components";

import { copyText, parseComponent } from "./clipboard";
import type { BuilderValue } from "./context";
import { belongs, placeComponent } from "./document/add";
import { autoLayout } from "./document/commands";
import type { PanelName } from "./panels/panel-name";
import { selectionActions, type SelectionAction } from "./selection-actions";

export interface KeyTargets {
  searchRef: RefObject<HTMLInputElement | null>;
  onPanel: (panel: PanelName | null) => void;
  onSave: () => void;
}

const EDITABLE = "input, textarea, select, [contenteditable='true'], [role='textbox']";

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(EDITABLE) !== null;
}

function inDialog(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("[role='dialog']") !== null;
}

function actionOf(event: KeyboardEvent): SelectionAction["id"] | null {
  if (event.key === "Delete" || event.key === "Backspace") return "delete";
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "d") return "duplicate";
  if (event.altKey && event.key === "ArrowLeft") return "earlier";
  return event.altKey && event.key === "ArrowRight" ? "later" : null;
}

/** The builder's keyboard. While a text is being edited, only saving and running are taken from it. */
export function useBuilderKeys(builder: BuilderValue, targets: KeyTargets): void {
  const flow = useReactFlow();
  useEffect(() => {
    const { store, readOnly } = builder;
    const global = (event: KeyboardEvent): boolean => {
      if (!(event.ctrlKey || event.metaKey)) return false;
      const key = event.key.toLowerCase();
      if (key === "s" && !readOnly) targets.onSave();
      else if (key === "enter" && !readOnly) targets.onPanel("run");
      else return key === "s";
      return true;
    };
    const history = (event: KeyboardEvent): boolean => {
      if (!(event.ctrlKey || event.metaKey) || readOnly) return false;
      const key = event.key.toLowerCase();
      if (key === "z") (event.shiftKey ? store.redo : store.undo)();
      else if (key === "y") store.redo();
      else return false;
      return true;
    };
    const single = (event: KeyboardEvent): boolean => {
      if (event.ctrlKey || event.metaKey || event.altKey) return false;
      if (event.key === "/") targets.searchRef.current?.focus();
      else if (event.key === "Escape") store.select(null);
      else if (event.key === "f") void flow.fitView({ padding: 0.14, maxZoom: 1, duration: 160 });
      else if (event.key === "l" && !readOnly) store.run(autoLayout());
      else return false;
      return true;
    };
    const selection = (event: KeyboardEvent): boolean => {
      const id = actionOf(event);
      const { doc, selected } = store.getState();
      if (!id || !selected || readOnly) return false;
      const action = selectionActions(doc, selected).find((candidate) => candidate.id === id);
      if (action) store.run(action.command);
      return Boolean(action);
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || inDialog(event.target)) return;
      const handled = global(event) || (!isTyping(event.target) && (history(event) || selection(event) || single(event)));
      if (handled) event.preventDefault();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [builder, targets, flow]);
}

/** Copy and paste of components as JSON, through the system's clipboard. */
export function useClipboard({ store, readOnly }: BuilderValue): void {
  useEffect(() => {
    const skip = (event: ClipboardEvent) => isTyping(event.target) || inDialog(event.target) || event.clipboardData === null;
    const onCopy = (event: ClipboardEvent) => {
      const { doc, selected } = store.getState();
      if (skip(event) || !selected || !window.getSelection()?.isCollapsed) return;
      const component = selected.startsWith("loose:") ? doc.layout.loose?.[Number(selected.slice(6))]?.component : componentAt(doc.component, selected);
      if (!component) return;
      event.clipboardData?.setData("text/plain", copyText(component));
      event.preventDefault();
      notifications.show({ message: "Copied as JSON.", autoClose: 1500 });
    };
    const onPaste = (event: ClipboardEvent) => {
      if (skip(event) || readOnly) return;
      const component = parseComponent(event.clipboardData?.getData("text/plain") ?? "");
      if (!component) return;
      event.preventDefault();
      const { doc, selected } = store.getState();
      const command = placeComponent(doc, component, { path: selected ?? "$", looseAt: { x: 32, y: -64 } });
      if (command) store.run(command);
      else notifications.show({ title: "It does not fit there", message: `${belongs(component.component_type)} Then paste again.`, color: "yellow" });
    };
    document.addEventListener("copy", onCopy);
    document.addEventListener("paste", onPaste);
    return () => {
      document.removeEventListener("copy", onCopy);
      document.removeEventListener("paste", onPaste);
    };
  }, [store, readOnly]);
}

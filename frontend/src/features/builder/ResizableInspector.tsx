import { useLocalStorage } from "@mantine/hooks";
import type { KeyboardEvent, PointerEvent } from "react";
import { useRef } from "react";

import { Inspector } from "./inspector/Inspector";
import classes from "./builder.module.css";

const LIMITS = { min: 280, max: 720 };
const clamp = (width: number) => Math.min(LIMITS.max, Math.max(LIMITS.min, Math.round(width)));

/** The inspector with a width that the person sets and this browser remembers. */
export function ResizableInspector({ fixed, onFold }: { fixed: boolean; onFold?: () => void }) {
  const [width, setWidth] = useLocalStorage({ key: "troupe.builder.inspector", defaultValue: 324, getInitialValueInEffect: false });
  const start = useRef<{ x: number; width: number } | null>(null);
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = { x: event.clientX, width };
  };
  const onPointerMove = (event: PointerEvent) => {
    if (start.current) setWidth(clamp(start.current.width + start.current.x - event.clientX));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: 24, ArrowRight: -24 }[event.key];
    if (!step) return;
    event.preventDefault();
    setWidth(clamp(width + step));
  };
  return (
    <div style={fixed ? { flex: 1, minHeight: 0, display: "flex" } : { width, flex: "none", position: "relative", display: "flex" }}>
      {!fixed && (
        <div className={classes.resizer} role="separator" aria-orientation="vertical" aria-label="Width of the inspector" aria-valuenow={width} aria-valuemin={LIMITS.min} aria-valuemax={LIMITS.max} tabIndex={0}
          onPointerDown={onPointerDown} onPointerMove={onPointerMove} onPointerUp={() => { start.current = null; }} onKeyDown={onKeyDown} />
      )}
      <Inspector onFold={onFold} />
    </div>
  );
}

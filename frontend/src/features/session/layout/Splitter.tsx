import { useRef } from "react";

import classes from "./layout.module.css";

interface SplitterProps {
  /** Which way the divider moves. */
  axis: "x" | "y";
  label: string;
  /** Share of the first panel in percent, or pixels: the caller's unit. */
  value: number;
  min: number;
  max: number;
  /** How much one pixel of dragging changes the value, given the container's size. */
  perPixel: (containerSize: number) => number;
  onChange: (value: number) => void;
}

/** A divider between two panels: dragged, or moved with the arrow keys. */
export function Splitter({ axis, label, value, min, max, perPixel, onChange }: SplitterProps) {
  const drag = useRef<{ start: number; value: number; scale: number } | null>(null);
  const position = (event: React.PointerEvent): number => (axis === "x" ? event.clientX : event.clientY);
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const direction = Math.sign(perPixel(1_000)) || 1;
    onChange(value + by * direction * (max - min) * 0.04);
  };
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={axis === "x" ? "vertical" : "horizontal"}
      aria-valuenow={Math.round(value)}
      aria-valuemin={min}
      aria-valuemax={max}
      className={classes.splitter}
      data-axis={axis}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        const box = event.currentTarget.parentElement?.getBoundingClientRect();
        if (box === undefined) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { start: position(event), value, scale: perPixel(axis === "x" ? box.width : box.height) };
      }}
      onPointerMove={(event) => {
        const from = drag.current;
        if (from !== null) onChange(from.value + (position(event) - from.start) * from.scale);
      }}
      onPointerUp={() => { drag.current = null; }}
      onPointerCancel={() => { drag.current = null; }}
    />
  );
}

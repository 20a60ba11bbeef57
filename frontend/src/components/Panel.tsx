import { useId, type ReactNode } from "react";

import classes from "./Panel.module.css";

interface PanelProps {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
}

/** A titled surface on a page. */
export function Panel({ title, aside, children }: PanelProps) {
  const id = useId();
  return (
    <section className={classes.panel} aria-labelledby={id}>
      <header className={classes.head}><h2 id={id} className={classes.title}>{title}</h2>{aside}</header>
      <div className={classes.body}>{children}</div>
    </section>
  );
}

import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";

import classes from "./PageFrame.module.css";

interface PageFrameProps {
  title: string;
  /** One sentence: what this screen is for. */
  lead?: ReactNode;
  actions?: ReactNode;
  /** Wider than the reading width: for tables and grids. */
  wide?: boolean;
  children: ReactNode;
}

/** An ordinary page: title row with actions, then the content in a column. */
export function PageFrame({ title, lead, actions, wide, children }: PageFrameProps) {
  useDocumentTitle(`${title} · Troupe`);
  return (
    <div className={classes.frame} data-wide={wide || undefined}>
      <header className={classes.header}>
        <div style={{ minWidth: 0 }}>
          <h1 className={classes.title}>{title}</h1>
          {lead && <p className={classes.lead}>{lead}</p>}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

import { ActionIcon } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import type { KeyboardEvent, ReactNode } from "react";

import classes from "../builder.module.css";

interface DrawerProps {
  title: string;
  onClose: () => void;
  tall?: boolean;
  aside?: ReactNode;
  children: ReactNode;
}

/** A panel that rises over the canvas and leaves palette and inspector usable. */
export function Drawer({ title, onClose, tall, aside, children }: DrawerProps) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") onClose();
  };
  return (
    <section className={classes.drawer} data-tall={tall || undefined} aria-label={title} onKeyDown={onKeyDown}>
      <header className={classes.drawerHead}>
        <h2 className={classes.drawerTitle}>{title}</h2>
        <div className={classes.spring} />
        {aside}
        <ActionIcon variant="subtle" color="gray" aria-label={`Close ${title}`} onClick={onClose}><IconX size={16} /></ActionIcon>
      </header>
      <div className={classes.drawerBody}>{children}</div>
    </section>
  );
}

import { Collapse, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronRight } from "@tabler/icons-react";
import { useId, type ReactNode } from "react";

import classes from "./Section.module.css";

interface SectionProps {
  title: string;
  /** Begins folded and can be unfolded; left out, the section is always open. */
  folded?: boolean;
  aside?: ReactNode;
  children: ReactNode;
}

/** A titled part of a form. */
export function Section({ title, folded, aside, children }: SectionProps) {
  const [open, { toggle }] = useDisclosure(!folded);
  const id = useId();
  if (folded === undefined) {
    return (
      <section className={classes.section} aria-labelledby={id}>
        <div className={classes.head}><h3 id={id} className={classes.title}>{title}</h3>{aside}</div>
        {children}
      </section>
    );
  }
  return (
    <section className={classes.section}>
      <UnstyledButton className={classes.toggle} onClick={toggle} aria-expanded={open} aria-controls={id}>
        <IconChevronRight size={14} className={classes.chevron} data-open={open || undefined} aria-hidden />
        {title}
      </UnstyledButton>
      <Collapse expanded={open} id={id} transitionDuration={140}><div className={classes.body}>{children}</div></Collapse>
    </section>
  );
}

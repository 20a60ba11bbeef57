import { Drawer, Tooltip } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconBooks, IconChecklist, IconHistory, IconHome, IconLayoutGrid, IconSettings, IconUsersGroup } from "@tabler/icons-react";
import { NavLink, useLocation } from "react-router";

import { plural } from "@/lib/format";

import { Logo } from "./Logo";
import { useInboxBadge } from "./useInboxBadge";
import classes from "./Shell.module.css";

const LINKS = [
  { to: "/", label: "Home", icon: IconHome },
  { to: "/teams", label: "Teams", icon: IconUsersGroup },
  { to: "/library", label: "Library", icon: IconBooks },
  { to: "/gallery", label: "Gallery", icon: IconLayoutGrid },
  { to: "/sessions", label: "Sessions", icon: IconHistory },
  { to: "/approvals", label: "Approvals", icon: IconChecklist },
] as const;

/** Pages whose canvas is worth more than the words of the navigation. */
const CANVAS_PAGES = /^\/(teams|library|runs)\/[^/]+/;

interface RailProps {
  workspace: string | undefined;
  drawer?: boolean;
  onNavigate?: () => void;
}

function Rail({ workspace, drawer, onNavigate }: RailProps) {
  const pending = useInboxBadge();
  const { pathname } = useLocation();
  const small = useMediaQuery("(max-width: 1100px)", false, { getInitialValueInEffect: false });
  const iconsOnly = !drawer && (small || CANVAS_PAGES.test(pathname));
  const link = (to: string, label: string, Icon: typeof IconHome) => (
    <Tooltip key={to} label={label} position="right" disabled={!iconsOnly}>
      <NavLink to={to} end={to === "/"} className={classes.link} onClick={onNavigate} aria-label={label}>
        <Icon size={18} stroke={1.75} aria-hidden />
        <span className={classes.label}>{label}</span>
        {to === "/approvals" && pending > 0 && (
          <span className={classes.badge} role="status" aria-label={`${plural(pending, "request")} waiting`}>
            {pending > 99 ? "99+" : pending}
          </span>
        )}
      </NavLink>
    </Tooltip>
  );
  return (
    <nav className={classes.rail} aria-label="Main" data-drawer={drawer || undefined} data-compact={iconsOnly || undefined}>
      <div className={classes.brand}>
        <Logo />
        <div className={classes.brandText} style={{ minWidth: 0 }}>
          <div className={classes.brandName}>Troupe</div>
          <div className={`${classes.workspace} clip`} title={workspace}>{workspace ?? " "}</div>
        </div>
      </div>
      {LINKS.map(({ to, label, icon }) => link(to, label, icon))}
      <div className={classes.spacer} />
      {link("/settings", "Settings", IconSettings)}
    </nav>
  );
}

export function NavRail({ open, onClose, workspace }: { open: boolean; onClose: () => void; workspace: string | undefined }) {
  return (
    <>
      <Rail workspace={workspace} />
      <Drawer opened={open} onClose={onClose} size={260} title="Go to" closeButtonProps={{ "aria-label": "Close menu" }}>
        <Rail workspace={workspace} drawer onNavigate={onClose} />
      </Drawer>
    </>
  );
}

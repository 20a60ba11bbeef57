import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Outlet } from "react-router";

import { meQuery } from "@/api/me";
import { ErrorState } from "@/components/ErrorState";
import { PageSkeleton } from "@/components/PageSkeleton";

import { CommandPalette } from "./CommandPalette";
import { NavRail } from "./NavRail";
import { TopBar } from "./TopBar";
import classes from "./Shell.module.css";

/** Everything around a page: navigation, command palette, who and where I am. */
export function Shell() {
  const me = useQuery(meQuery);
  const [navOpen, setNavOpen] = useState(false);
  if (me.data === undefined && me.isPending) {
    return <div className={classes.shell}><main className={classes.main}><PageSkeleton /></main></div>;
  }
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#main">Skip to content</a>
      <NavRail open={navOpen} onClose={() => setNavOpen(false)} workspace={me.data?.workspace.name} />
      <div className={classes.body}>
        <TopBar onOpenNav={() => setNavOpen(true)} me={me.data} />
        <main id="main" tabIndex={-1} className={classes.main}>
          {me.data ? <Outlet /> : me.isError ? (
            <div className={classes.center}><ErrorState error={me.error} onRetry={() => void me.refetch()} /></div>
          ) : <PageSkeleton />}
        </main>
      </div>
      {me.data && <CommandPalette />}
    </div>
  );
}

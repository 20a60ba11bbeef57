import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ReactFlowProvider } from "@xyflow/react";
import { useParams } from "react-router";

import { definitionQuery } from "@/api/definitions";
import { ErrorState } from "@/components/ErrorState";

import { Builder } from "./Builder";
import classes from "./builder.module.css";

function BuilderSkeleton() {
  return (
    <div className={classes.page} role="status" aria-label="Loading">
      <div className={classes.header}><Skeleton height={20} width={240} /><div className={classes.spring} /><Skeleton height={32} width={320} /></div>
      <div className={classes.body}>
        <div className={classes.palette} style={{ padding: 12, gap: 8 }}>{[...Array(9).keys()].map((n) => <Skeleton key={n} height={30} />)}</div>
        <div className={classes.stage} style={{ background: "var(--t-canvas)" }} />
        <div className={classes.inspector} style={{ padding: 16, gap: 16 }}>{[...Array(5).keys()].map((n) => <Skeleton key={n} height={48} />)}</div>
      </div>
    </div>
  );
}

/** `/teams/:id` and `/library/:id`: a definition on the canvas and in its forms. */
export function BuilderPage() {
  const { id = "" } = useParams();
  const definition = useQuery({ ...definitionQuery(id), refetchOnWindowFocus: false });
  if (definition.data) {
    return (
      <ReactFlowProvider key={id}>
        <Builder definition={definition.data} />
      </ReactFlowProvider>
    );
  }
  if (definition.isError) return <div style={{ padding: 48 }}><ErrorState error={definition.error} onRetry={() => void definition.refetch()} /></div>;
  return <BuilderSkeleton />;
}

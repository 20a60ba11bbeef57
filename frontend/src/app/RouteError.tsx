import { Button } from "@mantine/core";
import { IconMapQuestion } from "@tabler/icons-react";
import { Link, useRouteError } from "react-router";

import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { PageFrame } from "@/components/PageFrame";

const STALE_BUILD = /dynamically imported module|importing a module script|module script failed/i;

/** A screen that failed leaves the shell standing. */
export function RouteError() {
  const error = useRouteError();
  const stale = error instanceof Error && STALE_BUILD.test(error.message);
  const shown = stale ? new Error("This page was updated or the server is away. Reload to get the present version.") : error;
  return (
    <PageFrame title="This screen has failed">
      <ErrorState error={shown} retryLabel="Reload" onRetry={() => location.reload()} />
    </PageFrame>
  );
}

export function NotFound() {
  return (
    <PageFrame title="Nothing here">
      <EmptyState
        icon={IconMapQuestion}
        title="There is no page at this address"
        action={<Button component={Link} to="/">Go to Home</Button>}
      >
        The link may be old, or what it pointed to belongs to another workspace.
      </EmptyState>
    </PageFrame>
  );
}

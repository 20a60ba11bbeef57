import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { ApiError, newKey } from "@/api/client";
import { decideRequest, type DecisionBody } from "@/api/decisions";
import type { Request } from "@/api/types";
import { useNoteRequest } from "@/lib/socket/inbox";

interface Attempt {
  readonly body: DecisionBody;
  readonly key: string;
}

export type DecisionTrouble =
  | { readonly kind: "decided"; readonly request: Request | null }
  | { readonly kind: "changed" }
  /** Not sent: kept, and sent again under the same key when the server is back. */
  | { readonly kind: "unsent" }
  | { readonly kind: "refused"; readonly error: unknown };

export interface DecisionControl {
  readonly decide: (body: DecisionBody) => void;
  readonly retry: () => void;
  readonly forget: () => void;
  readonly sending: boolean;
  /** The answer, once there is one. */
  readonly decided: Request | null;
  readonly trouble: DecisionTrouble | null;
}

function troubleOf(error: unknown): DecisionTrouble | null {
  if (error === null) return null;
  if (!(error instanceof ApiError)) return { kind: "refused", error };
  if (error.offline) return { kind: "unsent" };
  if (error.code === "arguments_changed") return { kind: "changed" };
  if (error.code === "already_decided") {
    return { kind: "decided", request: (error.body["request"] as Request | undefined) ?? null };
  }
  return { kind: "refused", error };
}

/** Sends one person's decision on one request: a key for each click, the same when retried. */
export function useDecision(requestId: string): DecisionControl {
  const client = useQueryClient();
  const note = useNoteRequest();
  const { mutate, reset, variables, data, error, isPending } = useMutation({
    mutationFn: ({ body, key }: Attempt) => decideRequest(requestId, body, key),
    retry: false,
    networkMode: "always",
    onSuccess: note,
    onError: (failure) => {
      const trouble = troubleOf(failure);
      if (trouble?.kind === "decided" && trouble.request !== null) note(trouble.request);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["approvals"] }),
  });
  const trouble = troubleOf(error);
  const unsent = trouble?.kind === "unsent" ? variables : undefined;

  useEffect(() => {
    if (unsent === undefined) return;
    const again = (): void => mutate(unsent);
    window.addEventListener("online", again);
    return () => window.removeEventListener("online", again);
  }, [unsent, mutate]);

  return {
    decide: (body) => mutate({ body, key: newKey() }),
    retry: () => {
      if (variables !== undefined) mutate(variables);
    },
    forget: reset,
    sending: isPending,
    decided: data ?? null,
    trouble,
  };
}

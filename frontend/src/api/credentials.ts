import { queryOptions } from "@tanstack/react-query";

import { api } from "./client";
import type { Credential, CredentialKind, Page } from "./types";

export const credentialsQuery = queryOptions({
  queryKey: ["credentials"],
  queryFn: ({ signal }) => api.get<Page<Credential>>("/credentials", { signal }),
});

export interface CredentialWrite {
  name: string;
  kind: CredentialKind;
  base_url?: string | null;
  /** Goes to the server and never comes back. */
  api_key: string;
}

export interface CredentialTest {
  ok: boolean;
  detail: string;
  models: string[];
}

export const createCredential = (body: CredentialWrite) => api.post<Credential>("/credentials", body);
export const updateCredential = (id: string, body: Partial<CredentialWrite>) => api.patch<Credential>(`/credentials/${id}`, body);
export const deleteCredential = (id: string) => api.delete(`/credentials/${id}`);
export const testCredential = (id: string) => api.post<CredentialTest>(`/credentials/${id}/test`);

export const credentialModelsQuery = (id: string) =>
  queryOptions({
    queryKey: ["credentials", id, "models"],
    queryFn: async () => (await testCredential(id)).models,
    staleTime: 10 * 60_000,
    retry: false,
  });

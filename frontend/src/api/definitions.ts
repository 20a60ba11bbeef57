import { queryOptions } from "@tanstack/react-query";

import { api } from "./client";
import type { Component, ComponentType, Definition, DefinitionDetail, Draft, Layout, Page, Problem, Revision, RevisionDetail, TeamSettings } from "./types";

export interface DefinitionFilter {
  component_type?: ComponentType;
  search?: string;
  cursor?: string;
  limit?: number;
}

export const definitionsQuery = (filter: DefinitionFilter = {}) =>
  queryOptions({
    queryKey: ["definitions", "list", filter],
    queryFn: ({ signal }) => api.get<Page<Definition>>("/definitions", { params: { limit: 100, ...filter }, signal }),
  });

export const definitionQuery = (id: string) =>
  queryOptions({
    queryKey: ["definitions", "one", id],
    queryFn: ({ signal }) => api.get<DefinitionDetail>(`/definitions/${id}`, { signal }),
  });

export const revisionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["definitions", "one", id, "revisions"],
    queryFn: async ({ signal }) => {
      const answer = await api.get<Revision[] | Page<Revision>>(`/definitions/${id}/revisions`, { signal });
      return Array.isArray(answer) ? answer : answer.results;
    },
  });

export const revisionQuery = (id: string, number: number) =>
  queryOptions({
    queryKey: ["definitions", "one", id, "revisions", number],
    queryFn: ({ signal }) => api.get<RevisionDetail>(`/definitions/${id}/revisions/${number}`, { signal }),
    // A revision never changes.
    staleTime: Infinity,
  });

export type NewDefinition =
  | { name: string; description?: string; component_type: ComponentType; component?: Component; layout?: Layout; settings?: TeamSettings }
  | { copy_of: string; name?: string }
  | { gallery: string; name?: string };

export function createDefinition(body: NewDefinition, idempotencyKey?: string): Promise<DefinitionDetail> {
  return api.post("/definitions", body, { idempotencyKey });
}

export function updateDefinition(id: string, changes: { name?: string; description?: string }): Promise<DefinitionDetail> {
  return api.patch(`/definitions/${id}`, changes);
}

export const archiveDefinition = (id: string) => api.delete(`/definitions/${id}`);
export const restoreDefinition = (id: string) => api.post<Definition>(`/definitions/${id}/restore`);

export interface DraftWrite {
  component: Component;
  layout: Layout;
  settings: TeamSettings;
  version: number;
}

export function saveDraft(id: string, draft: DraftWrite): Promise<Draft> {
  return api.put(`/definitions/${id}/draft`, draft);
}

export function saveRevision(id: string, body: { note?: string; version: number }, idempotencyKey?: string): Promise<Revision> {
  return api.post(`/definitions/${id}/revisions`, body, { idempotencyKey });
}

export function importDefinition(document: unknown, name?: string): Promise<{ definition: Definition; problems: Problem[] }> {
  return api.post("/definitions/import", { document, name });
}

export const exportUrl = (id: string) => `/api/v1/definitions/${id}/export`;

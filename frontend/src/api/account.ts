import { api } from "./client";

export async function signOut(): Promise<void> {
  await api.post("/auth/logout");
  location.assign("/signin");
}

export function setPassword(body: { new: string; current?: string }): Promise<unknown> {
  return api.post("/auth/password", body);
}

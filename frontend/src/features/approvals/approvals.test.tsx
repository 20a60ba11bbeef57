import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createMemoryRouter, RouterProvider } from "react-router";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Request } from "@/api/types";
import { FakeSocket } from "@/lib/socket/testing/fake-socket";
import { LogBuilder } from "@/run-model/testing/logs";
import { textMessage } from "@/run-model/testing/payloads";

import { ApprovalsPage } from "./ApprovalsPage";
import { contextEntries } from "./context-entries";

function request(id: string, more: Partial<Request> = {}): Request {
  return {
    id, kind: "tool", state: "pending", run: { id: "r1", state: "waiting", team_name: "Research & write", session: "s1", scripted: true },
    agent: "writer", agent_path: "writer", tool: "write_file", description: "Writes a file.", arguments: { path: `${id}.md` }, args_hash: `hash-${id}`,
    args_schema: null, effect: "at_most_once", prompt: null, created_at: `2026-01-0${id}T00:00:00Z`, deadline_at: null, decided_at: null, decided_by: null, decision: null, seq: 9,
    ...more,
  };
}

let posted: { url: string; body: unknown }[];
let stored: Map<string, Request>;
const CONTEXT = new LogBuilder()
  .add("model.completed", { message_key: "k1", content: "I will save it now." }, { agent: "writer" })
  .events;

beforeEach(() => {
  posted = [];
  FakeSocket.all = [];
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("fetch", (address: string, init?: RequestInit) => {
    const path = new URL(address, "http://test").pathname.replace("/api/v1", "");
    const id = path.split("/")[2] ?? "";
    if (init?.method === "POST") {
      posted.push({ url: path, body: JSON.parse(String(init.body)) });
      const decided = { ...request(id), state: "approved" as const, decided_by: { id: "u", name: "Ada" }, decided_at: new Date().toISOString(), decision: { verb: "approve" as const, arguments: null, text: null, reason: null } };
      stored.set(id, decided);
      return Promise.resolve(new Response(JSON.stringify(decided)));
    }
    const body =
      path === "/me" ? { role: "owner", can: { decide: true } }
      : path.endsWith("/context") ? { results: CONTEXT }
      : path === "/approvals" ? { results: [...stored.values()].filter(({ state }) => state !== "pending"), next: null }
      : stored.get(id);
    return Promise.resolve(new Response(JSON.stringify(body ?? { detail: "Gone", code: "not_found" }), { status: body === undefined ? 404 : 200 }));
  });
});
afterEach(() => vi.unstubAllGlobals());

async function open(requests: Request[], path = "/approvals") {
  stored = new Map(requests.map((one) => [one.id, one]));
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  await client.fetchQuery({ queryKey: ["me"], queryFn: async () => (await fetch("/api/v1/me")).json() as Promise<unknown>, staleTime: 60_000 });
  const router = createMemoryRouter([{ path: "/approvals/:id?", Component: ApprovalsPage }, { path: "*", element: null }], { initialEntries: [path] });
  render(
    <QueryClientProvider client={client}>
      <MantineProvider env="test"><RouterProvider router={router} /></MantineProvider>
    </QueryClientProvider>,
  );
  await waitFor(() => expect(FakeSocket.all).toHaveLength(1));
  act(() => void FakeSocket.last.accept().say({ type: "snapshot", pending: requests.length, requests, active_runs: [] }));
  return router;
}

const exact = () => screen.findByRole("group", { name: "Exact arguments" });

describe("the approvals screen", () => {
  it("shows the first request's exact arguments, and the words that led to it after them", async () => {
    await open([request("1"), request("2")]);
    const shown = await exact();
    expect(shown).toHaveTextContent("1.md");
    const words = await screen.findByText("I will save it now.");
    expect(shown.compareDocumentPosition(words)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
    expect(document.title).toBe("(2) Approvals · Troupe");
  });

  it("walks with J and K, decides with A and goes on to the next", async () => {
    const router = await open([request("1"), request("2"), request("3")]);
    await exact();
    await userEvent.keyboard("jj");
    expect(router.state.location.pathname).toBe("/approvals/3");
    await userEvent.keyboard("k");
    expect(await exact()).toHaveTextContent("2.md");
    await userEvent.keyboard("a");
    await waitFor(() => expect(posted).toEqual([{ url: "/approvals/2/decide", body: { verb: "approve", args_hash: "hash-2" } }]));
    await waitFor(() => expect(router.state.location.pathname).toBe("/approvals/3"));
    expect(within(screen.getByRole("region", { name: "Requests" })).getAllByRole("listitem")).toHaveLength(2);
    expect(document.title).toBe("(2) Approvals · Troupe");
  });

  it("hears of new requests and of those that others decided", async () => {
    await open([request("1")]);
    await exact();
    act(() => void FakeSocket.last.say({ type: "request", request: request("2") }));
    expect(await screen.findByText("path: 2.md")).toBeVisible();
    act(() => void FakeSocket.last.say({ type: "request", request: request("1", { state: "denied" }) }));
    await waitFor(() => expect(screen.queryByText("path: 1.md")).toBeNull());
    expect(document.title).toBe("(1) Approvals · Troupe");
  });

  it("says what it is for when nothing waits", async () => {
    await open([]);
    expect(await screen.findByText("Nothing waits for you")).toBeVisible();
    expect(document.title).toBe("Approvals · Troupe");
  });

  it("keeps what was decided, with who and when", async () => {
    await open([request("1", { state: "denied", decided_by: { id: "u2", name: "Grace" }, decided_at: new Date().toISOString(), decision: { verb: "deny", arguments: null, text: null, reason: "Too long" } })]);
    await userEvent.click(screen.getByRole("tab", { name: "Decided" }));
    expect(await screen.findByText("Grace denied this call.")).toBeVisible();
    expect(screen.getByText("denied by Grace")).toBeVisible();
    expect(screen.getByText("Too long")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Approve" })).toBeNull();
  });

  it("opens a request by its address, decided or not, and tells when there is none", async () => {
    await open([], "/approvals/9");
    expect(await screen.findByText("Gone")).toBeVisible();
  });
});

describe("the words before a request", () => {
  it("stand once each: a posted answer is not repeated, a silent call says nothing", () => {
    const log = new LogBuilder();
    log.add("message.posted", { message: textMessage("m0", "user", "Task") }, { agent: "" });
    log.add("model.completed", { message_key: "k1", content: "Facts" }, { agent: "researcher" });
    log.add("message.posted", { message_key: "k1", message: textMessage("m1", "researcher", "Facts") });
    log.add("tool.completed", { result: "42" }, { agent: "writer" });
    log.add("model.completed", { message_key: "k2", content: null });
    log.add("model.completed", { message_key: "k3", content: null, thought: "Hm" });
    expect(contextEntries(log.events).map(({ who, text, tool }) => [who, text, tool])).toEqual([
      ["user", "Task", null],
      ["researcher", "Facts", null],
      ["writer", "42", "write_file"],
      ["writer", "Hm", null],
    ]);
  });
});

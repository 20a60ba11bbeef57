import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createMemoryRouter, RouterProvider } from "react-router";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Component, Run } from "@/api/types";
import { FakeSocket } from "@/lib/socket/testing/fake-socket";
import type { RunEvent } from "@/run-model";
import { LogBuilder, reportRun } from "@/run-model/testing/logs";

import { SessionPage } from "./SessionPage";

// Drawn by xyflow, which needs a real browser's layout; its own tests are beside it.
vi.mock("./GraphPanel", () => ({ GraphPanel: () => null }));

const agent = (name: string): Component => ({ provider: "autogen_agentchat.agents.AssistantAgent", component_type: "agent", config: { name } });
const TEAM: Component = {
  provider: "autogen_agentchat.teams.RoundRobinGroupChat", component_type: "team",
  config: { name: "Research & write", participants: [agent("researcher"), agent("writer"), agent("user_proxy")] },
};

let posted: { url: string; body: Record<string, unknown> }[];

function serve(events: readonly RunEvent[], state: string, may = true): void {
  const run = {
    id: "r1", session: "s1", number: 3, team: { definition_id: "d1", revision: 7, name: "Research & write" }, state, task: "Write a report", scripted: false,
    head_seq: events.length, component: TEAM, layout: { nodes: {} }, previous_run: null, next_run: null,
  } as unknown as Run;
  const can = { edit: may, run: may, decide: may, admin: may };
  vi.stubGlobal("fetch", (address: string, init?: RequestInit) => {
    const url = new URL(address, "http://test");
    const path = url.pathname.replace("/api/v1", "");
    if (init?.method === "POST") posted.push({ url: path, body: JSON.parse(String(init.body)) as Record<string, unknown> });
    const after = Number(url.searchParams.get("after"));
    const body =
      path === "/me" ? { user: { id: "u", name: "Ada" }, workspace: { id: "w", name: "W" }, role: may ? "owner" : "viewer", can }
      : path.endsWith("/events") ? { results: events.slice(after), head_seq: events.length, state }
      : path === "/runs" && init?.method === "POST" ? { ...run, id: "r2" }
      : path.startsWith("/runs/") ? run
      : { results: [], next: null };
    return Promise.resolve(new Response(JSON.stringify(body)));
  });
}

beforeEach(() => {
  posted = [];
  FakeSocket.all = [];
  vi.stubGlobal("WebSocket", FakeSocket);
  // A virtual list shows nothing where everything is 0 px high.
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(10_000);
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(40);
  HTMLElement.prototype.scrollTo = vi.fn();
  HTMLElement.prototype.setPointerCapture = vi.fn();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  window.history.replaceState(null, "", "/");
});

async function open(events: readonly RunEvent[], state: string, { at, may = true }: { at?: number; may?: boolean } = {}) {
  serve(events, state, may);
  window.history.replaceState(null, "", at === undefined ? "/runs/r1" : `/runs/r1?at=${at}`);
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  await client.fetchQuery({ queryKey: ["me"], queryFn: async () => (await fetch("/api/v1/me")).json() as Promise<unknown>, staleTime: 60_000 });
  const router = createMemoryRouter([{ path: "/runs/:id", Component: SessionPage }, { path: "*", element: null }], { initialEntries: ["/runs/r1"] });
  render(
    <QueryClientProvider client={client}>
      <MantineProvider env="test"><RouterProvider router={router} /></MantineProvider>
    </QueryClientProvider>,
  );
  await screen.findByRole("slider", { name: "Playhead" });
  await waitFor(() => expect(screen.getByRole("slider", { name: "Playhead" })).toHaveAttribute("aria-valuemax", String(events.length)));
  return { router, playhead: () => Number(screen.getByRole("slider", { name: "Playhead" }).getAttribute("aria-valuenow")) };
}

const seqOf = (events: readonly RunEvent[], kind: string) => events.findIndex((event) => event.payload.kind === kind) + 1;
const runSocket = () => FakeSocket.all.find(({ url }) => url.includes("/runs/")) ?? FakeSocket.last;

describe("a run that is over", () => {
  const events = reportRun();

  it("shows what was said and done, grouped by speaker, and how it ended", async () => {
    await open(events, "completed");
    const log = screen.getByRole("log", { name: "Transcript" });
    expect(await within(log).findByText("Completed")).toBeVisible();
    expect(within(log).getAllByRole("heading", { level: 3 }).map((heading) => heading.textContent)).toEqual(["Ada", "researcher", "writer", "user_proxy", "researcher"]);
    expect(within(log).getByRole("article", { name: "Tool call write_file: ok" })).toBeVisible();
    expect(within(log).getByText("answered by Ada")).toBeVisible();
    expect(screen.queryByText("LIVE")).toBeNull();
  });

  it("goes on with the session and runs again", async () => {
    const { router } = await open(events, "completed");
    await userEvent.type(await screen.findByRole("textbox", { name: "Message to the team" }), "Shorter");
    await userEvent.click(screen.getByRole("button", { name: "Continue session" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/runs/r2"));
    expect(posted).toEqual([{ url: "/runs", body: { session: "s1", task: "Shorter" } }]);
  });
});

describe("replay", () => {
  const events = reportRun();
  const asked = seqOf(events, "approval.requested");

  it("opens at the moment of the address, with nothing to decide there and the reason", async () => {
    const { playhead } = await open(events, "completed", { at: asked });
    expect(playhead()).toBe(asked);
    expect(screen.getByText("REPLAY")).toBeVisible();
    expect(await screen.findByRole("button", { name: "Approve" })).toBeDisabled();
    expect(screen.getByText(/moment of the past/)).toBeVisible();
    expect(screen.queryByText("Completed")).toBeNull();
    expect(posted).toEqual([]);
  });

  it("steps by event, turn and mark, and the address follows", async () => {
    const { playhead } = await open(events, "completed", { at: 5 });
    await userEvent.keyboard("{ArrowRight}");
    expect(playhead()).toBe(6);
    await userEvent.keyboard("{ArrowLeft}{ArrowLeft}");
    expect(playhead()).toBe(4);
    await userEvent.keyboard("{Shift>}{ArrowRight}{ArrowRight}{/Shift}");
    expect(events[playhead() - 1]?.payload).toMatchObject({ kind: "turn.started", speaker: "writer" });
    await userEvent.keyboard("]");
    await waitFor(() => expect(window.location.search).toBe(`?at=${playhead()}`));
    expect(playhead()).toBe(asked);
    await userEvent.keyboard("l");
    expect(playhead()).toBe(events.length);
    await waitFor(() => expect(window.location.search).toBe(""));
    expect(screen.queryByText("REPLAY")).toBeNull();
  });

  it("plays to the end by itself", async () => {
    const { playhead } = await open(events, "completed", { at: events.length - 3 });
    await userEvent.selectOptions(screen.getByRole("combobox", { name: "Speed" }), "10");
    await userEvent.click(screen.getByRole("button", { name: "Play replay" }));
    await waitFor(() => expect(playhead()).toBe(events.length), { timeout: 10_000 });
    expect(screen.getByRole("button", { name: "Play replay" })).toBeVisible();
  });
});

describe("a run that goes on", () => {
  const events = reportRun();
  const asked = seqOf(events, "run.parked");

  it("shows text as it is written, then the message, from the socket", async () => {
    const log = new LogBuilder().add("run.created").add("run.claimed").turnOf("writer", 1).add("model.started", { message_key: "k" });
    await open(log.events, "running");
    await waitFor(() => expect(runSocket().url).toContain("/ws/runs/r1"));
    act(() => runSocket().accept());
    act(() => void runSocket().say({ type: "delta", message_key: "k", agent_path: "writer", attempt: 1, offset: 0, text: "Once upon" }));
    expect(await screen.findByText("Once upon")).toBeVisible();
    log.add("model.completed", { message_key: "k", content: "Once upon a time" });
    act(() => void runSocket().say({ type: "event", event: log.events.at(-1) }));
    expect(await screen.findByText("Once upon a time")).toBeVisible();
    expect(screen.getByText("LIVE")).toBeVisible();
  });

  it("lets a person decide, and shows the decision when the log has it", async () => {
    await open(events.slice(0, asked), "waiting");
    await userEvent.click(await screen.findByRole("button", { name: "Approve" }));
    await waitFor(() => expect(posted).toMatchObject([{ url: "/approvals/r1/decide", body: { verb: "approve", args_hash: "h1" } }]));
    await waitFor(() => expect(runSocket().url).toContain("/ws/runs/r1"));
    act(() => {
      runSocket().accept();
      for (const event of events.slice(asked)) runSocket().say({ type: "event", event });
    });
    expect(await screen.findByRole("article", { name: "Tool call write_file: ok" })).toBeVisible();
  });

  it("rewinds while it runs and returns to live", async () => {
    const { playhead } = await open(events.slice(0, asked), "waiting");
    screen.getByRole("slider", { name: "Playhead" }).focus();
    await userEvent.keyboard("{Home}");
    expect(playhead()).toBe(1);
    expect(screen.getByRole("button", { name: "Pause" })).toBeDisabled();
    await userEvent.click(screen.getByRole("button", { name: "Return to live" }));
    expect(playhead()).toBe(asked);
    expect(screen.getByRole("button", { name: "Pause" })).toBeEnabled();
  });

  it("gives a paused run its reason, a way to the settings and a way on", async () => {
    const log = new LogBuilder().add("run.created").add("run.claimed").add("run.paused");
    await open(log.events, "paused");
    const card = await screen.findByRole("alert");
    expect(card).toHaveTextContent("OpenAI refused the key.");
    expect(within(card).getByRole("link", { name: "Open settings" })).toHaveAttribute("href", "/settings/models");
    await userEvent.click(within(card).getByRole("button", { name: "Resume" }));
    await waitFor(() => expect(posted).toMatchObject([{ url: "/runs/r1/resume" }]));
  });

  it("ends after this turn, apart from being stopped, and reads what a memory gave", async () => {
    const log = new LogBuilder().add("run.created").add("run.claimed");
    log.add("turn.started", { speaker: "writer" }, { agent: "writer", turn: 1 });
    log.add("memory.queried", { results: [{ content: "Use metric units.", mime_type: "text/plain", metadata: null }] }, { agent: "writer", turn: 1 });
    await open(log.events, "running");
    expect(await screen.findByText("Remembered from facts")).toBeVisible();
    expect(screen.getByText("Use metric units.")).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "End after this turn" }));
    await waitFor(() => expect(posted).toMatchObject([{ url: "/runs/r1/end" }]));
  });

  it("tells a viewer why nothing can be decided or stopped", async () => {
    await open(events.slice(0, asked), "waiting", { may: false });
    expect(await screen.findByRole("button", { name: "Approve" })).toBeDisabled();
    expect(screen.getByText(/cannot decide requests/)).toBeVisible();
    expect(screen.getByRole("button", { name: "Stop" })).toBeDisabled();
  });

  it("says that the connection was lost, and loses nothing", async () => {
    await open(events.slice(0, asked), "waiting");
    await waitFor(() => expect(runSocket().url).toContain("/ws/runs/r1"));
    act(() => runSocket().accept());
    act(() => runSocket().fail());
    expect(await screen.findByText(/The connection was lost/)).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Try now" }));
    const again = FakeSocket.all.filter(({ url }) => url.includes("/runs/")).at(-1);
    act(() => void again?.accept());
    expect(again?.sent).toEqual([{ type: "subscribe", after: asked }]);
    await waitFor(() => expect(screen.queryByText(/The connection was lost/)).toBeNull());
  });
});

describe("the inspector", () => {
  it("shows everything recorded about a model call, and its events", async () => {
    await open(reportRun(), "completed");
    await userEvent.click((await screen.findAllByRole("button", { name: "Inspect model call gpt-x" }))[0] as HTMLElement);
    const inspector = screen.getByRole("region", { name: "Inspector" });
    expect(within(inspector).getByText("Too many requests.")).toBeVisible();
    expect(within(inspector).getByText("$0.0001")).toHaveAttribute("title", "$0.000123");
    await userEvent.click(within(inspector).getByRole("tab", { name: "Events" }));
    expect(within(inspector).getAllByRole("button", { name: /model\.|message\./ }).map((button) => button.textContent)).toEqual([
      "6 model.started", "7 model.failed", "8 model.started", "9 model.completed", "10 message.posted",
    ]);
  });
});

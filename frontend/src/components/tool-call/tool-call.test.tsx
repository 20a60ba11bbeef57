import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Request } from "@/api/types";
import type { ToolItem } from "@/run-model";

import { codeBlocks } from "./code-blocks";
import { AnswerPanel } from "./AnswerPanel";
import { DecisionPanel } from "./DecisionPanel";
import { RequestCard } from "./RequestCard";
import type { Subject } from "./subject";
import { ToolCallCard } from "./ToolCallCard";

// The editor itself is CodeMirror, which needs a real browser's layout.
vi.mock("./ArgumentsEditor", () => ({
  ArgumentsEditor: ({ value, onChange }: { value: string; onChange: (text: string) => void }) => (
    <textarea aria-label="Arguments as JSON" value={value} onChange={(event) => onChange(event.currentTarget.value)} />
  ),
}));

const SCHEMA = { type: "object", properties: { path: { type: "string" } }, required: ["path"], additionalProperties: false } as const;
const SUBJECT: Subject = {
  id: "r1", kind: "tool", agent: "writer", tool: "write_file", description: "Writes a file.",
  arguments: { path: "report.md" }, argsHash: "h1", argsSchema: { ...SCHEMA, required: ["path"] }, effect: "at_most_once",
  prompt: "", createdAt: "2026-01-01T00:00:00Z", deadlineAt: null,
};

interface Sent {
  url: string;
  key: string | null;
  body: Record<string, unknown>;
}

let sent: Sent[];
let answers: (() => Response | Error)[];
const answer = (status: number, body: object) => () => new Response(JSON.stringify(body), { status });
const decided = (state: string) => ({ id: "r1", state, kind: "tool", created_at: "2026-01-01" }) as unknown as Request;

beforeEach(() => {
  sent = [];
  answers = [answer(200, decided("approved"))];
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    const headers = init.headers as Record<string, string>;
    sent.push({ url, key: headers["Idempotency-Key"] ?? null, body: JSON.parse(String(init.body)) as Record<string, unknown> });
    const next = (answers.length > 1 ? answers.shift() : answers[0])?.();
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  });
});
afterEach(() => vi.unstubAllGlobals());

function show(children: ReactNode) {
  return render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider env="test">{children}</MantineProvider>
    </QueryClientProvider>,
  );
}

const panel = (props: Partial<Parameters<typeof DecisionPanel>[0]> = {}) =>
  show(<DecisionPanel subject={SUBJECT} keys="page" onReload={() => {}} {...props} />);
const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));

describe("deciding a call", () => {
  it("approves what was shown, once a click, under a key of its own", async () => {
    const onDecided = vi.fn();
    panel({ onDecided });
    await press("Approve");
    await waitFor(() => expect(onDecided).toHaveBeenCalledOnce());
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ url: "/api/v1/approvals/r1/decide", body: { verb: "approve", args_hash: "h1" } });
    expect(sent[0]?.key).toMatch(/^[0-9a-f]{32}$/);
    expect(screen.getByRole("button", { name: "Approve" })).toBeDisabled();
  });

  it("denies with a reason", async () => {
    panel();
    await press("Deny");
    await userEvent.type(screen.getByLabelText("Reason"), "Not this file");
    await press("Deny");
    await waitFor(() => expect(sent[0]?.body).toEqual({ verb: "deny", args_hash: "h1", reason: "Not this file" }));
  });

  it("does not send an answer without words", async () => {
    panel();
    await press("Answer in its place");
    expect(screen.getByRole("button", { name: "Answer in its place" })).toBeDisabled();
    await userEvent.type(screen.getByRole("textbox"), "42");
    await press("Answer in its place");
    await waitFor(() => expect(sent[0]?.body).toEqual({ verb: "answer", args_hash: "h1", text: "42" }));
  });

  it("sends edited arguments only when the schema takes them", async () => {
    panel();
    await press("Edit and approve");
    const editor = await screen.findByLabelText("Arguments as JSON");
    await userEvent.clear(editor);
    await userEvent.paste('{"file": 1}');
    expect(screen.getByRole("button", { name: "Approve edited arguments" })).toBeDisabled();
    await userEvent.clear(editor);
    await userEvent.paste('{"path": "other.md"}');
    await press("Approve edited arguments");
    await waitFor(() => expect(sent[0]?.body).toEqual({ verb: "edit", args_hash: "h1", arguments: { path: "other.md" } }));
  });

  it("takes keys, but not while one types and not outside its scope", async () => {
    const { unmount } = panel();
    await userEvent.keyboard("d");
    await userEvent.type(screen.getByLabelText("Reason"), "a bad deed");
    expect(sent).toHaveLength(0);
    await userEvent.keyboard("{Escape}a");
    await waitFor(() => expect(sent[0]?.body).toMatchObject({ verb: "approve" }));
    unmount();
    sent = [];
    panel({ keys: "card" });
    await userEvent.keyboard("a");
    expect(sent).toHaveLength(0);
    screen.getByRole("button", { name: "Deny" }).focus();
    await userEvent.keyboard("a");
    await waitFor(() => expect(sent).toHaveLength(1));
  });

  it("says why nothing can be decided, and lets nothing through", async () => {
    panel({ disabledReason: "You are looking at a moment of the past." });
    expect(screen.getByText("You are looking at a moment of the past.")).toBeVisible();
    for (const button of screen.getAllByRole("button")) expect(button).toBeDisabled();
    await userEvent.keyboard("a");
    expect(sent).toHaveLength(0);
  });
});

describe("when a decision does not count", () => {
  it("keeps it offline and sends it again under the same key", async () => {
    answers = [() => new TypeError("Failed to fetch"), answer(200, decided("approved"))];
    panel();
    await press("Approve");
    expect(await screen.findByRole("alert")).toHaveTextContent("Your decision is kept");
    window.dispatchEvent(new Event("online"));
    await waitFor(() => expect(sent).toHaveLength(2));
    expect(sent[1]).toEqual(sent[0]);
  });

  it("says who decided before", async () => {
    const other = { ...decided("denied"), decision: { verb: "deny" }, decided_by: { id: "u2", name: "Grace" }, decided_at: new Date().toISOString() };
    answers = [answer(409, { code: "already_decided", detail: "Decided.", request: other })];
    panel();
    await press("Approve");
    expect(await screen.findByRole("alert")).toHaveTextContent("Grace denied this call.");
  });

  it("asks to look again at changed arguments", async () => {
    const onReload = vi.fn();
    answers = [answer(409, { code: "arguments_changed", detail: "Changed." })];
    panel({ onReload });
    await press("Approve");
    await userEvent.click(await screen.findByRole("button", { name: "Show the current arguments" }));
    expect(onReload).toHaveBeenCalledOnce();
  });

  it("shows what the server found wrong", async () => {
    answers = [answer(422, { code: "invalid", detail: "Not valid.", fields: { arguments: ["path is required"] } })];
    panel();
    await press("Approve");
    expect(await screen.findByRole("alert")).toHaveTextContent("path is required");
  });
});

describe("a call in doubt", () => {
  it("has its own words and no plain approval", async () => {
    const subject: Subject = { ...SUBJECT, kind: "in_doubt" };
    show(<><RequestCard subject={subject} /><DecisionPanel subject={subject} keys="page" onReload={() => {}} /></>);
    expect(screen.getByText(/Nobody knows whether it happened/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "Approve" })).toBeNull();
    await press("It happened, with this result");
    await userEvent.type(screen.getByLabelText(/Result/), "sent");
    await press("It happened, with this result");
    await waitFor(() => expect(sent[0]?.body).toEqual({ verb: "answer", args_hash: "h1", text: "sent" }));
  });

  it("asks twice before it runs the call again", async () => {
    panel({ subject: { ...SUBJECT, kind: "in_doubt" } });
    await press("It did not happen, run it");
    expect(sent).toHaveLength(0);
    expect(screen.getByText(/it happens twice/)).toBeVisible();
    await press("It did not happen, run it");
    await waitFor(() => expect(sent[0]?.body).toEqual({ verb: "approve", args_hash: "h1" }));
  });
});

describe("a question", () => {
  it("is answered with Ctrl + Enter", async () => {
    show(<AnswerPanel subject={{ ...SUBJECT, kind: "input" }} onReload={() => {}} />);
    await userEvent.type(screen.getByRole("textbox", { name: "Your answer" }), "Engineers{Control>}{Enter}{/Control}");
    await waitFor(() => expect(sent[0]?.body).toEqual({ verb: "answer", args_hash: "h1", text: "Engineers" }));
  });
});

describe("a request", () => {
  it("stands first, named, before what the tool says of itself", () => {
    show(<RequestCard subject={{ ...SUBJECT, arguments: { path: "a\u202Egnp.exe", lines: 3 } }} />);
    const exact = screen.getByRole("group", { name: "Exact arguments" });
    expect(within(exact).getByRole("img", { name: "hidden character RLO" })).toBeVisible();
    expect(exact.compareDocumentPosition(screen.getByText(/Writes a file/))).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
  });
});

describe("the call's card", () => {
  const CALL: ToolItem = {
    type: "tool", id: 5, seqs: [5], agentPath: "writer", turn: 1, at: 0, group: null, opensGroup: false, callId: "c", tool: "write_file",
    status: "done", proposed: { path: "a.md" }, raw: null, argsHash: "h", effect: "idempotent", sideEffects: true,
    gates: [{ verdict: "ask", rule: "default", policyVersion: 2 }], approvals: [], executed: { path: "b.md" }, idempotencyKey: "k",
    result: "done", isError: false, outcome: "done", durationMs: 12, artifacts: null,
  };

  it("is closed when all is well, and opens to what ran and what was proposed", async () => {
    show(<ToolCallCard call={CALL} />);
    const card = screen.getByRole("article", { name: "Tool call write_file: ok" });
    expect(within(card).queryByRole("group", { name: "Arguments that ran" })).toBeNull();
    await userEvent.click(within(card).getByRole("button", { expanded: false }));
    expect(within(card).getByRole("group", { name: "Arguments that ran" })).toHaveTextContent("b.md");
    expect(within(card).getByText("What the model proposed")).toBeVisible();
    expect(within(card).getByText("asks by policy 2: default")).toBeVisible();
  });

  it("is open when something went wrong", () => {
    show(<ToolCallCard call={{ ...CALL, proposed: null, executed: null, raw: '{"pa', outcome: "invalid", isError: true, result: "not JSON" }} />);
    expect(screen.getByText(/arguments that are not JSON/)).toBeVisible();
    expect(screen.getByText('{"pa')).toBeVisible();
  });

  it("shows code as code, exactly, and the files that it left", async () => {
    const blocks = [{ language: "python", code: "print(1)\nprint('\u202E')" }];
    const artifacts = { exit_code: 0, timed_out: true, work_dir: [{ path: "plot.png", digest: "d", size: 2048 }, { path: "a.txt", digest: "e" }] };
    show(<ToolCallCard call={{ ...CALL, tool: "run_code_blocks", proposed: { blocks }, executed: { blocks }, artifacts }} />);
    const card = screen.getByRole("article", { name: /^Tool call run_code_blocks/ });
    await userEvent.click(within(card).getByRole("button", { expanded: false }));
    const code = within(card).getByLabelText("Code, python");
    expect(code).toHaveTextContent("print(1)");
    expect(within(code).getByRole("img", { name: "hidden character RLO" })).toBeVisible();
    expect(within(card).getByText("It took too long and was ended.")).toBeVisible();
    expect(within(within(card).getByRole("region", { name: "Files afterwards" })).getAllByRole("listitem").map((row) => row.textContent)).toEqual(["plot.png2.0 kB", "a.txt"]);
  });

  it("keeps blocks that carry more than code as they are", () => {
    expect(codeBlocks([{ language: "sh", code: "ls", extra: 1 }])).toBeNull();
    expect(codeBlocks([])).toBeNull();
    expect(codeBlocks([{ language: "sh", code: "ls" }])).toHaveLength(1);
  });
});

import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent, { type UserEvent } from "@testing-library/user-event";

import type { DefinitionDetail, Me } from "@/api/types";
import { meQuery } from "@/api/me";
import { renderAt, stubServer } from "@/lib/testing/render";
import { useQuery } from "@tanstack/react-query";

import { registry, research } from "../../../dev/fixtures.ts";
import { BuilderPage } from "./BuilderPage";

const me = (role: Me["role"]): Me => ({
  user: { id: "u", name: "Ada", has_password: true },
  workspace: { id: "w", name: "Studio" },
  role,
  can: { edit: role !== "viewer", run: role !== "viewer", decide: role !== "viewer", admin: role === "owner" },
  mode: "embedded",
  version: "1",
  scripted_default: true,
});

function definition(): DefinitionDetail {
  const at = "2026-01-01T12:04:00Z";
  return {
    id: "d1", name: "Research", description: "", component_type: "team", latest_revision: 7, draft_changed: false, draft_version: 1,
    problems: { errors: 0, warnings: 0 }, scripted: true, agents: ["researcher", "writer"], created_at: at, updated_at: at, last_run: null,
    draft: { component: research, layout: { nodes: {} }, settings: {}, version: 1, updated_at: at, problems: [] },
  };
}

/** As the shell does: the page only when it is known who looks. */
function Page() {
  const known = useQuery(meQuery).data;
  return known ? <BuilderPage /> : null;
}

async function open(role: Me["role"] = "owner") {
  const list = (results: unknown[]) => ({ results, next: null });
  let version = 1;
  const server = stubServer({
    "GET /me": me(role),
    "GET /workspace": { name: "Studio", default_model: null, default_model_source: "scripted" },
    "GET /components": list(registry),
    "GET /definitions": list([]),
    "GET /definitions/d1": definition(),
    "GET /definitions/d1/revisions": list([]),
    "GET /policy": { version: 1, rules: [], default_side_effects: "ask", deadline_seconds: null },
    "GET /credentials": list([]),
    "POST /components/validate": { problems: [] },
    "PUT /definitions/d1/draft": (body: unknown) => ({ ...(body as object), version: ++version, updated_at: "2026-01-01T12:05:00Z", problems: [] }),
  });
  renderAt("/teams/d1", "/teams/:id", <Page />);
  await screen.findByRole("group", { name: /^Agent researcher/ });
  await screen.findByRole("button", { name: "Add Assistant" });
  return { server, user: userEvent.setup() };
}

/** By keyboard: jsdom's mouse events lack what d3's drag expects. */
async function select(user: UserEvent, name: RegExp) {
  screen.getByRole("group", { name }).focus();
  await user.keyboard("{Enter}");
}

/** In one go: letter by letter, a slow machine would make several undoable edits of it. */
const fill = (field: HTMLElement, value: string) => fireEvent.change(field, { target: { value } });

const agents = () => screen.getAllByRole("group", { name: /^Agent / }).map((node) => node.getAttribute("aria-label"));

describe("the builder", () => {
  beforeEach(() => localStorage.clear());
  afterEach(() => void vi.unstubAllGlobals());

  it("shows who speaks when, which tool asks, what ends the team, and that no model would answer", async () => {
    await open();
    expect(agents()).toEqual(["Agent researcher, speaks 1.", "Agent writer, speaks 2."]);
    expect(screen.getByRole("group", { name: /^Tool write_file/ })).toHaveTextContent("asks");
    expect(screen.getByRole("group", { name: /^Tool search_notes/ })).toHaveTextContent("runs");
    expect(screen.getByRole("group", { name: /^Team / })).toHaveTextContent("ends when text TASK_COMPLETE or 10 messages");
    expect(screen.getByText("SCRIPTED")).toBeVisible();
  });

  it("adds an agent from the palette, edits it, undoes, and saves the draft", async () => {
    const { server, user } = await open();
    await user.click(screen.getByRole("button", { name: "Add Assistant" }));
    expect(agents()).toHaveLength(3);
    const inspector = screen.getByRole("complementary", { name: "Inspector" });
    fill(within(inspector).getByRole("textbox", { name: "Name" }), "critic");
    expect(agents()).toContain("Agent critic, speaks 3.");
    await waitFor(() => expect(server.calls.filter((call) => call.route.startsWith("PUT")).at(-1)?.body).toMatchObject({
      component: { config: { participants: [{}, {}, { config: { name: "critic" } }] } },
    }), { timeout: 15_000 });
    expect(await screen.findByText(/^draft saved/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: /^Undo/ }));
    await user.click(screen.getByRole("button", { name: /^Undo/ }));
    expect(agents()).toHaveLength(2);
  });

  it("says at once that two agents have one name, and leads to the field", async () => {
    const { user } = await open();
    await select(user, /^Agent writer/);
    fill(screen.getByRole("textbox", { name: "Name" }), "researcher");
    await user.click(screen.getByRole("button", { name: "Problems 1" }));
    await user.click(screen.getByRole("button", { name: /Two participants are called/ }));
    await waitFor(() => expect(screen.getByRole("textbox", { name: "Name" })).toHaveFocus());
    expect(screen.getByRole("textbox", { name: "Name" })).toHaveAccessibleDescription(/Two participants are called/);
  });

  it("adds a tool to the selected agent and changes the speaking order by keyboard", async () => {
    const { user } = await open();
    await select(user, /^Agent writer/);
    await user.click(screen.getByRole("button", { name: "Add current_time" }));
    expect(screen.getByRole("group", { name: /^Tool current_time/ })).toBeVisible();
    await select(user, /^Agent writer/);
    await user.keyboard("{Alt>}{ArrowLeft}{/Alt}");
    expect(agents()).toEqual(["Agent writer, speaks 1.", "Agent researcher, speaks 2."]);
  });

  it("lets a viewer look, not touch, and says why", async () => {
    const { user } = await open("viewer");
    expect(screen.getByText(/Your role in this workspace is viewer/)).toBeVisible();
    expect(screen.getByRole("button", { name: "Run" })).toBeDisabled();
    expect(screen.getByRole("button", { name: "Save revision" })).toBeDisabled();
    expect(screen.getByRole("button", { name: "Add Assistant" })).toBeDisabled();
    await select(user, /^Agent writer/);
    await user.keyboard("{Delete}");
    expect(agents()).toHaveLength(2);
  });
});

/** Renders a screen as the app does, over a stubbed server. For tests. */
import { MantineProvider } from "@mantine/core";
import { ModalsProvider } from "@mantine/modals";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { createMemoryRouter, RouterProvider } from "react-router";

type Answer = unknown | ((body: unknown) => unknown);

/** Answers `fetch`: "GET /definitions" → body. What a test did not foresee fails it. */
export function stubServer(routes: Record<string, Answer>): { calls: { route: string; body: unknown }[] } {
  const calls: { route: string; body: unknown }[] = [];
  vi.stubGlobal("fetch", (input: string, init?: RequestInit) => {
    const path = input.replace(/^\/api\/v1/, "").split("?")[0] ?? "";
    const route = `${init?.method ?? "GET"} ${path}`;
    const body: unknown = typeof init?.body === "string" ? JSON.parse(init.body) : undefined;
    calls.push({ route, body });
    const answer = routes[route];
    if (answer === undefined) return Promise.reject(new Error(`The test's server knows no ${route}`));
    const result: unknown = typeof answer === "function" ? (answer as (body: unknown) => unknown)(body) : answer;
    return Promise.resolve(result instanceof Response ? result : new Response(JSON.stringify(result)));
  });
  return { calls };
}

export function renderAt(path: string, pattern: string, element: ReactNode) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const router = createMemoryRouter([{ path: pattern, element }, { path: "*", element: <p>elsewhere</p> }], { initialEntries: [path] });
  const view = render(
    <MantineProvider env="test">
      <QueryClientProvider client={client}>
        <ModalsProvider>
          <RouterProvider router={router} />
        </ModalsProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { ...view, client, router };
}

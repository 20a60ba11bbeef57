import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { mockApi } from "./dev/mock-api.ts";

const backend = process.env.TROUPE_BACKEND ?? "http://127.0.0.1:8000";

export default defineConfig(({ command }) => ({
  // Django serves the build under its static URL; the dev server serves the page itself.
  base: command === "build" ? "/static/frontend/" : "/",
  plugins: [react(), process.env.TROUPE_MOCK ? mockApi() : null],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: "../static/frontend",
    emptyOutDir: true,
    manifest: "manifest.json",
    rollupOptions: { input: "src/main.tsx" },
    chunkSizeWarningLimit: 700,
  },
  server: {
    host: "127.0.0.1",
    proxy: process.env.TROUPE_MOCK
      ? undefined
      : {
          "/api": backend,
          "/signin": backend,
          "/static": backend,
          "/ws": { target: backend, ws: true },
        },
  },
  test: {
    environment: "jsdom",
    globals: true,
    setupFiles: ["./vitest.setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    css: false,
    // The machine that checks this is small: few workers beat many.
    maxWorkers: 2,
    testTimeout: 60_000,
  },
}));

import { existsSync, readdirSync } from "node:fs";

import js from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";

const features = existsSync("src/features")
  ? readdirSync("src/features", { withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => e.name)
  : [];

/** A feature may use api, components, lib and run-model, but no other feature and not the app. */
function featureBoundary(name) {
  const others = features.filter((feature) => feature !== name).join("|");
  return {
    files: [`src/features/${name}/**/*.{ts,tsx}`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { regex: "^@/(features|app)(/|$)", message: "Features import neither each other nor the app." },
            ...(others ? [{ regex: `^(\\.\\./)+(features/)?(${others})(/|$)`, message: "Features never import each other." }] : []),
          ],
        },
      ],
    },
  };
}

function boundary(files, regex, message) {
  return { files, rules: { "no-restricted-imports": ["error", { patterns: [{ regex, message }] }] } };
}

export default tseslint.config(
  { ignores: ["node_modules", "**/*.gen.ts", "coverage"] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    plugins: { "react-hooks": reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-console": "error",
      "max-lines": ["error", { max: 400, skipBlankLines: false }],
      eqeqeq: ["error", "smart"],
    },
  },
  { files: ["**/*.tsx"], rules: { "max-lines": ["error", { max: 250 }] } },
  { files: ["vitest.setup.ts", "**/*.test.{ts,tsx}"], rules: { "@typescript-eslint/no-empty-function": "off", "@typescript-eslint/no-non-null-assertion": "off", "max-lines": "off" } },
  boundary(
    ["src/run-model/**/*.{ts,tsx}"],
    "^(react|react-dom|react-router|@mantine|@tanstack|@xyflow)|^@/(app|features|components|lib)(/|$)",
    "run-model is framework-free: it imports only api types.",
  ),
  boundary(["src/api/**/*.{ts,tsx}"], "^@/(app|features|components|run-model)(/|$)", "api stands below features and components."),
  boundary(["src/lib/**/*.{ts,tsx}"], "^@/(app|features|components)(/|$)", "lib stands below features and components."),
  boundary(["src/components/**/*.{ts,tsx}"], "^@/(app|features)(/|$)", "Shared components know no feature."),
  ...features.map(featureBoundary),
);

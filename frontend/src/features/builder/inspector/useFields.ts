import { useMemo } from "react";

import type { Component } from "@/api/types";
import { joinPath } from "@/lib/component-path";

import { useBuilder, useRun } from "../context";
import { setValue } from "../document/commands";
import { fieldErrors } from "../document/problems";

/** Reads and writes one component's config fields. */
export function useFields(path: string, component: Component) {
  const { problems, readOnly } = useBuilder();
  const run = useRun();
  const errors = useMemo(() => fieldErrors(problems, path), [problems, path]);
  const text = (field: string) => (typeof component.config[field] === "string" ? component.config[field] : "");
  const set = (field: string, value: unknown) => run(setValue(joinPath(path, "config", field), value, `Edit ${field.replaceAll("_", " ")}`));
  return { errors, text, set, readOnly };
}

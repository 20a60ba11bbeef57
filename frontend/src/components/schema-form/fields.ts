/** What kind of control a JSON Schema property needs. Pure. */
import type { ComponentType, JsonSchema } from "@/api/types";

export type FieldKind = "text" | "long-text" | "number" | "integer" | "boolean" | "choice" | "strings" | "component" | "json";

export interface Field {
  name: string;
  label: string;
  description?: string;
  kind: FieldKind;
  required: boolean;
  nullable: boolean;
  default?: unknown;
  choices?: string[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  /** Which components fit, for `component`. */
  componentTypes?: ComponentType[];
}

function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const name = schema.$ref?.match(/^#\/\$defs\/(.+)$/)?.[1];
  const target = name ? root.$defs?.[name] : undefined;
  return target ? { ...target, ...schema, $ref: undefined } : schema;
}

/** `anyOf: [X, null]`, as pydantic writes an optional field, is X that may be empty. */
function unwrap(schema: JsonSchema, root: JsonSchema): { schema: JsonSchema; nullable: boolean } {
  const resolved = resolve(schema, root);
  const options = resolved.anyOf ?? resolved.oneOf;
  const others = options?.filter((option) => option.type !== "null");
  if (!options || !others || others.length === options.length) return { schema: resolved, nullable: false };
  const [only] = others;
  if (others.length === 1 && only) return { schema: { ...resolve(only, root), ...resolved, anyOf: undefined, oneOf: undefined, type: resolve(only, root).type }, nullable: true };
  return { schema: { ...resolved, type: undefined }, nullable: true };
}

function componentTypes(schema: JsonSchema, root: JsonSchema): ComponentType[] | undefined {
  const options = [schema, ...(schema.anyOf ?? []), ...(schema.items ? [schema.items] : [])].map((option) => resolve(option, root));
  const found = options.flatMap((option) => [option["x-component-types"], option.items?.["x-component-types"]]).flatMap((types) => types ?? []);
  return found.length ? found : undefined;
}

function kindOf(schema: JsonSchema, root: JsonSchema): FieldKind {
  if (componentTypes(schema, root)) return "component";
  if (schema.enum?.every((value) => typeof value === "string")) return "choice";
  switch (schema.type) {
    case "string":
      return schema["x-widget"] === "textarea" || schema["x-widget"] === "code" ? "long-text" : "text";
    case "number":
    case "integer":
      return schema.type;
    case "boolean":
      return "boolean";
    case "array":
      return resolve(schema.items ?? {}, root).type === "string" ? "strings" : "json";
    default:
      return "json";
  }
}

export function humanise(name: string): string {
  const text = name.replaceAll("_", " ").trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** pydantic titles every field "Like This"; sentence case reads better, a real title is kept. */
function labelOf(name: string, title: string | undefined): string {
  const automatic = name.split("_").map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" ");
  return title && title !== automatic ? title : humanise(name);
}

export function schemaFields(schema: JsonSchema): Field[] {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const { schema: field, nullable } = unwrap(property, schema);
    return {
      name,
      label: labelOf(name, property.title ?? field.title),
      description: property.description ?? field.description,
      kind: kindOf(field, schema),
      required: required.has(name),
      nullable,
      default: property.default ?? field.default,
      choices: field.enum?.map(String),
      minimum: field.minimum ?? field.exclusiveMinimum,
      maximum: field.maximum ?? field.exclusiveMaximum,
      maxLength: field.maxLength,
      componentTypes: componentTypes(field, schema),
    };
  });
}

/** What kind of control a JSON Schema property needs. Pure. */
import type { ComponentType, JsonSchema } from "@/api/types";

export type FieldKind =
  | "text" | "long-text" | "code" | "number" | "integer" | "boolean" | "maybe-boolean" | "choice" | "choices" | "strings"
  /** One component, or a list of them. */
  | "component" | "components"
  /** A group of fields, a list of such groups, such groups by name, one of several groups told apart by a tag. */
  | "object" | "objects" | "records" | "union"
  | "credential" | "json";

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
  /** Which components fit, for `component` and `components`. */
  componentTypes?: ComponentType[];
  /** Of an `object`, or of each of `objects` and `records`; complete with its `$defs`. */
  schema?: JsonSchema;
  /** Of a `union`: the property that tells which, and the schema of each. */
  tag?: string;
  variants?: Record<string, JsonSchema>;
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
  return found.length ? [...new Set(found)] : undefined;
}

const isTexts = (values: unknown[] | undefined) => values !== undefined && values.every((value) => typeof value === "string");

function hasFields(schema: JsonSchema): boolean {
  return schema.type === "object" && Object.keys(schema.properties ?? {}).length > 0;
}

function valuesOf(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const values = schema.additionalProperties;
  return values !== null && typeof values === "object" ? resolve(values, root) : {};
}

function kindOfArray(schema: JsonSchema, root: JsonSchema): FieldKind {
  const items = resolve(schema.items ?? {}, root);
  if (isTexts(items.enum)) return "choices";
  if (items.type === "string") return "strings";
  return hasFields(items) && schema["x-widget"] !== "code" ? "objects" : "json";
}

const TEXT_WIDGETS: Record<string, FieldKind> = { textarea: "long-text", code: "code", credential: "credential" };

function kindOf(schema: JsonSchema, root: JsonSchema, nullable: boolean): FieldKind {
  if (componentTypes(schema, root)) {
    const list = schema.type === "array" || schema.anyOf?.some((option) => resolve(option, root).type === "array");
    return list ? "components" : "component";
  }
  if (schema["x-widget"] === "json" || schema["x-widget"] === "graph") return "json";
  if (isTexts(schema.enum)) return "choice";
  if (schema.discriminator?.mapping) return "union";
  switch (schema.type) {
    case "string":
      return TEXT_WIDGETS[schema["x-widget"] ?? ""] ?? "text";
    case "number":
    case "integer":
      return schema.type;
    case "boolean":
      return nullable ? "maybe-boolean" : "boolean";
    case "array":
      return kindOfArray(schema, root);
    default:
      if (schema["x-widget"] === "code") return "json";
      if (hasFields(schema)) return "object";
      return hasFields(valuesOf(schema, root)) ? "records" : "json";
  }
}

function whole(schema: JsonSchema, root: JsonSchema): JsonSchema {
  return { ...resolve(schema, root), $defs: root.$defs };
}

function nested(kind: FieldKind, schema: JsonSchema, root: JsonSchema): Pick<Field, "schema" | "tag" | "variants"> {
  if (kind === "object") return { schema: whole(schema, root) };
  if (kind === "objects") return { schema: whole(schema.items ?? {}, root) };
  if (kind === "records") return { schema: whole(valuesOf(schema, root), root) };
  if (kind !== "union") return {};
  const variants = Object.entries(schema.discriminator?.mapping ?? {}).map(([name, ref]) => [name, whole({ $ref: ref }, root)]);
  return { tag: schema.discriminator?.propertyName, variants: Object.fromEntries(variants) as Record<string, JsonSchema> };
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

function fieldOf(name: string, property: JsonSchema, root: JsonSchema): Field {
  const { schema: field, nullable } = unwrap(property, root);
  const kind = kindOf(field, root, nullable);
  const choices = kind === "choices" ? resolve(field.items ?? {}, root).enum : field.enum;
  return {
    name,
    label: labelOf(name, property.title ?? field.title),
    description: property.description ?? field.description,
    kind,
    required: root.required?.includes(name) ?? false,
    nullable,
    default: property.default ?? field.default,
    choices: choices?.map(String),
    minimum: field.minimum ?? field.exclusiveMinimum,
    maximum: field.maximum ?? field.exclusiveMaximum,
    maxLength: field.maxLength,
    componentTypes: componentTypes(field, root),
    ...nested(kind, field, root),
  };
}

/** What a form shows of a schema. A property that only programs write has no field. */
export function schemaFields(schema: JsonSchema): Field[] {
  return Object.entries(schema.properties ?? {})
    .filter(([, property]) => property["x-widget"] !== "hidden" && property.const === undefined)
    .map(([name, property]) => fieldOf(name, property, schema));
}

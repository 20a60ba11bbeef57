/** The words of a message, whatever its kind. */
import type { ChatMessage } from "./events";

/** As people read it; Markdown where `markdown` is set, so that values stand in a code block. */
export function messageText(message: ChatMessage, markdown = false): string {
  if (message.type === "MultiModalMessage") {
    return message.content.map((part) => (typeof part === "string" ? part : "(image)")).join("\n");
  }
  if (message.type === "StructuredMessage") return structured(message, markdown);
  return message.content;
}

type Structured = Extract<ChatMessage, { type: "StructuredMessage" }>;

function structured({ content, format_string: format }: Structured, markdown: boolean): string {
  if (format === null || format === undefined) {
    const json = JSON.stringify(content, null, 2);
    return markdown ? `\`\`\`json\n${json}\n\`\`\`` : json;
  }
  return format.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value: unknown = Object.hasOwn(content, name) ? content[name] : placeholder;
    return typeof value === "string" ? value : JSON.stringify(value);
  });
}

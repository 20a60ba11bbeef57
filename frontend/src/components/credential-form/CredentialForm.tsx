import { Button, Group, PasswordInput, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { ApiError } from "@/api/client";
import { createCredential, testCredential, type CredentialTest } from "@/api/credentials";
import type { Credential, CredentialKind } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { KIND_NAMES, MODEL_KINDS } from "@/components/schema-form/credential-kinds";

interface KindWords {
  /** What the secret is called, and what is said of it. */
  secret: string;
  help: string;
  placeholder?: string;
  /** The address, where there is one; `null`: it has none. */
  address: { label: string; placeholder: string; help: string; required: boolean } | null;
  /** An empty secret is fine. */
  keyless?: boolean;
}

const KEPT = "Kept encrypted on the server; it is never shown again.";

const WORDS: Record<CredentialKind, KindWords> = {
  openai: { secret: "API key", help: KEPT, address: null },
  anthropic: { secret: "API key", help: KEPT, address: null },
  openai_compatible: {
    secret: "API key", help: "Leave empty if the server wants none.", keyless: true,
    address: { label: "Base URL", placeholder: "http://localhost:11434/v1", help: "The address of a server that speaks OpenAI's protocol: Ollama, vLLM, llama.cpp …", required: true },
  },
  http: {
    secret: "Key", help: `Tools put it into a header of their requests. ${KEPT}`,
    address: { label: "Address it is for", placeholder: "https://api.example.com", help: "The key is sent to addresses that begin with this one, and nowhere else.", required: true },
  },
  sql: { secret: "Connection URL", help: `User, password, host and database in one. ${KEPT}`, placeholder: "postgresql://user:password@host/database", address: null },
  brave: { secret: "API key", help: `For the web search tool. ${KEPT}`, address: null },
  tavily: { secret: "API key", help: `For the web search tool. ${KEPT}`, address: null },
};

const ofKinds = (kinds: readonly CredentialKind[]) => kinds.map((kind) => ({ value: kind, label: KIND_NAMES[kind] }));

export const isModelKind = (kind: CredentialKind): boolean => MODEL_KINDS.includes(kind);

const TOOL_KINDS = (Object.keys(KIND_NAMES) as CredentialKind[]).filter((kind) => !isModelKind(kind));

/** Which keys the form offers: at the first steps only those of models. */
const GROUPS = { all: [{ group: "Models", items: ofKinds(MODEL_KINDS) }, { group: "Tools", items: ofKinds(TOOL_KINDS) }], models: ofKinds(MODEL_KINDS) };

interface CredentialFormProps {
  onSaved: (credential: Credential, test: CredentialTest | null) => void;
  onCancel?: () => void;
  submitLabel?: string;
  offer?: keyof typeof GROUPS;
}

/** Adds a key; one of a model is tried at once. The key goes to the server and never comes back. */
export function CredentialForm({ onSaved, onCancel, submitLabel = "Save key", offer = "models" }: CredentialFormProps) {
  const client = useQueryClient();
  const [kind, setKind] = useState<CredentialKind>("openai");
  const [name, setName] = useState("");
  const [baseUrl, setBaseUrl] = useState("");
  const [key, setKey] = useState("");
  const words = WORDS[kind];
  const fallbackName = KIND_NAMES[kind];
  const save = useMutation({
    mutationFn: async () => {
      const credential = await createCredential({ kind, name: name.trim() || fallbackName, api_key: key, ...(words.address && baseUrl.trim() ? { base_url: baseUrl.trim() } : {}) });
      // A key that does not work is kept: its address or the vendor's account may be put right later.
      const test = isModelKind(kind) ? await testCredential(credential.id).catch(() => null) : null;
      return { credential, test };
    },
    onSuccess: async ({ credential, test }) => {
      await client.invalidateQueries({ queryKey: ["credentials"] });
      void client.invalidateQueries({ queryKey: ["me"] });
      void client.invalidateQueries({ queryKey: ["workspace"] });
      onSaved(credential, test);
    },
  });
  const fields = save.error instanceof ApiError ? save.error.fields : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit} autoComplete="off">
      <Stack gap={12}>
        <Group gap={12} align="flex-start" grow preventGrowOverflow={false} wrap="wrap">
          <Select label={offer === "all" ? "Kind" : "Vendor"} data={GROUPS[offer]} value={kind} onChange={(next) => next && setKind(next as CredentialKind)} allowDeselect={false} miw={180} />
          <TextInput label="Name" placeholder={fallbackName} value={name} onChange={(event) => setName(event.currentTarget.value)} error={fields?.name?.[0]} maxLength={120} miw={180} />
        </Group>
        {words.address && (
          <TextInput label={words.address.label} placeholder={words.address.placeholder} value={baseUrl} onChange={(event) => setBaseUrl(event.currentTarget.value)} required={words.address.required} error={fields?.base_url?.[0]} description={words.address.help} />
        )}
        <PasswordInput label={words.secret} value={key} onChange={(event) => setKey(event.currentTarget.value)} required={!words.keyless} error={fields?.api_key?.[0]} autoComplete="off" data-1p-ignore placeholder={words.placeholder} description={words.help} />
        {save.isError && !fields && <ErrorState error={save.error} compact />}
        <Group justify="flex-end" gap={8}>
          {save.isPending && isModelKind(kind) && <Text size="xs" c="dimmed">Saving, then asking the vendor whether the key works</Text>}
          {onCancel && <Button variant="default" onClick={onCancel}>Cancel</Button>}
          <Button type="submit" loading={save.isPending} disabled={(words.address?.required && !baseUrl.trim()) || (!words.keyless && !key.trim())}>{submitLabel}</Button>
        </Group>
      </Stack>
    </form>
  );
}

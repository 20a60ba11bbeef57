import { Button, Group, PasswordInput, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { ApiError } from "@/api/client";
import { createCredential, testCredential, type CredentialTest } from "@/api/credentials";
import type { Credential, CredentialKind } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";

export const CREDENTIAL_KINDS: { value: CredentialKind; label: string }[] = [
  { value: "openai", label: "OpenAI" },
  { value: "anthropic", label: "Anthropic" },
  { value: "openai_compatible", label: "OpenAI-compatible server" },
];

interface CredentialFormProps {
  onSaved: (credential: Credential, test: CredentialTest | null) => void;
  onCancel?: () => void;
  submitLabel?: string;
}

/** Adds a model key, and tries it at once. The key goes to the server and never comes back. */
export function CredentialForm({ onSaved, onCancel, submitLabel = "Save key" }: CredentialFormProps) {
  const client = useQueryClient();
  const [kind, setKind] = useState<CredentialKind>("openai");
  const [name, setName] = useState("");
  const [baseUrl, setBaseUrl] = useState("");
  const [key, setKey] = useState("");
  const compatible = kind === "openai_compatible";
  const fallbackName = CREDENTIAL_KINDS.find((item) => item.value === kind)?.label ?? kind;
  const save = useMutation({
    mutationFn: async () => {
      const credential = await createCredential({ kind, name: name.trim() || fallbackName, api_key: key, ...(baseUrl.trim() ? { base_url: baseUrl.trim() } : {}) });
      // A key that does not work is kept: its address or the vendor's account may be put right later.
      const test = await testCredential(credential.id).catch(() => null);
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
          <Select label="Vendor" data={CREDENTIAL_KINDS} value={kind} onChange={(next) => next && setKind(next as CredentialKind)} allowDeselect={false} miw={180} />
          <TextInput label="Name" placeholder={fallbackName} value={name} onChange={(event) => setName(event.currentTarget.value)} error={fields?.name?.[0]} maxLength={120} miw={180} />
        </Group>
        {compatible && (
          <TextInput label="Base URL" placeholder="http://localhost:11434/v1" value={baseUrl} onChange={(event) => setBaseUrl(event.currentTarget.value)} required error={fields?.base_url?.[0]}
            description="The address of a server that speaks OpenAI's protocol: Ollama, vLLM, llama.cpp …" />
        )}
        <PasswordInput label="API key" value={key} onChange={(event) => setKey(event.currentTarget.value)} required={!compatible} error={fields?.api_key?.[0]} autoComplete="off" data-1p-ignore
          description={compatible ? "Leave empty if the server wants none" : "Kept encrypted on the server; it is never shown again"} />
        {save.isError && !fields && <ErrorState error={save.error} compact />}
        <Group justify="flex-end" gap={8}>
          {save.isPending && <Text size="xs" c="dimmed">Saving, then asking the vendor whether the key works</Text>}
          {onCancel && <Button variant="default" onClick={onCancel}>Cancel</Button>}
          <Button type="submit" loading={save.isPending} disabled={compatible ? !baseUrl.trim() : !key.trim()}>{submitLabel}</Button>
        </Group>
      </Stack>
    </form>
  );
}

import { ActionIcon, Modal, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconArrowsDiagonal } from "@tabler/icons-react";

import { CodeEditor } from "@/components/code/CodeEditor";
import { Section } from "@/components/Section";

interface SystemMessageProps {
  value: string;
  onChange: (value: string) => void;
  readOnly: boolean;
  error?: string;
}

/** The instructions of an agent, in an editor that can take the whole screen. */
export function SystemMessage({ value, onChange, readOnly, error }: SystemMessageProps) {
  const [large, { open, close }] = useDisclosure(false);
  return (
    <div data-field="system_message">
      <Section
        title="System message"
        aside={<Tooltip label="Edit on the whole screen"><ActionIcon variant="subtle" color="gray" aria-label="Enlarge system message" onClick={open}><IconArrowsDiagonal size={16} /></ActionIcon></Tooltip>}
      >
        <CodeEditor language="markdown" label="System message" value={value} onChange={onChange} readOnly={readOnly} minHeight="176px" />
        {error && <Text size="xs" c="var(--state-failed)">{error}</Text>}
      </Section>
      <Modal opened={large} onClose={close} title="System message" size="min(960px, 92vw)">
        <CodeEditor language="markdown" label="System message, large" value={value} onChange={onChange} readOnly={readOnly} height="64vh" autoFocus />
      </Modal>
    </div>
  );
}

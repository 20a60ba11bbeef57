import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";

import { JsonView } from "@/components/JsonView";
import { formatDateTime } from "@/lib/format";

import { useBuilder, useBuilderState } from "./context";
import { replaceDocument } from "./document/commands";
import { docOf, useSyncState } from "./useDraft";
import classes from "./builder.module.css";

/** Two people (or two tabs) edited one draft: nobody's work is thrown away unasked. */
export function ConflictDialog() {
  const { sync, store } = useBuilder();
  const { doc } = useBuilderState();
  const state = useSyncState(sync);
  const [both, { toggle }] = useDisclosure(false);
  if (state.kind !== "conflict") return null;
  const { theirs } = state;
  const takeTheirs = () => {
    const taken = sync.takeTheirs();
    if (!taken) return;
    // As a command, so that undo brings mine back. It is saved again, unchanged.
    store.run(replaceDocument(docOf(taken), "Take the other version"));
  };
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} closeOnEscape={false} closeOnClickOutside={false} title="This draft was changed elsewhere" size={both ? "min(1100px, 94vw)" : "md"}>
      <Stack gap={16}>
        <Text size="sm">Another window or person saved it on {formatDateTime(theirs.updated_at)}, while you were editing. Nothing is lost: choose which one goes on as the draft.</Text>
        {both && (
          <div className={classes.both}>
            <div><Text size="sm" fw={600} mb={4}>Mine</Text><JsonView label="Mine" value={doc.component} height="48vh" /></div>
            <div><Text size="sm" fw={600} mb={4}>Theirs</Text><JsonView label="Theirs" value={theirs.component} height="48vh" /></div>
          </div>
        )}
        <Group justify="flex-end" gap={8}>
          <Button variant="subtle" onClick={toggle}>{both ? "Hide both" : "See both"}</Button>
          <Button variant="default" onClick={takeTheirs}>Take theirs</Button>
          <Button onClick={() => sync.keepMine()}>Keep mine</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

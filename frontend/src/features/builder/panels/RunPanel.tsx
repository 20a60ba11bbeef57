import { Button, Text } from "@mantine/core";

import { RunTaskForm } from "@/components/run-task/RunTaskForm";
import { plural } from "@/lib/format";

import { useBuilder } from "../context";
import { tally } from "../document/problems";
import { useSaveRevision } from "../useSaveRevision";
import { useWouldBeScripted } from "../useWouldBeScripted";
import { Drawer } from "./Drawer";

/** The task for a run of what is on the canvas. */
export function RunPanel({ onClose, onShowProblems }: { onClose: () => void; onShowProblems: () => void }) {
  const { definition, problems } = useBuilder();
  const { ensureRevision } = useSaveRevision();
  const scripted = useWouldBeScripted();
  const { errors } = tally(problems);
  const prepare = async () => ({ definition: definition.id, revision: await ensureRevision() });
  return (
    <Drawer title="Run" onClose={onClose}>
      {errors > 0 ? (
        <Text size="sm">
          This team has {plural(errors, "error")} and cannot run yet. <Button size="compact-sm" variant="light" onClick={onShowProblems}>Show problems</Button>
        </Text>
      ) : (
        <RunTaskForm prepare={prepare} scripted={scripted} onCancel={onClose} />
      )}
    </Drawer>
  );
}

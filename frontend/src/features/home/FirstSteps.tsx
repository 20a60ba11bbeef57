import { Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconCircleCheck } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";

import { credentialsQuery, type CredentialTest } from "@/api/credentials";
import { useMe } from "@/api/me";
import type { Credential, Definition } from "@/api/types";
import { CredentialForm } from "@/components/credential-form/CredentialForm";
import { PageFrame } from "@/components/PageFrame";
import { Panel } from "@/components/Panel";

import classes from "./home.module.css";

const STEPS = [
  { title: "Open a gallery team", text: "Three ready teams show how agents, tools and endings fit together." },
  { title: "Run it", text: "Give it a task and watch. Before an agent changes anything, it asks you." },
  { title: "Replay it", text: "Every run can be played back, moment by moment, without running anything again." },
] as const;

function KeyField() {
  const me = useMe();
  const credentials = useQuery(credentialsQuery).data?.results ?? [];
  const [added, setAdded] = useState<{ credential: Credential; test: CredentialTest | null } | null>(null);
  if (!me.can.admin) return null;
  if (added || credentials.length > 0) {
    const name = added?.credential.name ?? credentials[0]?.name;
    const failed = added?.test && !added.test.ok ? added.test.detail : null;
    return (
      <Panel title="Model key">
        <Text size="sm" px={12} pb={8} className={classes.kept}>
          <IconCircleCheck size={16} color="var(--state-completed)" aria-hidden /> {name} is kept.{" "}
          {failed ?? (me.scripted_default ? <>Choose the model that teams use by default under <Link to="/settings/models">Settings</Link>.</> : null)}
        </Text>
      </Panel>
    );
  }
  return (
    <Panel title="Model key">
      <div className={classes.padded}>
        <Text size="sm" c="dimmed" mb={12}>Not needed to look around: without a key a scripted stand-in writes the words, and every screen says so.</Text>
        <CredentialForm onSaved={(credential, test) => setAdded({ credential, test })} />
      </div>
    </Panel>
  );
}

/** The first visit: three steps and a field for a model key, nothing else. */
export function FirstSteps({ teams }: { teams: Definition[] }) {
  const { user } = useMe();
  const team = teams[0];
  const actions = [
    <Button key="gallery" component={Link} to="/gallery" variant={team ? "default" : "filled"}>Open the gallery</Button>,
    team ? <Button key="run" component={Link} to={`/teams/${team.id}`}>Open {team.name.length > 24 ? "your team" : team.name}</Button> : null,
    null,
  ];
  return (
    <PageFrame title={`Welcome to Troupe, ${user.name}`} lead="Build teams of AI agents, watch them work, decide what they may do.">
      <ol className={classes.steps}>
        {STEPS.map((step, index) => (
          <li key={step.title} className={classes.step}>
            <span className={classes.number} aria-hidden>{index + 1}</span>
            <h2 className={classes.stepTitle}>{step.title}</h2>
            <p className={classes.stepText}>{step.text}</p>
            {actions[index]}
          </li>
        ))}
      </ol>
      <KeyField />
    </PageFrame>
  );
}

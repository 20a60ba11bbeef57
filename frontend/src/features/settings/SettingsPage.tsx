import { Tabs } from "@mantine/core";
import { IconKey, IconPalette, IconShieldCheck, IconTerminal2, IconUser } from "@tabler/icons-react";
import type { ComponentType } from "react";
import { useNavigate, useParams } from "react-router";

import { PageFrame } from "@/components/PageFrame";

import { AccountTab } from "./AccountTab";
import { AppearanceTab } from "./AppearanceTab";
import { ModelsTab } from "./ModelsTab";
import { PolicyTab } from "./PolicyTab";
import { TokensTab } from "./TokensTab";

const TABS: { value: string; label: string; icon: typeof IconKey; content: ComponentType }[] = [
  { value: "models", label: "Models and keys", icon: IconKey, content: ModelsTab },
  { value: "policy", label: "Approvals policy", icon: IconShieldCheck, content: PolicyTab },
  { value: "tokens", label: "API tokens", icon: IconTerminal2, content: TokensTab },
  { value: "account", label: "Account", icon: IconUser, content: AccountTab },
  { value: "appearance", label: "Appearance", icon: IconPalette, content: AppearanceTab },
];

export function SettingsPage() {
  const { tab } = useParams();
  const navigate = useNavigate();
  const current = TABS.find((item) => item.value === tab) ?? TABS[0];
  if (!current) return null;
  const Content = current.content;
  return (
    <PageFrame title="Settings">
      <Tabs value={current.value} onChange={(value) => void navigate(`/settings/${value ?? "models"}`)} mb={16}>
        <Tabs.List style={{ flexWrap: "nowrap", overflowX: "auto", overflowY: "hidden" }}>
          {TABS.map(({ value, label, icon: Icon }) => <Tabs.Tab key={value} value={value} leftSection={<Icon size={16} />} style={{ flex: "none" }}>{label}</Tabs.Tab>)}
        </Tabs.List>
      </Tabs>
      <div role="tabpanel" aria-label={current.label}><Content /></div>
    </PageFrame>
  );
}

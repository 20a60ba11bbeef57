import { ActionIcon, Kbd, Menu, Tooltip, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useNetwork } from "@mantine/hooks";
import { spotlight } from "@mantine/spotlight";
import { useIsFetching, useQueryClient } from "@tanstack/react-query";
import { IconLogout, IconMenu2, IconMoon, IconSearch, IconSun, IconUser } from "@tabler/icons-react";
import { Link } from "react-router";

import { signOut } from "@/api/account";
import type { Me } from "@/api/types";

import { useServerReachable } from "./useServerReachable";
import classes from "./Shell.module.css";

const MOD = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl";

function Connection() {
  const { online } = useNetwork();
  const reachable = useServerReachable(useQueryClient(), useIsFetching());
  const off = !online || !reachable;
  return (
    <Tooltip label={off ? "The server cannot be reached. What you edit is kept in this browser until it is back." : "Connected to the server."}>
      <span className={classes.connection} role="status">
        <span className={classes.dot} data-off={off || undefined} aria-hidden />
        <span className={classes.connectionText}>{off ? "Offline" : "Connected"}</span>
      </span>
    </Tooltip>
  );
}

function ThemeButton() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const next = scheme === "dark" ? "light" : "dark";
  return (
    <Tooltip label={`Switch to ${next}`}>
      <ActionIcon variant="subtle" color="gray" aria-label={`Switch to ${next} theme`} onClick={() => setColorScheme(next)}>
        {scheme === "dark" ? <IconSun size={18} stroke={1.75} /> : <IconMoon size={18} stroke={1.75} />}
      </ActionIcon>
    </Tooltip>
  );
}

function AccountMenu({ me }: { me: Me }) {
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label="Account menu"><IconUser size={18} stroke={1.75} /></ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me.user.name}, {me.role}</Menu.Label>
        <Menu.Item component={Link} to="/settings/account" leftSection={<IconUser size={16} />}>Account</Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

export function TopBar({ onOpenNav, me }: { onOpenNav: () => void; me: Me | undefined }) {
  return (
    <header className={classes.top}>
      <ActionIcon className={classes.menuButton} variant="subtle" color="gray" aria-label="Open menu" onClick={onOpenNav}>
        <IconMenu2 size={20} />
      </ActionIcon>
      <button type="button" className={classes.search} onClick={spotlight.open} aria-label="Open command palette">
        <IconSearch size={16} aria-hidden />
        <span className={classes.searchText}>Search or run a command</span>
        <Kbd size="xs" className={classes.searchText} style={{ marginLeft: "auto" }}>{MOD} K</Kbd>
      </button>
      <div style={{ flex: 1 }} />
      <Connection />
      <ThemeButton />
      {me && <AccountMenu me={me} />}
    </header>
  );
}

import { SegmentedControl, useMantineColorScheme, type MantineColorScheme } from "@mantine/core";

import classes from "./settings.module.css";

const SCHEMES = [
  { value: "auto", label: "Like the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

export function AppearanceTab() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <section className={classes.card}>
      <div>
        <h2 className={classes.title}>Theme</h2>
        <p className={classes.text}>Kept in this browser.</p>
      </div>
      <SegmentedControl value={colorScheme} onChange={(value) => setColorScheme(value as MantineColorScheme)} data={SCHEMES} aria-label="Theme" style={{ alignSelf: "flex-start" }} />
    </section>
  );
}

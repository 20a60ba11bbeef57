import { createTheme, type MantineColorsTuple } from "@mantine/core";

const indigo: MantineColorsTuple = [
  "#eef0ff", "#dde1fd", "#b9c0f6", "#939df0", "#737fea", "#5d6be6", "#4f5ee0", "#414fc8", "#3845b3", "#2d399c",
];

/** Grey with a trace of blue; 6 to 9 are the dark scheme's panel levels. */
const dark: MantineColorsTuple = [
  "#d7dae2", "#b6bbc8", "#959cac", "#737b8c", "#434a59", "#343a47", "#262b36", "#1c2029", "#151820", "#0e1015",
];

export const theme = createTheme({
  primaryColor: "indigo",
  primaryShade: { light: 6, dark: 5 },
  colors: { indigo, dark },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, monospace",
  defaultRadius: 6,
  radius: { xs: "4px", sm: "6px", md: "6px", lg: "8px", xl: "12px" },
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "24px", xl: "32px" },
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "20px", lineHeight: "28px" },
      h2: { fontSize: "16px", lineHeight: "24px" },
      h3: { fontSize: "14px", lineHeight: "20px" },
    },
  },
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: "sm" } },
    TextInput: { defaultProps: { size: "sm" } },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: true, multiline: true, maw: 320 } },
    Modal: { defaultProps: { centered: true, closeButtonProps: { "aria-label": "Close" }, transitionProps: { duration: 140 } }, styles: { title: { fontWeight: 600 } } },
    Menu: { defaultProps: { transitionProps: { duration: 120 }, shadow: "md" } },
  },
});

// File sizes for reading.

const language = () => (typeof document === "undefined" ? "en" : document.documentElement.lang || "en");

/** "340 kB", "2.4 MB"; never 0 for a small file. */
export function formatBytes(bytes) {
  const [unit, value] = bytes < 1e6 ? ["kilobyte", bytes / 1024] : ["megabyte", bytes / 1048576];
  const digits = value < 10 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 0 };
  return new Intl.NumberFormat(language(), { style: "unit", unit, unitDisplay: "short", ...digits }).format(value);
}

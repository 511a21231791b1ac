// Numbers for reading: money, durations, counts.

const language = () => (typeof document === "undefined" ? "en" : document.documentElement.lang || "en");

export function formatNumber(value, digits = 0) {
  return new Intl.NumberFormat(language(), { maximumFractionDigits: digits }).format(value);
}

/** An amount in USD; null is unpriced, never $0. `words` gives "free" and "unpriced" in the page's language. */
export function formatCost(usd, words = {}) {
  if (usd === null || usd === undefined || usd === "") {
    return words.unpriced ?? "unpriced";
  }
  const amount = Number(usd);
  if (amount === 0) {
    return words.free ?? "free";
  }
  const maximumFractionDigits = Math.min(20, Math.max(2, 2 - Math.floor(Math.log10(amount))));
  return `$${amount.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits }).replace(/\.00$/, "")}`;
}

/** Seconds as "0.32 s", "1.4 s", "42 s", "1:05"; pass the page's pattern ("{value} s") where it differs. */
export function formatSeconds(seconds, pattern = "{value} s") {
  const digits = seconds < 1 ? 2 : seconds < 20 ? 1 : 0;
  return seconds < 60 ? pattern.replace("{value}", formatNumber(seconds, digits)) : formatClock(seconds);
}

/** Seconds as a clock: 0:05, 12:05, 1:02:03. */
export function formatClock(seconds) {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

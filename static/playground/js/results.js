// What the page says of any finished run: its cost, its durations, and the note for one that failed.

import { formatCost, formatNumber, formatSeconds } from "./page/format.js";
import { message } from "./page/messages.js";

const CAUSES = { 0: "lost", 401: "signed-out", 402: "over-budget", 413: "too-long", 429: "busy", 502: "provider", 503: "provider", 504: "provider" };
const TRANSIENT = [0, 429, 502, 503, 504];

export const seconds = (value) => formatSeconds(value, message("seconds", { value: "{value}" }));
export const money = (usd) => formatCost(usd, { free: message("free"), unpriced: message("unpriced") });

/** The cost of a run by its receipt: a failed one that cost nothing was not charged; "≈" marks an estimate; an answer from the cache says so. */
export function costText({ cost, outcome, basis }) {
  if (basis === "cached") {
    return message("cached-free");
  }
  if (outcome === "failed" && cost === 0) {
    return message("not-charged");
  }
  return (basis === "estimated" && cost ? "≈ " : "") + money(cost);
}

/** How many seconds of audio were processed in one second, as text. */
export function realTimeText(duration, milliseconds) {
  const factor = duration / Math.max(milliseconds / 1000, 0.001);
  return message("real-time", { factor: formatNumber(factor, factor < 10 ? 1 : 0) });
}

/** Which sound was converted here, as text; empty where none was. */
export function conversionText({ conversions = [] }) {
  const texts = conversions.map(({ direction, from, to }) => message(`converted-${direction}`, { from, to }));
  return [...new Set(texts)].join(" · ");
}

/** The fields of a status note for a run that ended early: what happened, the request's id. */
export function errorNote(error, { partial = false, run = null, receipt = null } = {}) {
  const code = error?.code ?? 0;
  return {
    kind: partial ? "warn" : "bad",
    title: message(partial ? "partial" : CAUSES[code] ?? "failed"),
    text: error?.message ?? "",
    requestId: error?.metadata?.generation_id ?? receipt?.id ?? "",
    action: run ? { label: message("receipt"), url: `/runs/${run}` } : null,
  };
}

/** A button in the note of a failed run calls `again` where that may help, after the seconds that the provider told. */
export function offerRetry(note, error, again) {
  if (!TRANSIENT.includes(error?.code ?? 0)) {
    return;
  }
  const button = note.querySelector("[data-field=retry]");
  let left = Math.ceil(error?.metadata?.retry_after ?? 0);
  const draw = () => {
    button.textContent = left > 0 ? message("retry-in", { time: seconds(left) }) : message("retry-now");
    button.disabled = left > 0;
  };
  clearInterval(button.timer);
  button.timer = setInterval(() => {
    left -= 1;
    left < 0 || button.hidden ? clearInterval(button.timer) : draw();
  }, 1000);
  Object.assign(button, { hidden: false, onclick: again });
  draw();
}

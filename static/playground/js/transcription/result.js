// What is said of a transcript once it is there, or is not: fetched with the first file, not with the page.

import { formatCost, formatNumber, formatSeconds } from "../page/format.js";
import { message } from "../page/messages.js";
import { named } from "../page/names.js";

export function receiptParts(receipt, { first, duration }, run) {
  const began = first ?? receipt.first_event_ms;
  return {
    first: began === null ? "" : seconds(began / 1000),
    total: seconds(receipt.total_ms / 1000),
    units: units(receipt, duration),
    cost: money(receipt.cost),
    model: [receipt.model, receipt.then].filter(Boolean).map(named).join(" + "),
    provider: providers(receipt).map(named).join(" + "),
    url: `/runs/${run}`,
  };
}

/** Who ran the model, or each of the two that made the answer: the second is asked once the first has answered. */
function providers({ then, provider, attempts = [] }) {
  const first = then && attempts.find(({ outcome }) => outcome === "completed")?.provider;
  return [...new Set([first, provider])].filter(Boolean);
}

/** `price` is USD per minute of sound. */
export function estimateText(length, price) {
  const sum = money((price * length) / 60);
  return message("estimate", { duration: seconds(length), cost: sum });
}

/** The row for the list of earlier runs. */
export function listed({ run, outcome, receipt }, item) {
  const said = item.transcript.rows.map((row) => row.text).join(" ");
  return {
    id: run,
    title: said.slice(0, 120) || item.name,
    text: said,
    voice: item.name,
    length: item.duration ? seconds(item.duration) : "",
    cost: receipt ? money(receipt.cost) : "",
    state: outcome === "completed" ? "" : message(outcome),
    sound: item.media,
    duration: item.duration ?? 0,
    words: [],
    name: item.name,
    url: `/runs/${run}`,
  };
}

/** What is announced when a run is over. */
export function ending({ outcome, receipt }, item) {
  if (outcome !== "completed") {
    return message(outcome);
  }
  const words = item.transcript.rows.map((row) => row.text).join(" ").split(/\s+/).filter(Boolean).length;
  return message("written", { count: formatNumber(words), cost: money(receipt?.cost) });
}

/** The note for a run that ended early: what happened, whose fault it is, what to do. */
export function trouble(error, { partial = false, run = null, receipt = null } = {}) {
  const code = error?.code ?? 0;
  const provider = code === 502 || code === 503 || code === 504;
  const cause = { 0: "lost", 401: "signed-out", 402: "over-budget", 413: "too-long", 429: "busy" }[code] ?? (provider ? "provider" : "failed");
  const again = provider || code === 0 || code === 429 ? message("again") : "";
  return {
    kind: partial ? "warn" : "bad",
    title: partial ? message("partial") : message(cause),
    text: [error?.message, again].filter(Boolean).join(" "),
    requestId: error?.metadata?.generation_id ?? receipt?.id ?? "",
    action: run ? { label: message("receipt"), url: `/runs/${run}` } : null,
  };
}

/** What was done of a sound that was not heard to its end says nothing of the speed. */
function units(receipt, duration) {
  if (!duration || receipt.outcome !== "completed") {
    return "";
  }
  const factor = duration / Math.max(receipt.total_ms / 1000, 0.001);
  const parts = [
    message("of-sound", { duration: seconds(duration) }),
    message("real-time", { factor: formatNumber(factor, factor < 10 ? 1 : 0) }),
  ];
  if (receipt.cost) {
    parts.push(message("per-hour", { cost: money((receipt.cost / duration) * 3600) }));
  }
  return parts.join(" · ");
}

const seconds = (value) => formatSeconds(value, message("seconds", { value: "{value}" }));
const money = (usd) => formatCost(usd, { free: message("free"), unpriced: message("unpriced") });

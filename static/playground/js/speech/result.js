// What is said of a spoken result once it is there, or is not: fetched with the first run, not with the page.

import { formatCost, formatNumber, formatSeconds } from "../page/format.js";
import { message } from "../page/messages.js";
import { named } from "../page/names.js";

/** The strings of a receipt line. `first` is click to first sound in ms where this page heard it. */
export function receiptParts(receipt, end, first, run) {
  const began = first ?? receipt.first_event_ms;
  return {
    first: began === null ? "" : seconds(began / 1000),
    total: seconds(receipt.total_ms / 1000),
    units: units(receipt, end),
    cost: cost(receipt),
    model: named(receipt.model),
    provider: named(receipt.provider),
    url: `/runs/${run}`,
  };
}

/** What a run may cost, before it has. */
export function estimateParts({ estimate, model, provider }) {
  const usd = Number(estimate);
  const most = estimate === null ? "" : usd ? message("at-most", { cost: money(usd) }) : money(0);
  return { cost: most, model: named(model), provider: named(provider) };
}

export function listed({ run, outcome, receipt, end }, { params, words }) {
  return {
    id: run,
    title: params.input.trim().slice(0, 120),
    text: params.input,
    voice: named(params.voice ?? ""),
    length: end ? seconds(end.duration) : "",
    cost: receipt ? cost(receipt) : "",
    state: outcome === "completed" ? "" : message(outcome),
    sound: end?.url ?? "",
    duration: end?.duration ?? 0,
    words,
    url: `/runs/${run}`,
  };
}

/** What is announced when a run is over. */
export function ending(outcome, receipt, end) {
  if (outcome === "completed") {
    return message("spoken", { duration: seconds(end.duration), cost: cost(receipt) });
  }
  return message(outcome);
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

export function fileName(model, params) {
  const words = params.input.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const extension = params.response_format === "opus" ? "ogg" : params.response_format;
  return `${[model.split("/").pop(), ...words.slice(0, 6)].join("-").slice(0, 80)}.${extension}`;
}

export function seconds(value) {
  return formatSeconds(value, message("seconds", { value: "{value}" }));
}

function units(receipt, end) {
  const characters = receipt.units?.["text_in.character"];
  const parts = [];
  if (characters !== undefined) {
    parts.push(message("characters", { count: formatNumber(characters) }));
  }
  if (end?.duration) {
    parts.push(message("of-sound", { duration: seconds(end.duration) }));
    const factor = end.duration / Math.max(receipt.total_ms / 1000, 0.001);
    parts.push(message("real-time", { factor: formatNumber(factor, factor < 10 ? 1 : 0) }));
  }
  return parts.join(" · ");
}

const cost = (receipt) => money(receipt.cost);
const money = (usd) => formatCost(usd, { free: message("free"), unpriced: message("unpriced") });

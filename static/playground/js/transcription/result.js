// The texts for a transcription or translation run: receipt line, row of the run list, announcement. Loaded with the first file.

import { formatNumber } from "../page/format.js";
import { message } from "../page/messages.js";
import { displayName } from "../page/names.js";
import { conversionText, costText, money, realTimeText, seconds } from "../results.js";
import { drawRoute } from "../route.js";

/** The strings of a receipt line. `first` is the time from click to first text in ms where this page measured it. */
export function receiptParts(receipt, { first, duration }, run) {
  const firstMs = first ?? receipt.first_event_ms;
  return {
    first: firstMs === null ? "" : seconds(firstMs / 1000),
    total: seconds(receipt.total_ms / 1000),
    units: unitsText(receipt, duration),
    converted: conversionText(receipt),
    cost: costText(receipt),
    model: [receipt.model, receipt.then].filter(Boolean).map(displayName).join(" + "),
    provider: providers(receipt).map(displayName).join(" + "),
    url: `/runs/${run}`,
    route: (place) => drawRoute(place, receipt),
  };
}

/** The provider, or both where a second model (`then`) translated the transcript: it is called after the first has completed. */
function providers({ then, provider, attempts = [] }) {
  const first = then && attempts.find(({ outcome }) => outcome === "completed")?.provider;
  return [...new Set([first, provider])].filter(Boolean);
}

/** `length` in seconds, `price` in USD per minute of audio. */
export function estimateText(length, price) {
  const sum = money((price * length) / 60);
  return message("estimate", { duration: seconds(length), cost: sum });
}

/** The row for the list of earlier runs. */
export function runRow({ run, outcome, receipt }, item) {
  const text = item.transcript.rows.map((row) => row.text).join(" ");
  return {
    id: run,
    title: text.slice(0, 120) || item.name,
    text,
    voice: item.name,
    length: item.duration ? seconds(item.duration) : "",
    cost: receipt ? costText(receipt) : "",
    state: outcome === "completed" ? "" : message(outcome),
    sound: item.media,
    duration: item.duration ?? 0,
    words: [],
    name: item.name,
    url: `/runs/${run}`,
  };
}

/** What is announced when a run is over. */
export function endText({ outcome, receipt }, item) {
  if (outcome !== "completed") {
    return message(outcome);
  }
  const words = item.transcript.rows.map((row) => row.text).join(" ").split(/\s+/).filter(Boolean).length;
  return message("written", { count: formatNumber(words), cost: costText(receipt ?? {}) });
}

/** A run that was stopped says nothing of the speed: its audio was not processed to the end. */
function unitsText(receipt, duration) {
  if (!duration || receipt.outcome !== "completed") {
    return "";
  }
  const parts = [message("of-sound", { duration: seconds(duration) }), realTimeText(duration, receipt.total_ms)];
  if (receipt.cost) {
    parts.push(message("per-hour", { cost: money((receipt.cost / duration) * 3600) }));
  }
  return parts.join(" · ");
}

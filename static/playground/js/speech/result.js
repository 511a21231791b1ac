// What a speech run comes to: receipt line, row of the run list, announcement, note, timings. Loaded with the first run.

import { formatNumber } from "../page/format.js";
import { message } from "../page/messages.js";
import { displayName } from "../page/names.js";
import { conversionText, costText, errorNote, money, offerRetry, realTimeText, seconds } from "../results.js";
import { drawRoute, tell } from "../route.js";
import { voiceAction } from "./other-voice.js";

export { offerRetry, seconds, tell };

/** The strings of a receipt line. `first` is the time from click to first audio in ms where this page played it. */
export function receiptParts(receipt, end, first, run) {
  const firstMs = first ?? receipt.first_event_ms;
  return {
    first: firstMs === null ? "" : seconds(firstMs / 1000),
    total: seconds(receipt.total_ms / 1000),
    units: unitsText(receipt, end),
    converted: conversionText(receipt),
    cost: costText(receipt),
    model: displayName(receipt.model),
    provider: displayName(receipt.provider),
    url: `/runs/${run}`,
    route: (place) => drawRoute(place, receipt),
  };
}

/** The strings of a receipt line for a run that has just begun: the most it may cost. */
export function estimateParts({ estimate, model, provider }) {
  const usd = Number(estimate);
  const most = estimate === null ? "" : usd ? message("at-most", { cost: money(usd) }) : money(0);
  return { cost: most, model: displayName(model), provider: displayName(provider) };
}

/** The row for the list of earlier runs. */
export function runRow({ run, outcome, receipt, end }, { params, words }) {
  return {
    id: run,
    title: params.input.trim().slice(0, 120),
    text: params.input,
    voice: displayName(params.voice ?? ""),
    length: end ? seconds(end.duration) : "",
    cost: receipt ? costText(receipt) : "",
    state: outcome === "completed" ? "" : message(outcome),
    sound: end?.url ?? "",
    duration: end?.duration ?? 0,
    words,
    url: `/runs/${run}`,
  };
}

/** What is announced when a run is over. */
export function endText(outcome, receipt, end) {
  if (outcome === "completed") {
    return message("spoken", { duration: seconds(end.duration), cost: costText(receipt) });
  }
  return message(outcome);
}

/** The note for a run that failed; where the error names a voice that can, the note leads to it. */
export function speechNote(error, context, params) {
  const note = errorNote(error, context);
  return { ...note, action: voiceAction(error, params) ?? note.action };
}

/** Sends the server what was measured here, for the receipt: times in ms, samples and underruns. */
export function sendTimings(run, first, { received, played, underruns }, csrf) {
  const body = { first_sound_ms: first, stalls: underruns, received_samples: received, played_samples: played };
  const headers = { "X-CSRFToken": csrf, "Content-Type": "application/json" };
  fetch(`/runs/${run}/timings`, { method: "POST", keepalive: true, headers, body: JSON.stringify(body) });
}

export function fileName(model, params) {
  const words = params.input.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const extension = params.response_format === "opus" ? "ogg" : params.response_format;
  return `${[model.split("/").pop(), ...words.slice(0, 6)].join("-").slice(0, 80)}.${extension}`;
}

function unitsText(receipt, end) {
  const characters = receipt.units?.["text_in.character"];
  const parts = [];
  if (characters !== undefined) {
    parts.push(message("characters", { count: formatNumber(characters) }));
  }
  if (end?.duration) {
    parts.push(message("of-sound", { duration: seconds(end.duration) }));
    parts.push(realTimeText(end.duration, receipt.total_ms));
  }
  return parts.join(" · ");
}

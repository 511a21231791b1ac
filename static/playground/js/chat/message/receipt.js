// The receipt below an answer, and the note of one that failed. Loaded with the first answer.

import { formatNumber } from "../../page/format.js";
import { message } from "../../page/messages.js";
import { displayName } from "../../page/names.js";
import { conversionText, costText, money, seconds } from "../../results.js";
import { drawRoute, tell } from "../../route.js";

export { tell };

const KINDS = [
  ["tokens-in", ["text_in", "image_in", "audio_in", "video_in", "file_in"]],
  ["tokens-cached", ["cached_in"]],
  ["tokens-out", ["text_out", "image_out"]],
  ["tokens-reasoning", ["reasoning_out"]],
  ["tokens-audio", ["audio_out"]],
];
const CAUSES = { 0: "lost", 401: "signed-out", 402: "over-budget", 403: "signed-out", 413: "too-long", 429: "busy", 502: "provider", 503: "provider", 504: "provider" };

/** Shows the receipt of an answer that has ended, and a note where it is not complete. */
export function drawEnd(element, answer) {
  const { receipt, run, started } = answer;
  const field = (name) => element.querySelector(`[data-field="${name}"]`);
  const link = field("receipt");
  link.textContent = receipt ? receiptText(receipt) : "";
  if (run) {
    link.href = `/runs/${run}`;
  }
  drawRoute(element.querySelector("[data-role=route]"), receipt ?? {});
  const problem = errorNote(answer);
  const note = element.querySelector("[data-role=trouble]");
  note.hidden = !problem;
  note.dataset.kind = problem?.kind ?? "";
  field("trouble-title").textContent = problem?.title ?? "";
  field("trouble").textContent = problem?.text ?? "";
  element.querySelector("[data-act=request]").disabled = !run || started === false;
}

export function receiptText(receipt) {
  const { first_event_ms: first, tokens_per_second: rate } = receipt;
  return [
    first === null || first === undefined ? "" : message("first-token", { time: seconds(first / 1000) }),
    rate ? message("per-second", { rate: formatNumber(rate, rate < 10 ? 1 : 0) }) : "",
    ...tokenTexts(receipt.units ?? {}),
    conversionText(receipt),
    costText(receipt),
    receipt.model && displayName(receipt.model),
    receipt.provider && displayName(receipt.provider),
  ].filter(Boolean).join(" · ");
}

function tokenTexts(units) {
  return KINDS.map(([key, kinds]) => {
    const count = kinds.reduce((sum, kind) => sum + (units[`${kind}.token`] ?? 0), 0);
    return count ? message(key, { count: formatNumber(count) }) : "";
  });
}

/** The note below an answer that is not complete: {title, text, kind}; null for one that is. */
function errorNote({ state, error }) {
  if (["completed", "running"].includes(state)) {
    return null;
  }
  const cause = error ? CAUSES[error.code] ?? "failed" : state;
  const title = message(`trouble-${state === "partial" ? state : cause}`);
  const id = error?.metadata?.generation_id;
  const text = [error?.message, id ? message("request-id", { id }) : ""].filter(Boolean).join("\n");
  return { kind: { failed: "bad", stopped: "" }[state] ?? "warn", title, text };
}

/** What is announced at the end of an answer. */
export function endText({ state, receipt }) {
  return state === "completed" ? message("answered", { cost: costText(receipt ?? {}) }) : message(`trouble-${state}`);
}

export function totalText({ total, unpriced }) {
  if (!Number(total) && (unpriced || total === null)) {
    return unpriced ? message("unpriced") : "";
  }
  return [money(total), unpriced ? message("and-unpriced", { count: unpriced }) : ""].filter(Boolean).join(" ");
}

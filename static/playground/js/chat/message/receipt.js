// What an answer took: fetched with the first answer, not with the page.

import { formatCost, formatNumber, formatSeconds } from "../../page/format.js";
import { message } from "../../page/messages.js";
import { named } from "../../page/names.js";

const KINDS = [
  ["tokens-in", ["text_in", "image_in", "audio_in", "video_in", "file_in"]],
  ["tokens-cached", ["cached_in"]],
  ["tokens-out", ["text_out", "image_out"]],
  ["tokens-reasoning", ["reasoning_out"]],
  ["tokens-audio", ["audio_out"]],
];
const CAUSES = { 0: "lost", 401: "signed-out", 402: "over-budget", 403: "signed-out", 413: "too-long", 429: "busy", 502: "provider", 503: "provider", 504: "provider" };

/** What stands below an answer that is over: its receipt, and a note where it is not whole. */
export function drawEnd(element, answer) {
  const { receipt, run, started } = answer;
  const field = (name) => element.querySelector(`[data-field="${name}"]`);
  const link = field("receipt");
  link.textContent = receipt ? receiptText(receipt) : "";
  link.title = receipt ? routeText(receipt) : "";
  if (run) {
    link.href = `/runs/${run}`;
  }
  const trouble = troubleOf(answer);
  const note = element.querySelector("[data-role=trouble]");
  note.hidden = !trouble;
  note.dataset.kind = trouble?.kind ?? "";
  field("trouble-title").textContent = trouble?.title ?? "";
  field("trouble").textContent = trouble?.text ?? "";
  element.querySelector("[data-act=request]").disabled = !run || started === false;
}

export function receiptText(receipt) {
  const { first_event_ms: first, tokens_per_second: rate, attempts = [] } = receipt;
  return [
    first === null || first === undefined ? "" : message("first-token", { time: seconds(first / 1000) }),
    rate ? message("per-second", { rate: formatNumber(rate, rate < 10 ? 1 : 0) }) : "",
    ...tokens(receipt.units ?? {}),
    money(receipt.cost),
    receipt.model && named(receipt.model),
    receipt.provider && named(receipt.provider),
    attempts.length > 1 ? message("attempts", { count: attempts.length }) : "",
  ].filter(Boolean).join(" · ");
}

/** Who was asked, in order, and what became of it; empty where the first one answered. */
function routeText({ attempts = [] }) {
  const told = attempts.map(({ provider, reason, outcome }) => `${named(provider)}: ${reason || message(`outcome-${outcome}`)}`);
  return told.length > 1 ? told.join(" → ") : "";
}

function tokens(units) {
  return KINDS.map(([key, kinds]) => {
    const count = kinds.reduce((sum, kind) => sum + (units[`${kind}.token`] ?? 0), 0);
    return count ? message(key, { count: formatNumber(count) }) : "";
  });
}

/** The note below an answer that is not whole: {title, text, kind}; null for one that is. */
function troubleOf({ state, error }) {
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
export function endingText({ state, receipt }) {
  return state === "completed" ? message("answered", { cost: money(receipt?.cost) }) : message(`trouble-${state}`);
}

export function totalText({ total, unpriced }) {
  if (!Number(total) && (unpriced || total === null)) {
    return unpriced ? message("unpriced") : "";
  }
  return [money(total), unpriced ? message("and-unpriced", { count: unpriced }) : ""].filter(Boolean).join(" ");
}

const seconds = (value) => formatSeconds(value, message("seconds", { value: "{value}" }));
const money = (usd) => formatCost(usd, { free: message("free"), unpriced: message("unpriced") });

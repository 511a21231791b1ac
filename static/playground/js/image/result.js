// What a run of pictures comes to: receipt line, entry of the gallery, announcement, note. Loaded with the first run.

import { formatNumber } from "../page/format.js";
import { message } from "../page/messages.js";
import { displayName } from "../page/names.js";
import { costText, errorNote, money, offerRetry, seconds } from "../results.js";
import { drawRoute } from "../route.js";

export { offerRetry };

const FACTS = ["size", "aspect_ratio", "quality", "style"];

/** The strings of a receipt line; none of a run that no provider was called for. */
export function receiptParts(receipt, run) {
  if (!receipt) {
    return { url: `/runs/${run}` };
  }
  const { first_event_ms: first, images } = receipt;
  return {
    first: first === null || first === undefined ? "" : seconds(first / 1000),
    total: seconds(receipt.total_ms / 1000),
    units: images ? picturesText(images) : "",
    cost: costText(receipt),
    model: displayName(receipt.model),
    provider: displayName(receipt.provider),
    url: `/runs/${run}`,
    route: (place) => drawRoute(place, receipt),
  };
}

function picturesText(count) {
  return message(count === 1 ? "one-picture" : "pictures", { count: formatNumber(count) });
}

/** The strings of a receipt line for a run that has just begun: the most it may cost. */
export function estimateParts({ estimate, model, provider }) {
  const usd = Number(estimate);
  const most = estimate === null ? "" : usd ? message("at-most", { cost: money(usd) }) : money(0);
  return { cost: most, model: displayName(model), provider: displayName(provider) };
}

/** The entry of the gallery for a run that delivered something or was stopped. */
export function galleryEntry({ run, outcome, receipt }, { params, inputs, mask, images }) {
  return {
    id: run,
    title: params.prompt || message("variation"),
    params,
    inputs,
    mask,
    images: images.filter(Boolean),
    receipt,
    state: outcome === "completed" ? "" : message(outcome),
    facts: FACTS.map((name) => label(name, params[name])).filter(Boolean).join(" · "),
    cost: receipt ? costText(receipt) : "",
  };
}

/** A parameter as its control says it. */
function label(name, value = "") {
  const option = document.querySelector(`select[name=${name}] option[value="${CSS.escape(value)}"]`);
  return value && (option?.textContent ?? value).replace(/^(\d+)x(\d+)$/, "$1 × $2");
}

/** What is announced when a run is over. */
export function endText({ outcome, receipt }) {
  if (outcome !== "completed") {
    return message(outcome);
  }
  return message("drawn", { pictures: picturesText(receipt.images), cost: costText(receipt) });
}

/** The note for a run that failed, `partial` where some pictures are there; a refusal by a safety system in plain words. */
export function imageNote({ error, run, receipt }, partial) {
  const note = errorNote(error, { partial, run: partial ? run : null, receipt });
  const refused = error?.metadata?.error_type === "content_policy_violation";
  return refused ? { ...note, title: message("refused"), text: `${message("refused-why")} ${error.message}` } : note;
}

// The way of a run: what a failed attempt is called, and the list of all attempts. Loaded with the first one that failed.

import { announce } from "./page/announcements.js";
import { message } from "./page/messages.js";
import { displayName } from "./page/names.js";
import { seconds } from "./results.js";

/** What the provider did, after its name: "answered 429". */
export function failureText(code, status) {
  const text = message(`failure-${code}`, status ? { status } : {});
  return text === `failure-${code}` || text.includes("{status}") ? message("failure-other") : text;
}

/** The line for an attempt that failed or is late, or an endpoint that is full; empty for a model that is not asked. */
export function attemptText(attempt) {
  const { number, provider, model, outcome, code, status, next_provider: nextProvider, next_model: nextModel } = attempt;
  if (!number && !provider) {
    return "";
  }
  if (outcome === "late") {
    return message("asking-too", { provider: displayName(provider), next: nextProvider });
  }
  const other = nextModel && nextModel !== model;
  const values = { provider: displayName(provider), failure: failureText(code, status) };
  if (!other && nextProvider === provider) {
    return message("trying-again", values);
  }
  const names = { model: displayName(nextModel), provider: nextProvider };
  const both = nextProvider ? message("model-at", names) : names.model;
  return message("trying", { ...values, next: other ? both : nextProvider });
}

/** Announces that line, where there is one, and shows it in `place`: an element, or what has a method `show({live})`. */
export function tell(place, event) {
  const live = attemptText(event);
  if (live) {
    place.show ? place.show({ live }) : (place.textContent = live);
    announce(live);
  }
}

/** Whether a run did not go straight to an answer. */
export function hasRoute({ attempts = [], skipped = [] }) {
  return attempts.length > 1 || skipped.length > 0;
}

/** Fills the closed list with the attempts of a receipt in order, and with the models that were not asked. */
export function drawRoute(place, receipt) {
  const { attempts = [], skipped = [] } = receipt;
  place.hidden = !hasRoute(receipt);
  place.open = false;
  const count = attempts.length > 1 ? message("attempts", { count: attempts.length }) : "";
  const notAsked = skipped.length ? message("not-asked-count", { count: skipped.length }) : "";
  place.querySelector("summary").textContent = [count, notAsked].filter(Boolean).join(" · ");
  const rows = skipped.map((one) => row(message("not-asked", { model: skippedName(one) }), [one.reason]));
  place.querySelector("ol").replaceChildren(...attempts.map(attemptRow), ...rows);
}

function skippedName({ model, provider }) {
  const name = displayName(model);
  return provider ? message("model-at", { model: name, provider }) : name;
}

function attemptRow({ provider, model, outcome, code, answered, first_event_ms: first, duration_ms: whole }) {
  const failed = outcome === "failed";
  const end = failed ? failureText(code, answered) : message(`outcome-${outcome}`);
  const time = first === null || first === undefined ? "" : message("first-content", { time: seconds(first / 1000) });
  const item = row(displayName(provider), [model, end, time || (whole ? seconds(whole / 1000) : "")]);
  item.dataset.outcome = outcome;
  return item;
}

function row(name, facts) {
  const item = document.createElement("li");
  const title = document.createElement("b");
  title.textContent = name;
  item.append(title);
  for (const fact of facts.filter(Boolean)) {
    item.append(" · ", fact);
  }
  return item;
}

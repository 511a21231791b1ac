// What a message offers besides being read: fetched with the first click, not with the page.

import { announce } from "../../page/announcements.js";
import { copyText } from "../../page/clipboard.js";
import { formatSeconds } from "../../page/format.js";
import { message } from "../../page/messages.js";
import { named } from "../../page/names.js";

export async function copied(text) {
  await copyText(text);
  announce(message("copied"));
}

/** The words of a message as its author wrote them: an answer as Markdown. */
export function wordsOf({ role, text, parts }) {
  if (role === "assistant" || !Array.isArray(parts)) {
    return text || parts || "";
  }
  return parts.filter(({ type }) => type === "text").map((part) => part.text).join("\n\n");
}

const TABS = ["sent", "answer", "route"];

/** What was really sent for an answer, what came back, and who was asked. */
export async function showRequest(run) {
  const answer = await fetch(`/runs/${run}/request`, { headers: { Accept: "application/json" } });
  if (!answer.ok) {
    announce(message("no-request"));
    return;
  }
  const told = await answer.json();
  const thread = document.querySelector("chat-thread");
  const dialog = document.importNode(thread.querySelector("template[data-for=request]").content.firstElementChild, true);
  for (const name of ["sent", "answer"]) {
    dialog.querySelector(`#request-${name}`).textContent = JSON.stringify(told[name], null, 2);
  }
  dialog.querySelector("tbody").replaceChildren(...(told.route ?? []).map(drawAttempt));
  dialog.addEventListener("click", (event) => pressed(dialog, told, event.target));
  dialog.addEventListener("keydown", (event) => moved(dialog, event));
  dialog.addEventListener("close", () => dialog.remove());
  thread.append(dialog);
  choose(dialog, "sent");
  dialog.showModal();
}

function pressed(dialog, told, target) {
  const tab = target.closest("[role=tab]");
  if (tab) {
    choose(dialog, tab.dataset.tab);
  } else if (target.closest("[data-role=copy]")) {
    copied(JSON.stringify(told[dialog.dataset.tab], null, 2));
  } else if (target === dialog) {
    dialog.close();
  }
}

function moved(dialog, event) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step && event.target.matches("[role=tab]")) {
    const at = TABS.indexOf(dialog.dataset.tab);
    choose(dialog, TABS[(at + step + TABS.length) % TABS.length]);
    dialog.querySelector("[aria-selected=true]").focus();
  }
}

function choose(dialog, name) {
  dialog.dataset.tab = name;
  for (const tab of dialog.querySelectorAll("[role=tab]")) {
    const chosen = tab.dataset.tab === name;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    dialog.querySelector(`#request-${tab.dataset.tab}`).hidden = !chosen;
  }
}

function drawAttempt({ provider, model, outcome, reason, duration_ms: took }) {
  const row = document.createElement("tr");
  const time = took === null || took === undefined ? "" : formatSeconds(took / 1000, message("seconds", { value: "{value}" }));
  const end = outcome ? message(`outcome-${outcome}`) : "";
  for (const text of [named(provider), model ?? "", [end, reason].filter(Boolean).join(": "), time]) {
    const cell = document.createElement("td");
    cell.textContent = text;
    row.append(cell);
  }
  return row;
}

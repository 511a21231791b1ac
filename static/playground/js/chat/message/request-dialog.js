// The dialog with the request behind an answer. Loaded with the first use.

import { announce } from "../../page/announcements.js";
import { copyText } from "../../page/clipboard.js";
import { formatSeconds } from "../../page/format.js";
import { message } from "../../page/messages.js";
import { displayName } from "../../page/names.js";
import { loadStyles } from "../../page/styles.js";

const TABS = ["sent", "answer", "route"];

/** Shows the request that was sent to the provider, its response, and the attempts. */
export async function showRequest(run) {
  const response = await fetch(`/runs/${run}/request`, { headers: { Accept: "application/json" } });
  if (!response.ok) {
    announce(message("no-request"));
    return;
  }
  const record = await response.json();
  const thread = document.querySelector("chat-thread");
  const dialog = document.importNode(thread.querySelector("template[data-for=request]").content.firstElementChild, true);
  for (const name of ["sent", "answer"]) {
    dialog.querySelector(`#request-${name}`).textContent = JSON.stringify(record[name], null, 2);
  }
  dialog.querySelector("tbody").replaceChildren(...(record.route ?? []).map(drawAttempt));
  dialog.addEventListener("click", (event) => onClick(dialog, record, event.target));
  dialog.addEventListener("keydown", (event) => onKey(dialog, event));
  dialog.addEventListener("close", () => dialog.remove());
  await loadStyles(thread.dataset.dialogStyles);
  thread.append(dialog);
  showTab(dialog, "sent");
  dialog.showModal();
}

function onClick(dialog, record, target) {
  const tab = target.closest("[role=tab]");
  if (tab) {
    showTab(dialog, tab.dataset.tab);
  } else if (target.closest("[data-role=copy]")) {
    copyText(JSON.stringify(record[dialog.dataset.tab], null, 2));
  } else if (target === dialog) {
    dialog.close();
  }
}

function onKey(dialog, event) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step && event.target.matches("[role=tab]")) {
    const at = TABS.indexOf(dialog.dataset.tab);
    showTab(dialog, TABS[(at + step + TABS.length) % TABS.length]);
    dialog.querySelector("[aria-selected=true]").focus();
  }
}

function showTab(dialog, name) {
  dialog.dataset.tab = name;
  for (const tab of dialog.querySelectorAll("[role=tab]")) {
    const selected = tab.dataset.tab === name;
    tab.setAttribute("aria-selected", String(selected));
    tab.tabIndex = selected ? 0 : -1;
    dialog.querySelector(`#request-${tab.dataset.tab}`).hidden = !selected;
  }
}

function drawAttempt({ provider, model, outcome, reason, duration_ms: duration }) {
  const row = document.createElement("tr");
  const time = duration === null || duration === undefined ? "" : formatSeconds(duration / 1000, message("seconds", { value: "{value}" }));
  const end = outcome ? message(`outcome-${outcome}`) : "";
  for (const text of [displayName(provider), model ?? "", [end, reason].filter(Boolean).join(": "), time]) {
    const cell = document.createElement("td");
    cell.textContent = text;
    row.append(cell);
  }
  return row;
}

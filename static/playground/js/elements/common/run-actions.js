// Requests for a row of the run list: the word times of a run, and its deletion. Loaded with the first use.

import { announce } from "../../page/announcements.js";
import { message } from "../../page/messages.js";

/** The word times are read from the run's page; playback has begun in the click already. */
export async function fetchWords(row) {
  const response = await fetch(row.querySelector("[data-role=again]").href);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  row.words = JSON.parse(page.getElementById("run-words")?.textContent ?? "[]");
  if ("current" in row.dataset) {
    row.closest("speech-studio, history-player").querySelector("speech-player").addWords(row.words);
  }
}

/** Asks first. */
export async function deleteRun(row) {
  const list = row.closest("run-list, image-gallery");
  if (!(await confirmed(list, row.querySelector("[data-field=title]").textContent))) {
    return;
  }
  const response = await fetch(`/runs/${row.dataset.run}/delete`, {
    method: "POST",
    headers: { "X-CSRFToken": list.dataset.csrf },
  });
  if (response.ok) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    next?.querySelector("[data-role=delete]").focus();
    list.querySelector(".run-none").hidden = next !== null;
    announce(message("deleted"));
  }
}

/** Resolves to whether the dialog of the list was answered with "Delete". */
function confirmed(list, subject) {
  const dialog = list.querySelector("[data-role=delete-dialog]");
  dialog.querySelector("[data-field=subject]").textContent = subject;
  dialog.returnValue = "keep";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "delete"), { once: true });
  });
}

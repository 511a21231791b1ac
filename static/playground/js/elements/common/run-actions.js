// What a row of the run list does besides playing: fetched with the first use, not with the page.

import { announce } from "../../page/announcements.js";
import { message } from "../../page/messages.js";

/** The sound began in the click; when its words are said, the receipt knows. */
export async function fetchWords(row) {
  const answer = await fetch(row.querySelector("[data-role=again]").href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  row.words = JSON.parse(page.getElementById("run-words")?.textContent ?? "[]");
  if ("current" in row.dataset) {
    row.closest("speech-studio, history-player").querySelector("speech-player").addWords(row.words);
  }
}

export async function deleteRun(row) {
  const list = row.closest("run-list");
  const answer = await fetch(`/runs/${row.dataset.run}/delete`, {
    method: "POST",
    headers: { "X-CSRFToken": list.dataset.csrf },
  });
  if (answer.ok) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    next?.querySelector("[data-role=delete]").focus();
    list.querySelector(".run-none").hidden = next !== null;
    announce(message("deleted"));
  }
}

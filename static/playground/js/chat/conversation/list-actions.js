// What is done to a conversation in its row: a new title, or away with it.

import { announce } from "../../page/announcements.js";
import { message } from "../../page/messages.js";

/** Puts a field where the title is; `named` is called with the new title once it is kept. */
export function rename(list, row, named) {
  const form = replaced(list, row, "rename");
  const { title: field } = form.elements;
  const before = row.querySelector("[data-field=title]").textContent;
  field.value = before;
  field.select();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const title = field.value.trim();
    if (title && (title === before || (await post(list, row, "rename", { title })))) {
      named(title);
      restore(row, form);
      title === before || announce(message("renamed"));
    }
  });
  onEscape(form, () => restore(row, form));
}

/** Asks in the row. True once the conversation is deleted. */
export function remove(list, row) {
  const question = replaced(list, row, "delete");
  question.querySelector("[data-role=keep]").focus();
  return new Promise((resolve) => {
    const keep = () => {
      restore(row, question);
      resolve(false);
    };
    question.querySelector("[data-role=sure]").addEventListener("click", async () => {
      if (await post(list, row, "delete", {})) {
        resolve(true);
      } else {
        keep();
      }
    });
    question.querySelector("[data-role=keep]").addEventListener("click", keep);
    onEscape(question, keep);
  });
}

function replaced(list, row, name) {
  row.querySelector(".talk-form")?.remove();
  const part = list.querySelector(`template[data-for=${name}]`).content.firstElementChild.cloneNode(true);
  row.dataset.asks = name;
  row.append(part);
  return part;
}

function restore(row, part) {
  part.remove();
  row.removeAttribute("data-asks");
  row.querySelector(".talk-open").focus();
}

function onEscape(part, act) {
  part.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      event.preventDefault();
      act();
    }
  });
}

async function post(list, row, action, body) {
  try {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": list.dataset.csrf };
    const url = `${list.dataset.url}${row.dataset.conversation}/${action}`;
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    list.querySelector("[data-role=lost]").hidden = answer.ok;
    return answer.ok;
  } catch {
    list.querySelector("[data-role=lost]").hidden = false;
    return false;
  }
}

// Renames or deletes a conversation in its row of the list. Loaded with the first use.

import { announce } from "../../page/announcements.js";
import { message } from "../../page/messages.js";

/** Replaces the title by a field; `renamed` is called with the new title once it is stored. */
export function rename(list, row, renamed) {
  const form = openForm(list, row, "rename");
  const { title: field } = form.elements;
  const before = row.querySelector("[data-field=title]").textContent;
  field.value = before;
  field.select();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const title = field.value.trim();
    if (title && (title === before || (await post(list, row, "rename", { title })))) {
      renamed(title);
      closeForm(row, form);
      title === before || announce(message("renamed"));
    }
  });
  onEscape(form, () => closeForm(row, form));
}

/** Asks for confirmation in the row. Resolves to true once the conversation is deleted. */
export function remove(list, row) {
  const question = openForm(list, row, "delete");
  question.querySelector("[data-role=keep]").focus();
  return new Promise((resolve) => {
    const cancel = () => {
      closeForm(row, question);
      resolve(false);
    };
    question.querySelector("[data-role=sure]").addEventListener("click", async () => {
      if (await post(list, row, "delete", {})) {
        resolve(true);
      } else {
        cancel();
      }
    });
    question.querySelector("[data-role=keep]").addEventListener("click", cancel);
    onEscape(question, cancel);
  });
}

function openForm(list, row, name) {
  row.querySelector(".talk-form")?.remove();
  const part = list.querySelector(`template[data-for=${name}]`).content.firstElementChild.cloneNode(true);
  row.dataset.asks = name;
  row.append(part);
  return part;
}

function closeForm(row, part) {
  part.remove();
  row.removeAttribute("data-asks");
  row.querySelector(".talk-open").focus();
}

function onEscape(part, callback) {
  part.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      event.preventDefault();
      callback();
    }
  });
}

async function post(list, row, action, body) {
  try {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": list.dataset.csrf };
    const url = `${list.dataset.url}${row.dataset.conversation}/${action}`;
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    list.querySelector("[data-role=lost]").hidden = response.ok;
    return response.ok;
  } catch {
    list.querySelector("[data-role=lost]").hidden = false;
    return false;
  }
}

// Copies text and announces it, also where the page is not a secure context and has no clipboard object.

import { announce } from "./announcements.js";
import { message } from "./messages.js";

export async function copyText(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
  } else {
    copySelection(text);
  }
  announce(message("copied"));
}

function copySelection(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

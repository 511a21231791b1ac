// What can be done with a single message: copy it, fork the conversation there, show its request. Loaded with the first use.

import { announce } from "../../page/announcements.js";
import { copyText } from "../../page/clipboard.js";
import { message as text } from "../../page/messages.js";
import { forkConversation } from "../conversation/requests.js";
import { offerModels } from "./other-model.js";
import { textOf } from "./parts.js";
import { showRequest } from "./request-dialog.js";

/** `act` is "copy", "fork", "request" or "with"; `conversation` is the id of the message's conversation. */
export function performAction(act, message, conversation, studio) {
  if (act === "copy") {
    copyText(messageText(message));
  } else if (act === "with") {
    offerModels(message, studio);
  } else if (act === "fork") {
    fork(message.id, conversation, studio);
  } else {
    showRequest(message.run);
  }
}

/** The text of a message as its author wrote it: for an answer its Markdown. */
function messageText({ role, text: whole, parts }) {
  return role !== "assistant" && Array.isArray(parts) ? textOf(parts) : whole || parts || "";
}

async function fork(message, conversation, studio) {
  const { id } = await forkConversation(conversation, message, studio.dataset.csrf);
  if (id) {
    studio.dispatchEvent(new CustomEvent("conversation-open", { detail: { id } }));
    studio.querySelector("conversation-list").refresh();
  } else {
    announce(text("not-copied"));
  }
}

// What was said into the microphone, written into the message by a transcription model. Loaded with the first recording.

import { announce } from "../page/announcements.js";
import { message } from "../page/messages.js";
import { Transcript } from "../transcription/transcript.js";
import { pageSocket } from "../wire/socket.js";
import { upload } from "../wire/upload.js";
import { createButton, note } from "./attachments/refusal-notes.js";

/** Uploads the recording, transcribes it and inserts the text where the cursor is; a failure can be tried again. */
export async function writeDown(recording, composer) {
  const box = composer.querySelector("[data-role=notes]");
  const work = { run: null, stopped: false };
  const stop = createButton("button button-small", message("cancel"));
  stop.addEventListener("click", () => {
    work.stopped = true;
    work.run?.stop();
    box.replaceChildren();
  });
  box.replaceChildren(progressNote(stop));
  try {
    const { listener } = composer.querySelector("[data-role=record]").dataset;
    const text = await transcribe(recording, { ...composer.dataset, model: listener }, work);
    if (!work.stopped) {
      box.replaceChildren();
      insert(composer, text);
    }
  } catch (error) {
    const again = createButton("button button-small", message("try-again"));
    again.addEventListener("click", () => writeDown(recording, composer));
    work.stopped || box.replaceChildren(note(box, [message("failed"), error.message], [again]));
  }
}

async function transcribe(recording, { url, csrf, model }, work) {
  const { id } = await upload(recording, { url, csrf, task: "transcription" }).done;
  return new Promise((resolve, reject) => {
    const fail = (error) => {
      // or the transcription tab would offer it as a file that waits
      fetch(`/uploads/${id}/delete`, { method: "POST", headers: { "X-CSRFToken": csrf }, keepalive: true });
      reject(new Error(error?.message ?? ""));
    };
    const transcript = new Transcript();
    const onEvent = (event) => {
      if (event.type === "transcript.delta") {
        transcript.delta(event.text);
      } else if (event.type === "transcript.segment") {
        transcript.segment(event);
      } else if (event.outcome === "completed") {
        resolve(transcript.finish().rows.map(({ text }) => text).join(" "));
      } else if (event.type === "run.done" || event.type === "run.error") {
        fail(event.error);
      }
    };
    if (work.stopped) {
      fail();
      return;
    }
    work.run = pageSocket().start({ task: "transcription", model, params: { file: { upload: id } } }, onEvent);
  });
}

function insert(composer, text) {
  const field = composer.querySelector("textarea");
  announce(message(text ? "written-down" : "nothing-said"));
  const { selectionStart: from, selectionEnd: to, value } = field;
  const before = from > 0 && !/\s$/.test(value.slice(0, from)) ? " " : "";
  field.setRangeText(text && before + text, from, to, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
  text || composer.refuse([{ key: "nothing-said" }]);
}

function progressNote(stop) {
  const row = document.createElement("div");
  row.className = "composer-note";
  const text = document.createElement("p");
  text.textContent = message("writing-down");
  row.append(text, stop);
  return row;
}

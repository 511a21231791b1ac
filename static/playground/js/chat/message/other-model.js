// Another version of an answer, by a model that is chosen from a menu. Loaded with the first use.

import { modelPage } from "../settings/model-switch.js";

const STEPS = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };

let asked = null;

/** The menu was opened below `message`, an answer: its own model is marked. */
export function offerModels(message, studio) {
  const menu = document.getElementById("chat-with");
  asked ?? listen(menu, studio);
  asked = message;
  for (const item of items(menu)) {
    item.ariaCurrent = item.value === message.model ? "true" : null;
  }
  menu.matches(":popover-open") && items(menu)[0].focus();
}

function listen(menu, studio) {
  menu.addEventListener("click", async ({ target }) => {
    const slug = target.closest("button")?.value;
    if (slug) {
      menu.hidePopover();
      studio.answerAgain(asked, { model: slug, params: await paramsFor(slug, studio) });
    }
  });
  menu.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (step) {
      event.preventDefault();
      const all = items(menu);
      all[Math.min(all.length - 1, Math.max(0, all.indexOf(document.activeElement) + step))].focus();
    }
  });
}

const items = (menu) => [...menu.querySelectorAll("button")];

/** The settings of the page, without those that the model does not know; where that cannot be asked, all of them. */
async function paramsFor(slug, studio) {
  const params = studio.querySelector("chat-settings").params();
  const page = await modelPage(slug).catch(() => null);
  return page ? knownParams(params, (name) => page.querySelector(`[name="${name}"]`)) : params;
}

/** `controlOf(name)` is the model's control of that name: disabled where the model does not know it. */
export function knownParams(params, controlOf) {
  const known = Object.fromEntries(Object.entries(params).filter(([name]) => !controlOf(name)?.disabled));
  const { modalities, audio, ...written } = known;
  if (!audio || controlOf("spoken").disabled) {
    return written;
  }
  const voices = [...controlOf("voice").options].map(({ value }) => value);
  const { voice = voices[0], format } = audio;
  return { ...written, modalities, audio: voices.length ? { voice: voices.includes(voice) ? voice : voices[0], format } : { format } };
}

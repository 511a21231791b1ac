// Fills a style into the speech form: its text, its instructions where the model takes them, a voice of its language.

const language = (picker, voice) => {
  const tile = picker?.querySelector(`.voice-tile[data-voice="${CSS.escape(voice)}"]`);
  return tile?.dataset.language.split("-")[0] ?? "";
};

/** What stood in the form before the style that is in it. */
let before = null;

/** Puts the style into the form; a second press takes it out again and brings back what stood there. */
export function toggleStyle(button, form) {
  const buttons = [...button.parentElement.querySelectorAll("[data-style]")];
  const pressed = buttons.find((one) => one.ariaPressed === "true");
  before = pressed ? before : form.params();
  if (pressed === button) {
    form.restore({ instructions: "", ...before });
  } else {
    form.restore({ ...form.params(), ...fields(button) });
  }
  buttons.forEach((one) => { one.ariaPressed = String(one === button && one !== pressed); });
  button.closest("speech-studio").dispatchEvent(new Event("input"));
}

function fields({ dataset: { script, instructions, voice } }) {
  const picker = document.querySelector("voice-picker");
  const spoken = language(picker, picker?.value ?? "");
  const wanted = language(picker, voice);
  return { input: script, ...(instructions ? { instructions } : {}), ...(spoken && wanted && spoken !== wanted ? { voice } : {}) };
}

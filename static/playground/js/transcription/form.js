// The transcription tab's controls as an API body, and back.

export class TranscriptionForm {
  #root;

  constructor(root) {
    this.#root = root;
    const toggle = root.querySelector("[data-role=settings]");
    toggle.addEventListener("click", () => {
      const open = toggle.getAttribute("aria-expanded") !== "true";
      toggle.setAttribute("aria-expanded", String(open));
      root.querySelector(".studio-controls").toggleAttribute("data-open", open);
    });
  }

  get task() {
    return this.#root.querySelector("[name=task]:checked").value;
  }

  /** The body of POST audio/transcriptions or audio/translations without model and file. */
  params() {
    const timed = this.#checked("timestamps");
    const prompt = this.#text("prompt");
    const cache = this.#checked("cache") ? { cache: { type: "exact_match" } } : {};
    const body = { ...(prompt ? { prompt } : {}), ...cache, response_format: timed ? "verbose_json" : "json" };
    if (this.task === "translation") {
      const translator = this.#text("translator");
      return translator ? { ...body, translator } : body;
    }
    const language = this.#text("language");
    const speakers = Number(this.#text("num_speakers"));
    const granularities = this.#control("timestamps").value.split(" ").filter(Boolean);
    return {
      ...(language ? { language } : {}),
      ...body,
      ...(timed ? { timestamp_granularities: granularities } : {}),
      ...(this.#checked("diarize") ? { diarize: true, ...(speakers ? { num_speakers: speakers } : {}) } : {}),
    };
  }

  /** What is stored for the next visit in this browser tab. */
  draft() {
    return { ...this.params(), task: this.task };
  }

  restore(draft) {
    if (!draft) {
      return;
    }
    const task = this.#root.querySelector(`[name=task][value="${draft.task}"]`);
    if (task && !task.disabled) {
      task.checked = true;
    }
    this.#setValue("language", draft.language);
    this.#setValue("prompt", draft.prompt);
    this.#setValue("translator", draft.translator);
    this.#setValue("num_speakers", draft.num_speakers);
    this.#control("timestamps").checked = draft.response_format !== "json" && !this.#control("timestamps").disabled;
    this.#control("cache").checked = Boolean(draft.cache);
    this.#control("diarize").checked = Boolean(draft.diarize) && !this.#control("diarize").disabled;
  }

  /** Shows only the controls of the chosen task. */
  show() {
    const translating = this.task === "translation";
    for (const part of this.#root.querySelectorAll("[data-only]")) {
      part.hidden = part.dataset.only !== this.task;
    }
    const speakers = this.#control("num_speakers");
    if (speakers) {
      speakers.closest(".field").hidden = translating || !this.#checked("diarize");
    }
    const verb = this.#root.querySelector("[data-field=verb]");
    verb.textContent = translating ? verb.dataset.translate : verb.dataset.transcribe;
  }

  #control(name) {
    return this.#root.querySelector(`[name="${name}"]`);
  }

  #checked(name) {
    const control = this.#control(name);
    return control.checked && !control.disabled;
  }

  #text(name) {
    const control = this.#control(name);
    return control && !control.disabled ? control.value.trim() : "";
  }

  #setValue(name, value) {
    const control = this.#control(name);
    if (control && !control.disabled && value !== undefined) {
      control.value = value;
    }
  }
}

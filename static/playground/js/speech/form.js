// The speech tab's controls as an API body, and back.

export class SpeechForm {
  #root;

  constructor(root) {
    this.#root = root;
  }

  /** The body of POST audio/speech without its model and without what is at its default. */
  params() {
    const params = { input: this.#control("input").value, response_format: this.#control("response_format").value };
    const voice = this.#picker?.value;
    const speed = Number(this.#control("speed").value);
    const instructions = this.#control("instructions").value.trim();
    return {
      ...params,
      ...(voice ? { voice } : {}),
      ...(speed !== 1 && !this.#control("speed").disabled ? { speed } : {}),
      ...(instructions && !this.#control("instructions").disabled ? { instructions } : {}),
      ...(this.#control("plain").checked ? { plain: true } : {}),
      ...(this.#control("cache").checked ? { cache: { type: "exact_match" } } : {}),
    };
  }

  restore(params) {
    if (!params) {
      return;
    }
    const { input, response_format: format, voice, speed, instructions, plain, cache } = params;
    this.#setValue("input", input);
    this.#setValue("speed", speed);
    this.#setValue("instructions", instructions);
    this.#control("plain").checked = Boolean(plain);
    this.#control("cache").checked = Boolean(cache);
    if ([...this.#control("response_format").options].some((option) => option.value === format)) {
      this.#setValue("response_format", format);
    }
    if (voice) {
      this.#picker?.select(voice);
    }
    this.#root.querySelector("text-meter").refresh?.();
  }

  /** Shows the speed beside its slider. */
  show() {
    this.#root.querySelector("output[for=speed]").textContent = `${Number(this.#control("speed").value)}×`;
  }

  get #picker() {
    return this.#root.querySelector("voice-picker");
  }

  #control(name) {
    return this.#root.querySelector(`[name="${name}"]`);
  }

  #setValue(name, value) {
    if (value !== undefined) {
      this.#control(name).value = value;
    }
  }
}

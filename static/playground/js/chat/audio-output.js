// What a chat plays: answers that come with audio, and answers read aloud. Each is loaded with its first use.

const ENDS = ["run.done", "run.error"];

export class AudioOutput {
  #worklet;
  #audio = null;
  #loadedAudio = null;
  #reader = null;

  constructor(workletUrl) {
    this.#worklet = workletUrl;
  }

  /** Loads what plays audio before it is needed: inside the click there is no time for it. */
  prepare(params) {
    if (wantsAudio(params)) {
      this.#loadAudio();
    }
  }

  /** To be called inside the click that asks for an answer. */
  unlock(params) {
    if (wantsAudio(params)) {
      this.#loadedAudio?.unlockAudio(this.#worklet);
    }
  }

  /** An event of an answer's run; `thread` has the answer's element. */
  handle(answer, event, thread) {
    const element = thread.find(answer.id);
    this.#reader?.then(({ continueReading }) => continueReading(element, event));
    if (event.type.startsWith("audio.") || (answer.hasAudio && ENDS.includes(event.type))) {
      this.#play(answer, event, thread);
    }
  }

  async toggleReading(element) {
    (await this.#loadReader()).toggleReading(element, this.#worklet);
  }

  async chooseVoice() {
    (await this.#loadReader()).chooseVoice();
  }

  stop() {
    this.#loadedAudio?.stopAudio();
    this.#reader?.then(({ stopReading }) => stopReading());
  }

  async #play(answer, event, thread) {
    const [{ playEvent }] = await Promise.all([this.#loadAudio(), thread.ready]);
    const box = thread.find(answer.id)?.audioBox;
    box && playEvent(answer, box, event, this.#worklet);
  }

  #loadAudio() {
    this.#audio ??= import("./message/answer-audio.js").then((loaded) => (this.#loadedAudio = loaded));
    return this.#audio;
  }

  #loadReader() {
    this.#reader ??= import("./read-aloud/reader.js");
    return this.#reader;
  }
}

const wantsAudio = ({ modalities }) => modalities?.includes("audio");

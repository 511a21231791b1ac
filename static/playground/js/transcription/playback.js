// The source audio of a transcript: loads it into the player, draws the speaker regions, highlights the word being played.

export class TranscriptPlayback {
  #player;
  #view;

  constructor(player, view) {
    this.#player = player;
    this.#view = view;
  }

  /** The player's script is loaded with the first file. */
  async load(item) {
    const media = item?.media ?? "";
    if ((this.#player.dataset.media ?? "") === media) {
      return;
    }
    this.#player.dataset.media = media;
    await import("../elements/player/speech-player.js");
    if (this.#player.dataset.media !== media) {
      return;
    }
    if (media) {
      this.#player.load({ src: media, duration: item.duration ?? 0, name: item.name });
      this.drawRegions();
    } else {
      this.#player.reset();
    }
  }

  /** Draws who speaks when, for the transcript in the view. */
  async drawRegions() {
    const { transcript } = this.#view;
    if (transcript?.rows.some(({ start }) => start !== null)) {
      const { drawRegions } = await import("./regions.js");
      drawRegions(this.#player, this.#view.transcript === transcript ? transcript : null);
    } else {
      this.#player.querySelector(".player-regions")?.remove();
    }
  }

  seek(seconds) {
    this.#player.seek?.(seconds);
  }

  highlight(position) {
    if (this.#player.state !== "empty" && this.#view.dataset.state === "done") {
      this.#view.mark(position, this.#player.state === "playing");
    }
  }
}

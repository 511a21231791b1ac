// One player for a list of earlier runs.

class HistoryPlayer extends HTMLElement {
  connectedCallback() {
    this.addEventListener("run-replay", ({ detail }) => {
      const { sound, title, words, duration, name } = detail;
      const player = this.querySelector("speech-player");
      player.load({ src: sound, text: title, words: words ?? [], duration, name });
      player.play();
    });
  }
}

customElements.define("history-player", HistoryPlayer);

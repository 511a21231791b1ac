// The page's only script: fetches the elements that this page has.

const ELEMENTS = {
  "chat-studio": () => import("./elements/chat-studio.js"),
  "code-panel": () => import("./elements/code-panel.js"),
  "code-sample": () => import("./elements/code-sample.js"),
  "history-player": () => import("./elements/history-player.js"),
  "live-region": () => import("./elements/live-region.js"),
  "model-filters": () => import("./elements/model-filters.js"),
  "receipt-line": () => import("./elements/receipt-line.js"),
  "run-list": () => import("./elements/run-list.js"),
  "shortcut-sheet": () => import("./elements/shortcut-sheet.js"),
  "speech-player": () => import("./elements/speech-player.js"),
  "speech-studio": () => import("./elements/speech-studio.js"),
  "status-note": () => import("./elements/status-note.js"),
  "text-meter": () => import("./elements/text-meter.js"),
  "transcription-studio": () => import("./elements/transcription-studio.js"),
  "theme-toggle": () => import("./elements/theme-toggle.js"),
  "voice-picker": () => import("./elements/voice-picker.js"),
};

for (const [name, load] of Object.entries(ELEMENTS)) {
  if (document.querySelector(`${name}:not([data-later])`)) {
    load();
  }
}

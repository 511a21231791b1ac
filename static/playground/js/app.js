// The page's only script: fetches the elements that this page has.

const ELEMENTS = {
  "code-sample": () => import("./elements/code-sample.js"),
  "live-region": () => import("./elements/live-region.js"),
  "receipt-line": () => import("./elements/receipt-line.js"),
  "speech-player": () => import("./elements/speech-player.js"),
  "status-note": () => import("./elements/status-note.js"),
  "text-meter": () => import("./elements/text-meter.js"),
  "theme-toggle": () => import("./elements/theme-toggle.js"),
  "voice-picker": () => import("./elements/voice-picker.js"),
};

for (const [name, load] of Object.entries(ELEMENTS)) {
  if (document.querySelector(name)) {
    load();
  }
}

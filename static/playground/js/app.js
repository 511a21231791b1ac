// Loads the elements of the page; a studio imports those inside it.

const ELEMENTS = {
  "chat-studio": () => import("./elements/chat/chat-studio.js"),
  "image-studio": () => import("./elements/image/image-studio.js"),
  "live-region": () => import("./elements/common/live-region.js"),
  "run-list": () => import("./elements/common/run-list.js"),
  "shortcut-sheet": () => import("./elements/common/shortcut-sheet.js"),
  "speech-player": () => import("./elements/player/speech-player.js"),
  "speech-studio": () => import("./elements/speech/speech-studio.js"),
  "status-note": () => import("./elements/common/status-note.js"),
  "transcription-studio": () => import("./elements/transcription/transcription-studio.js"),
  "theme-toggle": () => import("./elements/common/theme-toggle.js"),
};

if (!document.cookie.includes("timezone=")) {
  import("./page/time-zone.js");
}
for (const [name, load] of Object.entries(ELEMENTS)) {
  if (document.querySelector(`${name}:not([data-later])`)) {
    load();
  }
}

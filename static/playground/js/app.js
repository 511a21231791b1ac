// The page's only script: registers the elements.

import "./elements/code-sample.js";
import "./elements/live-region.js";
import "./elements/receipt-line.js";
import "./elements/speech-player.js";
import "./elements/status-note.js";
import "./elements/text-meter.js";
import "./elements/theme-toggle.js";
import "./elements/voice-picker.js";

// The panels of the home page.

import "./home-chat.js";
import "./home-image.js";
import "./home-speech.js";
import "./home-transcription.js";

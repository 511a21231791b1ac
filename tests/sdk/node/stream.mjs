import { streamText } from "ai";
import { model, tell } from "./clients.mjs";

const found = streamText({ model: model(), prompt: "Tell me of the fox." });
const texts = [];
const times = [];
for await (const text of found.textStream) {
  texts.push(text);
  times.push(performance.now());
}
const { inputTokens, outputTokens } = await found.usage;
tell({
  text: texts.join(""),
  pieces: texts.length,
  seconds: (times.at(-1) - times[0]) / 1000,
  finish: await found.finishReason,
  usage: [inputTokens, outputTokens],
});

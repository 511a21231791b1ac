import { generateText } from "ai";
import { model, tell } from "./clients.mjs";

const found = await generateText({
  model: model(),
  system: "Be brief.",
  prompt: "Tell me of the fox.",
  temperature: 0.3,
  maxOutputTokens: 50,
});
const { inputTokens, outputTokens, totalTokens } = found.usage;
tell({
  text: found.text,
  finish: found.finishReason,
  usage: [inputTokens, outputTokens, totalTokens],
  id: found.response.id,
  warnings: found.warnings,
});

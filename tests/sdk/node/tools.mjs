import { generateText, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";
import { model, tell } from "./clients.mjs";

const asked = [];
const weather = tool({
  description: "What the weather will be.",
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => {
    asked.push(city);
    return { sky: "rain" };
  },
});
const question = {
  model: model(),
  prompt: "Will it rain?",
  tools: { weather },
  stopWhen: stepCountIs(3),
};
const whole = await generateText(question);
const streamed = streamText(question);
await streamed.consumeStream();
tell({
  asked,
  texts: [whole.text, await streamed.text],
  steps: [whole.steps.length, (await streamed.steps).length],
  finish: whole.steps.map((step) => step.finishReason),
});

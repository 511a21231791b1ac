// The clients of the AI SDK: `model(name)` is a model of the one named on the command line.
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { createOpenRouter } from "@openrouter/ai-sdk-provider";

const options = { baseURL: process.env.POLYPHONY_API, apiKey: process.env.POLYPHONY_API_KEY };

const clients = {
  openai: () => createOpenAI(options),
  "openai-chat": () => createOpenAI(options).chat,
  compatible: () =>
    createOpenAICompatible({
      ...options,
      name: "polyphony",
      includeUsage: true,
      supportsStructuredOutputs: true,
    }),
  openrouter: () => createOpenRouter(options),
};

export const [client] = process.argv.slice(2);
export const provider = clients[client]();
export const model = (name = "lab/talker") => provider(name);
export const tell = (value) => console.log(JSON.stringify(value));

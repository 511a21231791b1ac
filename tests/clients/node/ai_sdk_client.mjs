// The AI SDK; the argument names one of its providers.
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { createOpenRouter } from "@openrouter/ai-sdk-provider";
import * as ai from "ai";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import {
  address as baseURL,
  contains,
  equal,
  IMAGE,
  key,
  PLACE,
  QUESTION,
  rejects,
  run,
  SOUND,
  TEXT,
  TRANSCRIPT,
} from "./cases.mjs";

const [kind] = process.argv.slice(2);
const makers = {
  openai: (apiKey) => createOpenAI({ apiKey }),
  "openai-chat": (apiKey) => createOpenAI({ apiKey }).chat,
  compatible: (apiKey) => createOpenAICompatible({ name: "polyphony", baseURL, apiKey }),
  openrouter: (apiKey) => createOpenRouter({ baseURL, apiKey }),
};
const provider = makers[kind](key);
const ask = { model: provider("lab/talker"), prompt: QUESTION };
const schema = z.object({ city: z.string() });
const failed = (status) => (error) =>
  ai.APICallError.isInstance(ai.RetryError.isInstance(error) ? error.lastError : error) &&
  (error.lastError ?? error).statusCode === status;

async function inspect(part, word) {
  const content = [{ type: "text", text: "What is this?" }, part];
  const messages = [{ role: "user", content }];
  contains((await ai.generateText({ model: provider("local/inspector"), messages })).text, word);
}

const cases = {
  async chat() {
    const found = await ai.generateText(ask);
    equal([found.text, found.finishReason, found.usage.totalTokens], [TEXT, "stop", 22]);
  },

  async stream() {
    const found = ai.streamText(ask);
    let said = "";
    for await (const piece of found.textStream) said += piece;
    equal([said, await found.finishReason], [TEXT, "stop"]);
  },

  async tools() {
    const asked = [];
    const weather = ai.tool({
      description: "What the weather will be.",
      inputSchema: schema,
      execute: async (place) => {
        asked.push(place);
        return { sky: "rain" };
      },
    });
    const question = { ...ask, tools: { weather }, stopWhen: ai.stepCountIs(3) };
    const whole = await ai.generateText(question);
    const streamed = ai.streamText(question);
    equal([whole.text, await streamed.text, asked], [TEXT, TEXT, [PLACE, PLACE]]);
  },

  async object() {
    const question = { model: provider("lab/describer"), prompt: QUESTION };
    equal((await ai.generateObject({ ...question, schema })).object, PLACE);
    equal((await ai.generateText({ ...question, output: ai.Output.object({ schema }) })).output, PLACE);
  },

  async image() {
    await inspect({ type: "image", image: await readFile(IMAGE) }, "PNG");
  },

  async turns() {
    const messages = [{ role: "user", content: QUESTION }];
    // the client of Responses would send the name of an earlier item in its place
    const question = { model: ask.model, messages, providerOptions: { openai: { store: false } } };
    const first = await ai.generateText(question);
    messages.push(...first.response.messages, { role: "user", content: "And the dog?" });
    equal((await ai.generateText(question)).text, TEXT);
  },

  async errors() {
    await rejects(failed(401), ai.generateText({ ...ask, model: makers[kind]("ak_wrong")("lab/talker") }));
    await rejects(failed(404), ai.generateText({ ...ask, model: provider("lab/nothing") }));
    await rejects(failed(429), ai.generateText({ ...ask, model: provider("lab/limited") }));
    const content = [{ type: "image", image: new Uint8Array([1, 2, 3]), mediaType: "image/png" }];
    const messages = [{ role: "user", content }];
    await rejects(failed(400), ai.generateText({ model: ask.model, messages }));
  },

  async timeout() {
    const abortSignal = AbortSignal.timeout(500);
    const silent = { model: provider("lab/silent"), prompt: QUESTION, abortSignal };
    await rejects((error) => error.name === "TimeoutError", ai.generateText(silent));
  },

  async cancel() {
    const stop = new AbortController();
    const stuck = { model: provider("lab/stuck"), prompt: QUESTION, abortSignal: stop.signal };
    let said = "";
    for await (const piece of ai.streamText({ ...stuck, onError() {} }).textStream) {
      said += piece;
      if (said === "The quick brown") stop.abort();
    }
    equal(said, "The quick brown");
  },
};

if (kind === "openai") {
  cases.memory = async () => {
    const messages = [{ role: "user", content: QUESTION }];
    const first = await ai.generateText({ model: ask.model, messages });
    messages.push(...first.response.messages, { role: "user", content: "And the dog?" });
    equal((await ai.generateText({ model: ask.model, messages })).text, TEXT);
    const { responseId } = first.providerMetadata.openai;
    const providerOptions = { openai: { previousResponseId: responseId } };
    equal((await ai.generateText({ ...ask, prompt: "And the dog?", providerOptions })).text, TEXT);
  };
  const openai = createOpenAI({ apiKey: key });
  cases.speech = async () => {
    const asked = { model: openai.speech("lab/alto"), text: "Hello.", voice: "ada" };
    equal((await ai.experimental_generateSpeech(asked)).audio.uint8Array.length > 1000, true);
  };
  cases.transcript = async () => {
    const asked = { model: openai.transcription("lab/ear"), audio: await readFile(SOUND) };
    equal((await ai.experimental_transcribe(asked)).text, TRANSCRIPT);
    const providerOptions = { openai: { timestampGranularities: ["segment"] } };
    const found = await ai.experimental_transcribe({ ...asked, providerOptions });
    equal([found.text, found.segments.length, found.durationInSeconds], [TRANSCRIPT, 2, 6]);
  };
  cases.embeddings = async () => {
    const model = openai.embeddingModel("lab/vectors");
    const found = await ai.embedMany({ model, values: ["one", "two"] });
    equal([found.embeddings.map((vector) => vector.length), found.usage.tokens], [[64, 64], 2]);
  };
} else {
  // the client of Responses has no sound in its messages
  cases.audio = async () => {
    await inspect({ type: "file", data: await readFile(SOUND), mediaType: "audio/wav" }, "WAV");
  };
}

await run(cases);

// OpenAI's client for JavaScript.
import { createReadStream } from "node:fs";
import OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";
import {
  contains,
  encoded,
  equal,
  IMAGE,
  PLACE,
  QUESTION,
  rejects,
  run,
  SOUND,
  TEXT,
  TRANSCRIPT,
} from "./cases.mjs";

const client = new OpenAI();
const messages = [{ role: "user", content: QUESTION }];
const ask = { model: "lab/talker", messages };
const schema = z.object({ city: z.string() });
const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };

const create = (fields) => client.chat.completions.create({ ...ask, ...fields });

async function inspect(part, word) {
  const content = [{ type: "text", text: "What is this?" }, part];
  const found = await create({ model: "local/inspector", messages: [{ role: "user", content }] });
  contains(found.choices[0].message.content, word);
}

const written = (fields) =>
  client.audio.transcriptions.create({ model: "lab/ear", file: createReadStream(SOUND), ...fields });

await run({
  async models() {
    const names = [];
    for await (const entry of client.models.list()) names.push(entry.id);
    equal(names.includes("lab/talker"), true);
    equal((await client.models.retrieve("lab/talker")).id, "lab/talker");
  },

  async chat() {
    const found = await create();
    equal([found.choices[0].message.content, found.choices[0].finish_reason], [TEXT, "stop"]);
    equal(found.usage.total_tokens, 22);
  },

  async stream() {
    let said = "";
    for await (const chunk of await create({ stream: true })) said += chunk.choices[0].delta.content ?? "";
    equal(said, TEXT);
    const collector = client.chat.completions.stream(ask);
    equal(await collector.finalContent(), TEXT);
  },

  async tools() {
    const asked = [];
    const weather = {
      name: "weather",
      description: "What the weather will be.",
      parameters,
      parse: JSON.parse,
      function: (place) => {
        asked.push(place);
        return "rain";
      },
    };
    const runner = client.chat.completions.runTools({ ...ask, tools: [{ type: "function", function: weather }] });
    equal([await runner.finalContent(), asked], [TEXT, [PLACE]]);
    const streamed = client.chat.completions.runTools({
      ...ask,
      stream: true,
      tools: [{ type: "function", function: weather }],
    });
    equal([await streamed.finalContent(), asked.length], [TEXT, 2]);
  },

  async object() {
    const found = await client.chat.completions.parse({
      ...ask,
      model: "lab/describer",
      response_format: zodResponseFormat(schema, "place"),
    });
    equal(found.choices[0].message.parsed, PLACE);
  },

  async image() {
    const url = `data:image/png;base64,${await encoded(IMAGE)}`;
    await inspect({ type: "image_url", image_url: { url } }, "PNG");
  },

  async audio() {
    const data = await encoded(SOUND);
    await inspect({ type: "input_audio", input_audio: { data, format: "wav" } }, "WAV");
    const voiced = { modalities: ["text", "audio"], audio: { voice: "ada", format: "wav" } };
    equal((await create(voiced)).choices[0].message.audio.transcript, TEXT);
  },

  async responses() {
    const question = { model: ask.model, input: QUESTION };
    equal((await client.responses.create(question)).output_text, TEXT);
    const collector = client.responses.stream(question);
    equal((await collector.finalResponse()).output_text, TEXT);
  },

  async turns() {
    const first = await client.responses.create({ model: ask.model, input: QUESTION });
    const said = [...messages, ...first.output, { role: "user", content: "And the dog?" }];
    equal((await client.responses.create({ model: ask.model, input: said })).output_text, TEXT);
  },

  async memory() {
    const first = await client.responses.create({ model: ask.model, input: QUESTION });
    const second = { model: ask.model, input: "And the dog?", previous_response_id: first.id };
    equal((await client.responses.create(second)).output_text, TEXT);
    equal((await client.responses.stream(second).finalResponse()).output_text, TEXT);
  },

  async speech() {
    const spoken = { model: "lab/alto", input: "Hello.", voice: "ada", response_format: "wav" };
    const sound = Buffer.from(await (await client.audio.speech.create(spoken)).arrayBuffer());
    equal(sound.subarray(0, 4).toString(), "RIFF");
  },

  async transcript() {
    equal((await written()).text, TRANSCRIPT);
    const verbose = await written({ response_format: "verbose_json" });
    equal([verbose.text, verbose.segments.length], [TRANSCRIPT, 2]);
    contains(await written({ response_format: "srt" }), "00:00:03,000");
    let last;
    for await (last of await written({ stream: true }));
    equal(last.text, TRANSCRIPT);
  },

  async embeddings() {
    const asked = { model: "lab/vectors", input: ["one", "two"], dimensions: 8 };
    const found = await client.embeddings.create(asked);
    const plain = await client.embeddings.create({ ...asked, encoding_format: "float" });
    equal(found.data.map((item) => item.embedding), plain.data.map((item) => item.embedding));
    equal([found.data[0].embedding.length, found.usage.prompt_tokens], [8, 2]);
  },

  async errors() {
    const stranger = new OpenAI({ apiKey: "ak_wrong" });
    await rejects(OpenAI.AuthenticationError, stranger.chat.completions.create(ask));
    contains((await rejects(OpenAI.NotFoundError, create({ model: "lab/nothing" }))).message, "lab/nothing");
    await rejects(OpenAI.RateLimitError, create({ model: "lab/limited" }));
    equal((await rejects(OpenAI.BadRequestError, create({ messages: [] }))).param, "messages");
  },

  async timeout() {
    const hasty = client.withOptions({ timeout: 1000, maxRetries: 0 });
    const silent = { ...ask, model: "lab/silent" };
    await rejects(OpenAI.APIConnectionTimeoutError, hasty.chat.completions.create(silent));
  },

  async cancel() {
    let said = "";
    for await (const chunk of await create({ model: "lab/stuck", stream: true })) {
      said += chunk.choices[0].delta.content ?? "";
      if (said === "The quick") break;
    }
    equal(said, "The quick");
    const stop = AbortSignal.timeout(300);
    const silent = { ...ask, model: "lab/silent" };
    await rejects(OpenAI.APIUserAbortError, client.chat.completions.create(silent, { signal: stop }));
  },
});

import { APICallError, generateText, streamText } from "ai";
import { model, tell } from "./clients.mjs";

const told = [];
for (const name of ["lab/nothing", "lab/limited"]) {
  try {
    await generateText({ model: model(name), prompt: "Hello.", maxRetries: 0 });
  } catch (error) {
    const { statusCode, isRetryable, message } = error;
    told.push({ typed: APICallError.isInstance(error), statusCode, isRetryable, message });
  }
}

let text = "";
let failure = "";
let finish = "";
const cut = streamText({ model: model("lab/cutter"), prompt: "Hello.", maxRetries: 0, onError() {} });
for await (const part of cut.fullStream) {
  if (part.type === "text-delta") text += part.text;
  if (part.type === "error") failure = part.error?.message ?? JSON.stringify(part.error);
  if (part.type === "finish") finish = part.finishReason;
}
tell({ told, text, failure, finish });

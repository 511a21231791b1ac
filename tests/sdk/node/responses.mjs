// OpenAI's own client for JavaScript, without the AI SDK around it.
import OpenAI from "openai";
import { tell } from "./clients.mjs";

const client = new OpenAI({
  baseURL: process.env.POLYPHONY_API,
  apiKey: process.env.POLYPHONY_API_KEY,
  maxRetries: 0,
});
const question = { model: "lab/talker", input: "Tell me of the fox." };
const whole = await client.responses.create(question);
const stream = client.responses.stream(question);
let said = "";
stream.on("response.output_text.delta", ({ delta }) => (said += delta));
const last = await stream.finalResponse();
let refusal;
try {
  await client.responses.create({ ...question, previous_response_id: "resp_1" });
} catch (error) {
  refusal = [error instanceof OpenAI.NotFoundError, error.param];
}
tell({ texts: [whole.output_text, said, last.output_text], status: last.status, refusal });

import { generateText } from "ai";
import { model, tell } from "./clients.mjs";

const messages = [{ role: "user", content: "Tell me of the fox." }];
const first = await generateText({ model: model(), messages });
messages.push(...first.response.messages, { role: "user", content: "And of the dog." });
const second = await generateText({ model: model(), messages });
tell([first.text, second.text]);

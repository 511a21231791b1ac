import { generateText } from "ai";
import { model, tell } from "./clients.mjs";

// nothing is kept here: without this the client would send the name of an earlier answer in its place
const providerOptions = { openai: { store: false } };
const messages = [{ role: "user", content: "Tell me of the fox." }];
const first = await generateText({ model: model(), messages, providerOptions });
messages.push(...first.response.messages, { role: "user", content: "And of the dog." });
const second = await generateText({ model: model(), messages, providerOptions });
tell([first.text, second.text]);

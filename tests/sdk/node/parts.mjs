import { generateText } from "ai";
import { readFile } from "node:fs/promises";
import { model, tell } from "./clients.mjs";

const [, image, pdf] = process.argv.slice(2);
const found = await generateText({
  model: model(),
  messages: [
    {
      role: "user",
      content: [
        { type: "text", text: "What are these?" },
        { type: "image", image: await readFile(image) },
        { type: "file", data: await readFile(pdf), mediaType: "application/pdf", filename: "a.pdf" },
      ],
    },
  ],
});
tell({ text: found.text });

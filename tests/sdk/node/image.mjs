// Draws two pictures, and edits one inside a mask where the client can.
import { readFileSync } from "node:fs";
import { experimental_generateImage as generateImage } from "ai";
import { client, provider, tell } from "./clients.mjs";

const [, file] = process.argv.slice(2);
const picture = readFileSync(file);
const model = provider.imageModel("stage/brush");
const drawn = await generateImage({ model, prompt: "A fox", n: 2, size: "64x48" });
const mask = client === "openai" ? { mask: picture } : {};
const edited = await generateImage({ model, prompt: { text: "Blur it", images: [picture], ...mask } });
tell({
  drawn: drawn.images.map((image) => image.base64),
  edited: edited.images.map((image) => image.base64),
  types: drawn.images.map((image) => image.mediaType),
});

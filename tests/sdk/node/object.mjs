import { generateObject, generateText, Output, streamObject } from "ai";
import { z } from "zod";
import { model, tell } from "./clients.mjs";

const schema = z.object({ colour: z.string(), jumps: z.boolean() });
const question = { model: model("lab/describer"), prompt: "Describe the fox." };
const { object } = await generateObject({ ...question, schema });
const streamed = streamObject({ ...question, schema });
let partial;
for await (partial of streamed.partialObjectStream);
const { output } = await generateText({ ...question, output: Output.object({ schema }) });
tell([object, partial, output]);

// The cases of one client's script: each prints its outcome as a line of JSON.
import { readFile } from "node:fs/promises";

const facts = JSON.parse(process.env.POLYPHONY_FACTS);
export const { text: TEXT, transcript: TRANSCRIPT, image: IMAGE, sound: SOUND } = facts;
export const PLACE = JSON.parse(facts.arguments);
export const address = process.env.OPENAI_BASE_URL;
export const key = process.env.OPENAI_API_KEY;
export const QUESTION = "Tell me of the fox.";
const SECONDS = 60;

export class Skipped extends Error {}

/** Runs every case of `cases`, in order, and ends the process. */
export async function run(cases) {
  for (const [name, check] of Object.entries(cases)) {
    const [state, reason] = await outcome(check);
    console.log(JSON.stringify({ case: name, state, reason }));
  }
  process.exit(0);
}

async function outcome(check) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${SECONDS} s`)), SECONDS * 1000);
  });
  try {
    await Promise.race([check(), late]);
    return ["ok", ""];
  } catch (error) {
    if (error instanceof Skipped) return ["skipped", error.message];
    console.error(error);
    return ["failed", `${error.name}: ${error.message}`.slice(0, 400)];
  } finally {
    clearTimeout(timer);
  }
}

export function equal(found, wanted) {
  const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (one !== other) throw new Error(`${one} is not ${other}`);
}

export function contains(text, part) {
  if (!text.toLowerCase().includes(part.toLowerCase())) {
    throw new Error(`${part} is not in ${text.slice(0, 300)}`);
  }
}

/** The error of this kind; `kind` is a class or a predicate. Any other is raised on. */
export async function rejects(kind, promise) {
  let found;
  try {
    found = await promise;
  } catch (error) {
    if (kind.prototype instanceof Error ? error instanceof kind : kind(error)) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(found)} instead of an error`);
}

export const encoded = async (path) => (await readFile(path)).toString("base64");

// The files of a message: kinds, limits, and the content parts they become.

export const IMAGE_TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif"];

const PARTS = { image: "image_url", audio: "input_audio", video: "video_url", file: "file" };
const KINDS = new Map(Object.entries(PARTS).map(([kind, type]) => [type, kind]));
const EXTENSIONS = {
  image: "png jpg jpeg webp gif",
  audio: "wav mp3 aif aiff aac ogg oga opus flac m4a",
  video: "mp4 mov webm mpeg mpg m4v",
  file: "pdf",
};
const MIB = 1024 * 1024;
const MAX_IMAGE_MB = 20;

/** "image", "audio", "video" or "file" (a PDF); null for what no message can hold. */
export function kindOf({ name = "", type = "" }) {
  if (IMAGE_TYPES.includes(type)) {
    return "image";
  }
  if (type === "application/pdf") {
    return "file";
  }
  const heading = type.split("/")[0];
  if (heading === "audio" || heading === "video") {
    return heading;
  }
  if (type && type !== "application/octet-stream" && type !== "application/ogg") {
    return null;
  }
  const extension = extensionOf(name);
  return Object.keys(EXTENSIONS).find((kind) => EXTENSIONS[kind].split(" ").includes(extension)) ?? null;
}

/** The largest size of a file of this kind in MiB: the model's limit, for images at most 20. */
export function limitOf(kind, accepts) {
  const limit = accepts[kind]?.limit_mb ?? Infinity;
  return kind === "image" ? Math.min(limit, MAX_IMAGE_MB) : limit;
}

/** Why a file is refused: {key, values} of a message, or {kind, why} where only this model does not accept it; else null. */
export function refusalOf(file, accepts) {
  const kind = kindOf(file);
  if (!kind) {
    const heic = /^image\/hei[cf]/.test(file.type) || ["heic", "heif"].includes(extensionOf(file.name));
    return { key: heic ? "refused-heic" : "refused-type" };
  }
  if (file.size === 0) {
    return { key: "empty-file" };
  }
  const limit = limitOf(kind, accepts);
  if (file.size > limit * MIB) {
    return { key: kind === "image" ? "refused-picture" : "refused-large", values: { limit } };
  }
  return accepts[kind]?.ok ? null : { kind, why: accepts[kind]?.why ?? "" };
}

/** The ready models that accept all of these kinds. */
export function modelsFor(kinds, models) {
  return models.filter((model) => model.ready && kinds.every((kind) => model.takes?.includes(kind)));
}

/** The content of a message: the text alone, or its parts, text first. */
export function contentOf(text, items) {
  if (!items.length) {
    return text;
  }
  const first = text.trim() ? [{ type: "text", text }] : [];
  return [...first, ...items.map(partOf)];
}

export function partOf({ kind, upload, extra = {}, part }) {
  return part ?? { type: PARTS[kind], [PARTS[kind]]: { ...extra, upload } };
}

/** Attachments from the parts of a chat body; the facts of an upload are in its part or in `uploads`. */
export function itemsOf(parts, uploads = []) {
  return parts.filter(({ type }) => KINDS.has(type)).map((part) => itemOf(part, uploads));
}

function itemOf(part, uploads) {
  const kind = KINDS.get(part.type);
  const { upload: given, ...extra } = part[part.type];
  if (!given) {
    return { kind, name: extra.filename ?? extra.url ?? "", state: "ready", part };
  }
  const id = given.id ?? given;
  const known = given.id ? given : uploads.find((upload) => upload.id === id) ?? {};
  const state = known.gone ? "gone" : "ready";
  return { kind, name: known.name ?? "", upload: id, extra, state, ...factsOf(known), url: known.url ?? `/uploads/${id}` };
}

/** The facts of an upload as the server returns them, as fields of an attachment. */
export function factsOf({ bytes, duration, pages, width, height, media_type: type }) {
  return { bytes, duration, pages, width, height, type };
}

function extensionOf(name) {
  return name.includes(".") ? name.split(".").pop().toLowerCase() : "";
}

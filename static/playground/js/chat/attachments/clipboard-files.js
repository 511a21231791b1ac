// What a paste brings beside text.

/** Files of the clipboard that are meant: beside text, a bitmap is only another rendering of it. */
export function pastedFiles(data) {
  const files = [...(data?.files ?? [])];
  const text = data?.getData("text/plain") ?? "";
  const rendering = text.trim() && files.every(({ name }) => name === "image.png");
  return rendering ? [] : files;
}

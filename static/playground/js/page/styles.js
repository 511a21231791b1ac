// Style sheets that come with what needs them.

const loading = new Map();

/** Resolves when the style sheet is there, or cannot be had. */
export function loadStyles(href) {
  if (!loading.has(href)) {
    loading.set(href, new Promise((resolve) => {
      const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href, onload: resolve, onerror: resolve });
      document.head.append(link);
    }));
  }
  return loading.get(href);
}

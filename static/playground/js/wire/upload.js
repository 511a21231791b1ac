// Uploads a file with progress, which fetch does not report.

/** The server refuses at once what `task` cannot use. Returns {done, abort}; `done` rejects with {code, type?, message?}. */
export function upload(file, { url, csrf, task = "", onProgress = () => {} }) {
  const request = new XMLHttpRequest();
  const done = new Promise((resolve, reject) => {
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(total ? loaded / total : 0));
    request.upload.addEventListener("load", () => onProgress(1));
    request.addEventListener("load", () => settle(request, resolve, reject));
    request.addEventListener("error", () => reject({ code: 0, type: "connection_lost" }));
    request.addEventListener("abort", () => reject({ code: 0, type: "aborted" }));
  });
  const form = new FormData();
  form.append("task", task);
  form.append("file", file, file.name);
  request.open("POST", url);
  request.responseType = "json";
  request.setRequestHeader("X-CSRFToken", csrf);
  request.send(form);
  return { done, abort: () => request.abort() };
}

function settle(request, resolve, reject) {
  if (request.status === 201) {
    resolve(request.response);
  } else {
    reject(request.response?.error ?? { code: request.status, message: "" });
  }
}

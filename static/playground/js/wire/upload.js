// Sends one file and says how far it is: fetch cannot tell how many bytes have left.

/** `task` says what the file is for, so that what cannot be used is refused at once. Returns {done, abort}. */
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

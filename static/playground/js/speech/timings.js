// Sends the server what this page measured of a run's playback, for the receipt.

/** `first` in ms from click to first audio; `stats` as the player counts them. */
export function reportTimings(run, first, { received, played, underruns }, csrf) {
  const body = { first_sound_ms: first, stalls: underruns, received_samples: received, played_samples: played };
  const headers = { "X-CSRFToken": csrf, "Content-Type": "application/json" };
  fetch(`/runs/${run}/timings`, { method: "POST", keepalive: true, headers, body: JSON.stringify(body) });
}

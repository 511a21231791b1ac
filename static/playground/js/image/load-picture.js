// An image element for a URL, once it can be drawn.

/** Rejects where there is no picture under `url`. */
export async function loadPicture(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

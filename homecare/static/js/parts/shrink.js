// Shrinks a photograph before it is sent: a phone's picture takes minutes on a slow connection and is not stored so large.

// The same limits as on the server (files/kinds.py): by area, but not below a readable width.
const USUAL_PIXELS = 2560 * 2560;
const READABLE_SIDE = 1440;
// The largest canvas that every browser supports.
const MOST_PIXELS = 16_000_000;
const WORTH_BYTES = 1_000_000;
const QUALITY = 0.92;
// HEIC is small already, and a GIF may be animated.
const KINDS = ["image/jpeg", "image/png", "image/webp"];

export const shrinkable = (file) => KINDS.includes(file.type) && file.size > WORTH_BYTES;

function part(width, height) {
  const area = width * height;
  const wanted = Math.max(Math.sqrt(USUAL_PIXELS / area), READABLE_SIDE / Math.min(width, height));
  return Math.min(1, wanted, Math.sqrt(MOST_PIXELS / area));
}

/** The picture, upright and in the stored size. The file itself if that saves nothing or is not possible here. */
export async function shrunk(file, largest) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = part(picture.width, picture.height);
    if (scale === 1 && file.size <= largest) return file;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [picture.width, picture.height].map((side) => Math.max(1, Math.round(side * scale)));
    const drawn = canvas.getContext("2d");
    drawn.imageSmoothingQuality = "high";
    drawn.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const made = await new Promise((go) => canvas.toBlob(go, file.type, QUALITY));
    // A browser that cannot write this format writes another, which would not match the file name.
    if (made?.type !== file.type || made.size >= file.size) return file;
    return new File([made], file.name, { type: file.type, lastModified: file.lastModified });
  } catch {
    return file;
  }
}

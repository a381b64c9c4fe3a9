// A place out of what people have: degrees, degrees with minutes and seconds, or a link of a map.
const NUMBER = "(-?\\d{1,3}(?:\\.\\d+)?)";
// In the order of how exactly they mean a place: a pin before the middle of what was in sight.
const LINKS = [
  `!3d${NUMBER}!4d${NUMBER}`,
  `[?&#]mlat=${NUMBER}&mlon=${NUMBER}`,
  `[?&](?:q|query|ll|center|destination|daddr)=(?:loc:)?${NUMBER},\\s*${NUMBER}`,
  `geo:${NUMBER},${NUMBER}`,
  `/(?:place|search|dir)/[^@]*?${NUMBER},\\+?${NUMBER}`,
  `@${NUMBER},${NUMBER}`,
  `#map=\\d+(?:\\.\\d+)?/${NUMBER}/${NUMBER}`,
].map((pattern) => new RegExp(pattern));
const PART = /([NSEW])?\s*(-?\d+(?:\.\d+)?)\s*(?:°|º|deg)?\s*(?:(\d+(?:\.\d+)?)\s*['′’])?\s*(?:(\d+(?:\.\d+)?)\s*(?:"|″|”|''))?\s*([NSEW](?![a-z]))?/gi;
// Ethiopia, with a margin; what is swapped lies in it the other way round.
const LATITUDES = [3, 15];
const LONGITUDES = [33, 48];

const inEthiopia = (latitude, longitude) => latitude >= LATITUDES[0] && latitude <= LATITUDES[1] && longitude >= LONGITUDES[0] && longitude <= LONGITUDES[1];

/** { latitude, longitude } of a text, or null. */
export function readPlace(text) {
  const given = decoded(text.trim());
  const link = LINKS.map((pattern) => pattern.exec(given)).find(Boolean);
  const [first, second] = link ? [{ value: Number(link[1]) }, { value: Number(link[2]) }] : degrees(given);
  if (!first || !second) return null;
  const turned = /[EW]/.test(first.side ?? "") && !/[EW]/.test(second.side ?? "");
  const [latitude, longitude] = (turned ? [second, first] : [first, second]).map((one) => Number(one.value.toFixed(6)));
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : null;
}

/** A sentence for a place that is probably wrong; empty for one in Ethiopia. */
export function doubt({ latitude, longitude }) {
  if (inEthiopia(latitude, longitude)) return "";
  if (inEthiopia(longitude, latitude)) return "The two numbers seem swapped: latitude comes first.";
  return "This is not in Ethiopia, where latitude goes from 3 to 15 and longitude from 33 to 48.";
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Exactly two numbers of degrees and nothing else beside; else nothing. */
function degrees(text) {
  const found = [...text.matchAll(PART)];
  const rest = found.reduce((left, one) => left.replace(one[0], " "), text);
  if (found.length !== 2 || /[^\s,;/|()]/.test(rest)) return [];
  return found.map(([, before, whole, minutes = 0, seconds = 0, after]) => {
    const side = (before ?? after ?? "").toUpperCase();
    const size = Math.abs(Number(whole)) + Number(minutes) / 60 + Number(seconds) / 3600;
    return { side, value: Number(whole) < 0 || /[SW]/.test(side) ? -size : size };
  });
}

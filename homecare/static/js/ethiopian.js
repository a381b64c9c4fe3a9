// The Ethiopian calendar, as homecare/calendars.py reckons it; a test compares the two over a thousand days.

const DAY_MS = 86400000;
// 27 August 8, proleptic Gregorian: 1 Meskerem of the Ethiopian year 1. A year below 100 cannot be given to Date.UTC.
const FIRST_DAY = Date.parse("0008-08-27T00:00:00Z") / DAY_MS;
const FOUR_YEARS = 4 * 365 + 1;
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const GREGORIAN = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MONTHS = [
  "Meskerem", "Tikimt", "Hidar", "Tahsas", "Tir", "Yekatit", "Megabit", "Miyazya", "Ginbot", "Sene", "Hamle", "Nehase",
  "Pagume",
];
const AMHARIC = [
  "መስከረም", "ጥቅምት", "ኅዳር", "ታኅሣሥ", "ጥር", "የካቲት", "መጋቢት", "ሚያዝያ", "ግንቦት", "ሰኔ", "ሐምሌ", "ነሐሴ", "ጳጉሜን",
];
const SPELLINGS = {
  mäskäräm: 1, meskerm: 1, tekemt: 2, tiqimt: 2, tikemt: 2, hedar: 3, tahisas: 4, tahesas: 4, ter: 5, yakatit: 6,
  maggabit: 7, megabi: 7, miazia: 8, miyaziya: 8, genbot: 9, sane: 10, hamlie: 11, nehassie: 12, nehasie: 12,
  pagumen: 13, paguemen: 13, ህዳር: 3, ታህሳስ: 4, ሃምሌ: 11, ጳጉሜ: 13,
};
const WANTED = "Write an Ethiopian day such as 30 Yekatit 2018 or 30/6/2018.";

const monthLength = (year, month) => (month < 13 ? 30 : year % 4 === 3 ? 6 : 5);

/** [year, month, day] of a Gregorian day written as 2026-03-09. */
export function toEthiopian(iso) {
  const number = Date.parse(`${iso}T00:00:00Z`) / DAY_MS - FIRST_DAY;
  const fours = Math.floor(number / FOUR_YEARS);
  const left = number - fours * FOUR_YEARS;
  const yearOfFour = left > 3 * 365 ? 3 : Math.min(Math.floor(left / 365), 2);
  const day = left - yearOfFour * 365 - (yearOfFour === 3 ? 1 : 0);
  return [4 * fours + yearOfFour + 1, Math.floor(day / 30) + 1, (day % 30) + 1];
}

/** The Gregorian day as 2026-03-09. Throws an Error in a sentence for a day that the calendar does not have. */
export function toGregorian(year, month, day) {
  if (year < 1 || month < 1 || month > 13) throw new Error(`${day}/${month}/${year} is not a day of the calendar.`);
  const length = monthLength(year, month);
  if (day < 1 || day > length) {
    throw new Error(`${MONTHS[month - 1]} ${year} EC has ${length} days; there is no day ${day}.`);
  }
  const number = FIRST_DAY + 365 * (year - 1) + Math.floor(year / 4) + 30 * (month - 1) + day - 1;
  return new Date(number * DAY_MS).toISOString().slice(0, 10);
}

/** What was typed as an Ethiopian day, as a Gregorian 2026-03-09. Throws an Error in a sentence. */
export function parseEthiopian(text) {
  const cleaned = text.replace(/\s*(?:EC|E\.C\.|ዓ\.?ም\.?)\s*$/i, "").trim();
  let found = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(cleaned);
  if (found) return toGregorian(+found[1], +found[2], +found[3]);
  found = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$/.exec(cleaned);
  if (found) return toGregorian(+found[3], +found[2], +found[1]);
  found = /^(\d{1,2})\s+(\p{L}+)\.?,?\s+(\d{4})$/u.exec(cleaned);
  const month = found && monthOf(found[2]);
  if (!month) throw new Error(WANTED);
  return toGregorian(+found[3], month, +found[1]);
}

function monthOf(word) {
  const name = word.toLowerCase();
  const place = MONTHS.findIndex((month) => month.toLowerCase() === name);
  return place + 1 || AMHARIC.indexOf(word) + 1 || SPELLINGS[name] || 0;
}

export function ethiopianWords(iso) {
  const [year, month, day] = toEthiopian(iso);
  return `${day} ${MONTHS[month - 1]} ${year} EC`;
}

/** Mon 9 Mar 2026 · 30 Yekatit 2018 EC */
export function inWords(iso) {
  const day = new Date(`${iso}T00:00:00Z`);
  const gregorian = `${DAYS[day.getUTCDay()]} ${day.getUTCDate()} ${GREGORIAN[day.getUTCMonth()]} ${day.getUTCFullYear()}`;
  return `${gregorian} · ${ethiopianWords(iso)}`;
}

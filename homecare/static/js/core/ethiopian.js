// The Ethiopian calendar, computed as in homecare/calendars.py. A test compares the two over a thousand days.

const DAY_MS = 86400000;
// 27 August 8, proleptic Gregorian: 1 Meskerem of the Ethiopian year 1. Date.UTC does not accept years below 100.
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
// Other spellings in use, as in calendars.py. Compared without case and accents, with one letter per sound.
const SPELLINGS = [
  "maskaram meskerm meskeram mesekerem", "tekemt tiqimt tikemt teqemt tiqemt tikmt tekimt thikimt",
  "hedar hidaar ኀዳር", "tahisas tahesas tahsaas tahissas tahesass", "ter tirr tiir", "yakatit yekatitt yekateet",
  "maggabit magabit megabi megabeet", "miazia miyaziya miazya miyazia miaziya meyazya miyazeya ሚያዚያ ሚያዜያ",
  "genbot ginbut guenbot genbott", "sane senie senne", "hamlie hamele hamley", "nehassie nehasie nahase nehasse nahasse",
  "pagumen paguemen pagumie pagumien pagme puagme pwagme pagumiene ጳጉሜ ጳጉሚን ጳግሜ ጳግሜን ጷጉሜ ጷጉሜን ጷግሜ ጷግሜን",
];
const SAME_SOUND = [[0x1210, 0x1200], [0x1280, 0x1200], [0x1220, 0x1230], [0x12d0, 0x12a0], [0x1340, 0x1338]];
const PASSED = "ቀን ሰኞ ማክሰኞ ረቡዕ ሮብ ሐሙስ ሀሙስ ዓርብ አርብ ቅዳሜ እሑድ እሁድ".split(" ");
// Invisible marks that come along when pasting.
const UNSEEN = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;
const MARKED = /\s*(?:EC|E\.\s?C\.?|E\/C|[ዓዐአ](?:[./]\s?)?ም[./]?|ዓመተ\s+ም[ሕህ]ረት)\s*$/i;
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

/** The Gregorian day as 2026-03-09. Throws an Error with a sentence for a day that does not exist. */
export function toGregorian(year, month, day) {
  if (year < 1 || month < 1 || month > 13) throw new Error(`${day}/${month}/${year} is not a day in the calendar.`);
  const length = monthLength(year, month);
  if (day < 1 || day > length) {
    throw new Error(`${MONTHS[month - 1]} ${year} EC has ${length} days; there is no day ${day}.`);
  }
  const number = FIRST_DAY + 365 * (year - 1) + Math.floor(year / 4) + 30 * (month - 1) + day - 1;
  return new Date(number * DAY_MS).toISOString().slice(0, 10);
}

/** A typed Ethiopian day as a Gregorian 2026-03-09. Throws an Error with a sentence. */
export function parseEthiopian(text) {
  const cleaned = inDigits(text.replace(UNSEEN, "").replace(MARKED, "").trim());
  let found = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(cleaned);
  if (found) return toGregorian(+found[1], +found[2], +found[3]);
  found = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$/.exec(cleaned);
  if (found) return toGregorian(+found[3], +found[2], +found[1]);
  const words = cleaned.split(/[\s,፣።.]+/).filter((word) => word && !PASSED.includes(word));
  const months = words.map(monthOf).filter(Boolean);
  const [day, year] = words.filter((word) => /^\d{1,4}$/.test(word)).sort((a, b) => a.length - b.length);
  if (words.length !== 3 || months.length !== 1 || !(day?.length <= 2) || !(year?.length >= 3)) throw new Error(WANTED);
  return toGregorian(+year, months[0], +day);
}

function folded(word) {
  const plain = word.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  return [...plain].map((letter) => {
    const code = letter.codePointAt();
    const same = SAME_SOUND.find(([first]) => code >= first && code < first + 7);
    const one = same ? code - same[0] + same[1] : code;
    // In these two rows the first order sounds like the fourth.
    return String.fromCodePoint(one === 0x1200 || one === 0x12a0 ? one + 3 : one);
  }).join("");
}

const MONTH_OF = new Map(MONTHS.flatMap((name, at) => [name, AMHARIC[at], ...SPELLINGS[at].split(" ")].map((word) => [folded(word), at + 1])));
const monthOf = (word) => MONTH_OF.get(folded(word)) ?? 0;

/** Ethiopic numerals as digits: ፳፻፲፰ is 2018. */
function inDigits(text) {
  return text.replace(/[\u1369-\u137c]+/g, (numerals) => {
    let total = 0;
    let part = 0;
    for (const letter of numerals) {
      const at = letter.codePointAt() - 0x1369;
      const value = at < 9 ? at + 1 : at < 18 ? (at - 8) * 10 : at === 18 ? 100 : 10000;
      if (value === 10000) [total, part] = [(total + (part || 1)) * value, 0];
      else part = value === 100 ? (part || 1) * value : part + value;
    }
    return total + part;
  });
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

// Moments as the roster draws them: minutes since 00:00 of the day in Addis, UTC+3 all year, whatever the browser's zone.

export const DAY = 1440;
export const STEP = 15;
const DEFAULT_MINUTES = 60;
const ADDIS_MS = 3 * 3600_000;
const MINUTE_MS = 60_000;

/** Minutes since the day began; null where there is no moment. */
export const minutesOf = (iso, day) => (iso ? Math.round((Date.parse(iso) + ADDIS_MS - Date.parse(`${day}T00:00:00Z`)) / MINUTE_MS) : null);

/** The moment in UTC, as it is sent. */
export const momentOf = (minutes, day) => `${new Date(Date.parse(`${day}T00:00:00Z`) - ADDIS_MS + minutes * MINUTE_MS).toISOString().slice(0, 19)}Z`;

/** The moment of what a day's and a time's input hold: "2026-11-27", "09:15". */
export const momentIn = (day, time) => momentOf(Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5)), day);

/** The day of a moment in Addis: 2026-11-27 */
export const isoDay = (iso) => new Date(Date.parse(iso) + ADDIS_MS).toISOString().slice(0, 10);

const two = (number) => String(number).padStart(2, "0");
export const clock = (minutes) => `${two(Math.floor((((minutes % DAY) + DAY) % DAY) / 60))}:${two((((minutes % 60) + 60) % 60))}`;

/** The day of a moment in Addis: Fri 27 Nov */
export const dayOf = (iso) => {
  const words = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" }).formatToParts(Date.parse(iso) + ADDIS_MS);
  return ["weekday", "day", "month"].map((name) => words.find((one) => one.type === name).value).join(" ");
};

/** 45 min, 1 h, 1.5 h */
export const length = (minutes) => (minutes < 60 ? `${minutes} min` : `${hours(minutes)} h`);
export const hours = (minutes) => String(Math.round(minutes / 15) / 4);
export const snap = (minutes) => Math.round(minutes / STEP) * STEP;
export const now = (day) => minutesOf(new Date().toISOString(), day);

/** The minutes of a visit if this person goes: its plan's, else those of their role; null where neither is known here. */
export function lengthWith(data, visit, staffId) {
  const id = staffId ? Number(staffId) : null;
  if (visit.plan_minutes) return visit.plan_minutes;
  if (visit.id && id === visit.staff_id) return visit.minutes;
  return id ? data.staff.find((one) => one.id === id)?.visit_minutes ?? null : DEFAULT_MINUTES;
}

// Who could come to a visit or a shift, what stands in their way then, and how long they would stay.
import { make } from "../core/dom.js";
import { endOf, startOf } from "./roster-draw.js";
import { DAY, clock, hours, minutesOf } from "./roster-times.js";

export const option = (value, textContent, selected = false) => make("option", { value, textContent, selected });

/** The options of a carer, the free ones first; of another day only who they are, because this page knows no more.
    `until` tells the end for a person; `but` is the bar that is planned. */
export function carers(roster, chosen, from, until, { nobody, but = "", patient = null } = {}) {
  const isElsewhere = from < 0 || from >= DAY;
  const found = isElsewhere ? roster.data.staff.map((person) => ({ person, words: "", after: 0 })) : roster.data.staff.map((person) => ({ person, ...said(roster.data, person, from, until(person), but, patient) }));
  if (!isElsewhere) found.sort((a, b) => a.after - b.after || a.person.minutes_booked - b.person.minutes_booked);
  const list = found.map(({ person, words }) => option(person.id, [person.name, person.role, ...(words ? [words, `${hours(person.minutes_booked)} h`] : [])].filter(Boolean).join(" · "), person.id === Number(chosen)));
  return [...(nobody ? [option("", "Nobody yet", !chosen)] : [option("", "Choose", !chosen)]), ...list];
}

/** What stands in the way, and how far back that puts the person: free, in a shift with another patient, not there. */
function said(data, person, from, to, but, patient) {
  const { day } = data;
  const mine = (other) => other.staff_id === person.id;
  const clash = [...data.visits, ...data.before].find((one) => mine(one) && `visit-${one.id}` !== but && one.status !== "Missed" && startOf(one, day) < to && endOf(one, day) > from);
  const away = data.absences.find((one) => mine(one) && minutesOf(one.from, day) < to && minutesOf(one.to, day) > from);
  const begins = (one) => minutesOf(one.start, day) ?? -Infinity;
  const ends = (one) => minutesOf(one.end, day) ?? Infinity;
  const shift = data.shifts.find((one) => mine(one) && `shift-${one.id}` !== but && one.patient_id !== patient && one.status !== "Completed" && begins(one) < to && ends(one) > from);
  if (person.status && person.status !== "Active") return { after: 2, words: person.status.toLowerCase() };
  if (away) return { after: 2, words: away.kind };
  if (clash) return { after: 2, words: `busy ${clock(startOf(clash, day))}–${clock(endOf(clash, day))}` };
  if (shift) return { after: 1, words: `in a shift ${shift.start ? clock(begins(shift)) : "open"}–${shift.end ? clock(ends(shift)) : "open"}` };
  return { after: 0, words: "free" };
}

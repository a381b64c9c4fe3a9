// Shows the full moment in Addis time under the pointer.
const FULL = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "medium", timeZone: "Africa/Addis_Ababa" });

document.addEventListener("mouseover", (event) => {
  const time = event.target.closest?.("time[datetime]:not([title])");
  const moment = new Date(time?.dateTime ?? "");
  if (time && !Number.isNaN(moment.valueOf())) time.title = `${FULL.format(moment)}, Addis Ababa`;
});

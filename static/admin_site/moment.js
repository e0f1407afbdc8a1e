// Says, while a day and a time are typed, what that is in the site’s zone and in the editor’s; and when the clocks of
// the chosen zone skip the time or show it twice. The server decides: see editorial/moments.py.

const HOUR = 3_600_000;
const clocks = new Map();

/** What clocks in `zone` show at a moment, part by part. */
function clock(zone, at) {
  if (!clocks.has(zone)) {
    clocks.set(zone, new Intl.DateTimeFormat("en-US", {
      timeZone: zone, hourCycle: "h23", weekday: "short", year: "numeric", month: "numeric", day: "numeric",
      hour: "numeric", minute: "numeric", second: "numeric",
    }));
  }
  return Object.fromEntries(clocks.get(zone).formatToParts(at).map(({ type, value }) => [type, value]));
}

/** Milliseconds that clocks in `zone` are ahead of UTC at a moment. */
function offset(zone, at) {
  const { year, month, day, hour, minute, second } = clock(zone, at);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

/** The moments at which clocks in `zone` show `wall`: one, none where they skip it, two where they go back. */
function moments(zone, wall) {
  const offsets = new Set([offset(zone, wall - 24 * HOUR), offset(zone, wall + 24 * HOUR)]);
  return [...offsets].map((ahead) => wall - ahead).filter((at) => offset(zone, at) === wall - at).sort((a, b) => a - b);
}

const MONTHS = ["Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec."];

function written(at, zone) {
  const { weekday, year, month, day, hour, minute } = clock(zone, at);
  const minutes = Math.round(offset(zone, at) / 60_000);
  const size = Math.abs(minutes);
  const two = (number) => String(number).padStart(2, "0");
  const beside = minutes ? `UTC${minutes > 0 ? "+" : "−"}${two(Math.floor(size / 60))}:${two(size % 60)}` : "UTC";
  return `${weekday}, ${MONTHS[month - 1]} ${day}, ${year}, ${two(hour)}:${two(minute)} in ${zone}${zone === "UTC" ? "" : ` (${beside})`}`;
}

function typed(day, time) {
  const date = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(day.trim());
  const hours = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(time.trim());
  if (!date || !hours || hours[1] > 23 || hours[2] > 59) return null;
  const wall = Date.UTC(date[1], date[2] - 1, date[3], hours[1], hours[2], hours[3] ?? 0);
  return new Date(wall).getUTCDate() === Number(date[3]) ? wall : null;
}

function say(moment) {
  const [day, time] = moment.querySelectorAll("input");
  const [zone, which] = moment.querySelectorAll("select");
  const wall = typed(day.value, time.value);
  const found = wall === null ? [] : moments(zone.value, wall);
  moment.querySelector(".moment__which").hidden = found.length < 2;
  const at = found.length < 2 ? found[0] : { first: found[0], second: found[1] }[which.value];
  const lines = moment.querySelector(".moment__lines");
  const { mine, site } = moment.dataset;
  const words = [];
  if (wall !== null && found.length === 0) {
    words.push(["", `There is no such time in ${zone.value} on that day: the clocks go forward and skip it.`]);
  } else if (at !== undefined) {
    words.push(["Site:", written(at, site)]);
    if (mine !== site) words.push(["You:", written(at, mine)]);
  }
  const rows = words.map(([who, text]) => {
    const row = document.createElement("li");
    const label = document.createElement("span");
    label.className = "moment__who";
    label.textContent = who;
    row.append(label, ` ${text}`);
    return row;
  });
  if (rows.map((row) => row.textContent).join() !== [...lines.children].map((row) => row.textContent).join()) {
    lines.replaceChildren(...rows);
  }
}

// Focus as well: the calendar writes into the field without an event and then gives it the focus.
for (const kind of ["input", "change", "focusin"]) {
  document.addEventListener(kind, (event) => {
    const moment = event.target.closest?.(".moment");
    if (moment) say(moment);
  });
}

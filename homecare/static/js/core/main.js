// Every page with the frame: menus, theme, shortcuts and the search over everything.
import "./session.js";
import "./frame.js";
import "../parts/search.js";
import "./keys.js";
import "./moments.js";

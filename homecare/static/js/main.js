// Every page with the frame: menus, theme, shortcuts and the search over everything.
import "./frame.js";
import "./search.js";
import "./keys.js";

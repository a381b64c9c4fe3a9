// Every page with the frame: drafts, session, menus, theme, shortcuts and the search over everything.
import "./parts/drafts.js";
import "./core/session.js";
import "./core/frame.js";
import "./core/bell.js";
import "./parts/search.js";
import "./core/keys.js";
import "./core/moments.js";

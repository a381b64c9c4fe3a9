// The home page of who delivers care: the next visit is checked in with one touch.
import "../parts/check.js";

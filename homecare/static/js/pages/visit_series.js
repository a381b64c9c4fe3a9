// Many visits at once: people are chosen by name, and the preview is where the eye goes next.
import { $, $$ } from "../core/dom.js";
import { attach } from "../parts/picker.js";

$$(".picker[data-lookup-url]").forEach(attach);
$("#draft-head")?.scrollIntoView({ block: "start" });

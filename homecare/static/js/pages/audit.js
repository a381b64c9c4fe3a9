// The audit: people and patients are chosen by name.
import { $$ } from "../core/dom.js";
import { attach } from "../parts/picker.js";

$$(".picker[data-lookup-url]").forEach(attach);

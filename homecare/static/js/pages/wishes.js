// A patient's wishes: people are found by name.
import { $$ } from "../core/dom.js";
import { attach } from "../parts/picker.js";

for (const box of $$(".picker")) attach(box);

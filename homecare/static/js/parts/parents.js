// Parents of a record: fields that choosing one fills in, and creating a new one in its own tab.
import { $, make } from "../core/dom.js";

/** Choosing a parent can fill in other fields: a visit fills in its patient, and its amount until another is typed. */
export function fillOthers(form, event) {
  for (const [column, [id, label]] of Object.entries(event.detail?.fills ?? {})) {
    const other = $(`input[name="${column}"]`, form);
    const picker = other?.closest(".picker");
    if (picker && !other.value) picker.dispatchEvent(new CustomEvent("picked", { detail: { id, label } }));
    else if (other && !picker && (!other.value || other.value === other.dataset.filled)) {
      other.value = other.dataset.filled = id;
      other.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
}

/** A new parent is created in its own tab, which reports the save. This form stays unchanged. */
export function offerNew(box) {
  const name = `picker-${Math.random().toString(36).slice(2, 12)}`;
  const link = make("a", { className: "picker-new", href: `${box.dataset.newUrl}?picker=${name}`, target: "_blank", textContent: "Create new" });
  link.setAttribute("aria-label", `Create new ${box.closest(".field").querySelector("label").firstChild.textContent.trim().toLowerCase()}, in a new tab`);
  const begin = (event) => {
    event.preventDefault();
    open(box.dataset.typed ? `${link.href}&named=${encodeURIComponent(box.dataset.typed)}` : link.href, name);
  };
  link.addEventListener("click", begin);
  box.addEventListener("wanted", begin);
  box.after(link);
  new BroadcastChannel(name).addEventListener("message", (event) => {
    box.dispatchEvent(new CustomEvent("picked", { detail: event.data }));
    $("[role=combobox]", box).focus();
  });
}

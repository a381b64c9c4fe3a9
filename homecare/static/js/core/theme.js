// Runs before the page is drawn, so that it never shows in the wrong theme or with the wrong menu.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = localStorage.getItem("theme");
    root.dataset.bsTheme = chosen === "light" || chosen === "dark" ? chosen : dark.matches ? "dark" : "light";
  };
  apply();
  dark.addEventListener("change", apply);
  addEventListener("storage", apply);
  addEventListener("theme-chosen", apply);
  root.classList.add("scripted");
  root.classList.toggle("folded", localStorage.getItem("menu") === "folded");
})();

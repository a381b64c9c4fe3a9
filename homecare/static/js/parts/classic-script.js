// Libraries that are no modules: they leave a name on the window.
const loaded = new Map();

/** Resolves when the script has run; it is loaded once. */
export function script(src) {
  if (!loaded.has(src)) {
    loaded.set(src, new Promise((resolve, reject) => {
      const element = document.createElement("script");
      Object.assign(element, { src, onload: resolve, onerror: () => reject(new Error(src)) });
      document.head.append(element);
    }));
  }
  return loaded.get(src);
}

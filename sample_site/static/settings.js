/** The page's settings: the stack's outputs under their own names, and the page's texts. */
export const settings = JSON.parse(document.getElementById('site-settings').textContent);

/** Tell whether the page has a text. */
export const hasText = (name) => Object.hasOwn(settings.text, `script_${name}`);

/** Return a text of the page with its {placeholders} filled in. */
export function text(name, values = {}) {
  return settings.text[`script_${name}`].replace(/\{(\w+)\}/g, (whole, key) =>
    Object.hasOwn(values, key) ? String(values[key]) : whole,
  );
}

/** What is wrong with a form, said at each field. */
import { text } from './settings.js';

/** Show the mistakes (names of texts, by field) and go to the first; tell whether there is none. */
export function markMistakes(form, mistakes) {
  for (const place of form.querySelectorAll('.mistake')) {
    const field = place.parentElement.querySelector('input, select');
    const mistake = mistakes[field.name];
    place.textContent = mistake ? text(mistake) : '';
    if (mistake) field.setAttribute('aria-invalid', 'true');
    else field.removeAttribute('aria-invalid');
  }
  form.querySelector('[aria-invalid]')?.focus();
  return Object.keys(mistakes).length === 0;
}

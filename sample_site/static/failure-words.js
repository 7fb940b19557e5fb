/** A failure in words that a visitor can act on. */
import { hasText, text } from './settings.js';

/** `failure` is `{code, …}`; `more` fills in what it does not know itself. */
export function failureWords(failure, more = {}) {
  const name = `failure_${failure?.code}`;
  return text(hasText(name) ? name : 'failure_sign_in_failed', {
    ...more,
    error: '',
    description: '',
    ...failure,
  }).trim();
}

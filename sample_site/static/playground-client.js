/** The playground's form for the sign-in: approach, flow, issuer, clients, scopes. */
import { markMistakes } from './form.js';
import { clientMistakes, isOwnIssuer } from './playground-settings.js';
import { settings, text } from './settings.js';

const FIELDS = ['issuer', 'messengerClientId', 'websiteClientId', 'maxAge', 'nonce'];

function fill(form, client) {
  for (const name of FIELDS) form.elements[name].value = client[name];
  form.elements.flow.value = client.pkce ? 'pkce' : 'code';
  form.elements.approach.value = client.approach;
  for (const box of form.elements.scopes) box.checked = box.disabled || client.scopes.includes(box.value);
}

function entered(form, scopes) {
  const offered = [...form.elements.scopes];
  const known = offered.map((box) => box.value);
  return {
    ...Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].value])),
    approach: form.elements.approach.value,
    pkce: form.elements.flow.value === 'pkce',
    // Scopes that the stack has beside the usual ones stay as they are.
    scopes: [
      ...offered.filter((box) => box.checked).map((box) => box.value),
      ...scopes.filter((scope) => !known.includes(scope)),
    ],
  };
}

/** The approaches that ask the provider themselves are out of reach with another issuer. */
function showPossible(form) {
  const own = isOwnIssuer(settings, form.elements.issuer.value);
  for (const radio of form.elements.approach) {
    radio.disabled = !settings.approaches.includes(radio.value) || (!own && radio.value !== 'endpoint');
  }
  if (!own) form.elements.approach.value = 'endpoint';
  document.getElementById('website-client-field').hidden = form.elements.approach.value !== 'separate';
}

/**
 * Fill the form in and call `signIn` with what was entered, or `forget`.
 *
 * Returns a function to be told whether the deployment wants a sign-in: `ready` or `off`. Until
 * then nobody can sign in.
 */
export function bindClientForm({ client, signIn, forget }) {
  const form = document.getElementById('client-form');
  const line = document.getElementById('client-line');
  const button = document.getElementById('client-sign-in');
  fill(form, client);
  showPossible(form);
  line.textContent = text('client_waiting');
  form.addEventListener('input', () => showPossible(form));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (button.disabled) return;
    const values = entered(form, client.scopes);
    if (markMistakes(form, clientMistakes(values))) signIn(values);
  });
  document.getElementById('client-forget').addEventListener('click', forget);
  return (answer) => {
    button.disabled = answer !== 'ready';
    line.textContent = text(`client_${answer}`);
  };
}

/** Entry of callback.html, where the provider sends its answers. */
import { answer } from './address.js';
import { failureWords } from './failure-words.js';
import { accept, safeReturn } from './openid.js';
import { short, step } from './steps.js';
import { claim, keepAnswer } from './store.js';

const home = new URL('./', location.href).href;

function explain({ code = 'sign_in_failed', details = {} }, returnTo) {
  step('failed', { code, ...details });
  document.documentElement.dataset.signIn = 'failed';
  document.getElementById('callback-line').textContent = failureWords({ code, ...details });
  document.getElementById('callback-link').href = safeReturn(returnTo, home);
  document.getElementById('callback-way').hidden = false;
}

function receive() {
  let request;
  try {
    step('returned');
    request = claim(answer.get('state'));
    step('state_checked', { state: short(request.state) });
    const { returnTo, ...accepted } = accept(request, answer);
    step('code_received', { client: request.client, code: short(accepted.code) });
    keepAnswer(accepted);
  } catch (failure) {
    const returnTo = request?.returnTo ?? failure.details?.returnTo;
    // A silent request asks on the visitor's behalf: its refusal is for the page to deal with.
    if (request?.prompt !== 'none') return explain(failure, returnTo);
    keepAnswer({ client: request.client, failure });
  }
  location.replace(safeReturn(request.returnTo, home));
}

if (window.parent !== window) {
  // In the hidden frame the page around it has the request; other origins are told nothing.
  window.parent.postMessage({ signInAnswer: answer.toString() }, location.origin);
} else if (String(answer) === '') {
  location.replace(home);
} else {
  receive();
}

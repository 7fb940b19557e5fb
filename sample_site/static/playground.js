/** Entry of the playground: Messenger and sign-in with whatever a visitor enters. */
import { thisTabsApproach, useInThisTab } from './approach.js';
import { addCopyButtons } from './copy.js';
import { browser, tab } from './memory.js';
import { loadMessenger } from './messenger-loader.js';
import { startSignIn } from './messenger-sign-in.js';
import { bindClientForm } from './playground-client.js';
import { bindDeploymentForm } from './playground-deployment.js';
import { appliedSettings, findEnvironment, ownClient } from './playground-settings.js';
import { settings, text } from './settings.js';
import { showStatus } from './status.js';
import { showTimeline } from './timeline.js';

const byId = (id) => document.getElementById(id);

const own = { deploymentId: settings.site.deploymentId, environment: settings.messengerEnvironment };
const remembered = browser.read('deployment');
// What was remembered may be of another stack, or of an environment that is gone.
const deployment = findEnvironment(settings.environments, remembered?.environment) ? remembered : own;
const client = tab.read('client');
const applied = appliedSettings(settings, settings.environments, deployment, client);
const environment = findEnvironment(settings.environments, deployment.environment);

/** Begin anew with what has been entered; `then`: what to do on the page that comes. */
function restart(then) {
  tab.keep('then', then);
  location.reload();
}

function forget() {
  browser.keep('deployment', null);
  tab.keep('client', null);
  useInThisTab(null);
  restart('tell');
}

loadMessenger({ ...environment, environment: environment.name, deploymentId: deployment.deploymentId });
addCopyButtons();
showTimeline();
showStatus(applied);
const signIn = startSignIn({ settings: applied, approach: thisTabsApproach() });

bindDeploymentForm({
  deployment,
  use(entered) {
    browser.keep('deployment', entered.deploymentId === own.deploymentId ? null : entered);
    restart(null);
  },
  useOwn() {
    browser.keep('deployment', null);
    restart(null);
  },
});
const showClient = bindClientForm({
  client: { ...(client ?? ownClient(settings)), approach: thisTabsApproach() },
  signIn({ approach, ...entered }) {
    useInThisTab(approach);
    tab.keep('client', entered);
    restart('sign-in');
  },
  forget,
});

// A switch of the language is Messenger's own affair (X4).
byId('language').addEventListener('change', ({ target }) => {
  const name = target.selectedOptions[0].textContent.trim();
  const say = (words) => () => (byId('language-line').textContent = text(words, { name }));
  window.Genesys(
    'command',
    'Messenger.configure',
    { config: { lang: target.value } },
    say('language_switched'),
    say('language_refused'),
  );
});

for (const button of document.querySelectorAll('[data-use-approach]')) {
  button.setAttribute('aria-pressed', String(button.dataset.useApproach === thisTabsApproach()));
  button.addEventListener('click', () => {
    useInThisTab(button.dataset.useApproach);
    restart('approach');
  });
}

window.Genesys('subscribe', 'GenesysJS.configurationReceived', (event) => {
  byId('language').disabled = false;
  showClient(event?.data?.deploymentConfig?.auth?.enabled ? 'ready' : 'off');
});

const then = tab.read('then');
tab.keep('then', null);
if (then === 'sign-in') signIn.signIn();
if (then === 'tell') byId('told').textContent = text('forgotten');
if (then === 'approach') {
  byId('approaches').scrollIntoView();
  byId('approaches-line').textContent = text('switched_approach');
}

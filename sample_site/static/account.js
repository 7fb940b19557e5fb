/** Entry of the account page: tells the contact centre which order a conversation is about. */
import { bytesOf, command, MOST_BYTES, setAttributes } from './attributes.js';
import { startSignIn } from './messenger-sign-in.js';
import { settings, text } from './settings.js';
import { showStatus } from './status.js';
import { showTimeline } from './timeline.js';

const byId = (id) => document.getElementById(id);
const orders = [...document.querySelectorAll('[data-order]')];

let attributes = { site: settings.site.name, page: 'account' };

/** Dates and amounts as the site's language writes them. */
function localize() {
  const language = settings.site.defaultLanguage;
  for (const time of document.querySelectorAll('.order time')) {
    time.textContent = new Date(time.dateTime).toLocaleDateString(language, { dateStyle: 'medium', timeZone: 'UTC' });
  }
  for (const amount of document.querySelectorAll('[data-amount]')) {
    const format = { style: 'currency', currency: 'EUR' };
    amount.textContent = Number(amount.dataset.amount).toLocaleString(language, format);
  }
}

function row([name, value]) {
  const pair = document.createElement('div');
  pair.append(
    Object.assign(document.createElement('dt'), { textContent: name }),
    Object.assign(document.createElement('dd'), { textContent: value }),
  );
  return pair;
}

function show(line) {
  byId('attributes').replaceChildren(...Object.entries(attributes).map(row));
  byId('attributes-size').textContent = text('attributes_size', {
    bytes: bytesOf(attributes),
    most: MOST_BYTES,
  });
  byId('attributes-line').textContent = line;
  for (const button of orders) {
    button.setAttribute('aria-pressed', String(button.dataset.order === attributes.orderNumber));
  }
}

/** What was set before stays, on the page as well as in Messenger, when these are refused. */
async function set(wanted) {
  try {
    await setAttributes(wanted);
  } catch (refusal) {
    byId('attributes-line').dataset.mistake = '';
    byId('attributes-line').textContent = refusal.message;
    return false;
  }
  delete byId('attributes-line').dataset.mistake;
  attributes = wanted;
  show(text('attributes_are_set'));
  return true;
}

async function ask({ dataset }) {
  const order = {
    orderNumber: dataset.order,
    orderState: dataset.orderState,
    orderPlaced: dataset.orderPlaced,
  };
  // A visitor who has Messenger open already sees it; there is nothing to say about that.
  if (await set({ ...attributes, ...order })) await command('Messenger.open', {}).catch(() => {});
}

for (const button of orders) button.addEventListener('click', () => ask(button));
byId('attributes-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const { note: _, ...others } = attributes;
  const note = byId('attributes-note').value.trim();
  set(note ? { ...others, note } : others);
});

localize();
showTimeline();
showStatus();
startSignIn();
show('');
// Ahead of the first message, and once more when a sign-out has emptied the store.
for (const event of ['Database.ready', 'Database.removed']) {
  window.Genesys?.('subscribe', event, () => set(attributes));
}

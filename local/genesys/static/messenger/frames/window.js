/** The chat window: shows the newest state, tells what the visitor does. */

import { byId, connect, dress } from './port.js';

const TYPING_PAUSE_MS = 3000;

const dialog = byId('dialog');
const log = byId('log');
const field = byId('message');
const question = byId('question');
let state;
let lastTyping = 0;
let isAtEnd = true;

const send = connect({
  state: (message) => render(message.state),
  focus: () => {
    window.focus();
    focusFirst();
  },
});

// What the visitor does ---------------------------------------------------------------------------

byId('close').addEventListener('click', () => send('close'));
byId('gate-action').addEventListener('click', () => send('signIn'));
byId('ended-action').addEventListener('click', () => send('goOn'));
byId('step-up').addEventListener('click', () => send('stepUp'));
byId('clear').addEventListener('click', () => ask(true));
byId('question-no').addEventListener('click', () => ask(false));
byId('question-yes').addEventListener('click', () => {
  ask(false);
  send('clear');
});

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || event.isComposing) {
    return;
  }
  if (question.hidden) {
    send('close');
  } else {
    ask(false);
  }
});

byId('form').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (text !== '') {
    send('send', { text });
    field.value = '';
    fit();
  }
  field.focus();
});

field.addEventListener('keydown', (event) => {
  // While an input method composes, Enter takes its proposal.
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    byId('form').requestSubmit();
  }
});

field.addEventListener('input', () => {
  fit();
  if (Date.now() - lastTyping > TYPING_PAUSE_MS) {
    lastTyping = Date.now();
    send('typing');
  }
});

// Whoever reads at the end stays there, whatever the window's size becomes.
log.addEventListener('scroll', () => {
  isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
});
new ResizeObserver(() => isAtEnd && toEnd()).observe(log);

function toEnd() {
  log.scrollTop = log.scrollHeight;
}

function ask(isOpen) {
  question.hidden = !isOpen;
  (isOpen ? byId('question-no') : byId('clear')).focus();
}

function focusFirst() {
  const places = [byId('gate-action'), byId('ended-action'), field, byId('close')];
  places.find((one) => one.checkVisibility() && !one.disabled)?.focus();
}

/** As high as its words, up to five lines. */
function fit() {
  field.style.height = 'auto';
  field.style.height = `${Math.min(field.scrollHeight + 2, 140)}px`;
}

// What there is to see ----------------------------------------------------------------------------

function render(newest) {
  const hadFocus = document.activeElement;
  const before = state;
  state = newest;
  dress(state);
  writeTexts(state.texts);
  renderGate(state.gate);
  byId('banner').textContent = state.banner;
  byId('clear').hidden = !state.canClear || state.messages.length === 0;
  byId('step-up').hidden = !state.canStepUp;
  byId('ended').hidden = state.ending === '';
  byId('ended-action').textContent = state.ending;
  byId('form').hidden = state.ending !== '';
  byId('typing').hidden = state.typing === '';
  byId('typing-text').textContent = state.typing;
  if (!state.canClear) {
    question.hidden = true;
  }
  renderLog(state);
  // What had the focus may be gone, or the way be free: then on to where the visitor can go on.
  const isFree = before?.gate && !state.gate;
  const isGone = hadFocus !== document.body && !hadFocus.checkVisibility();
  if (document.hasFocus() && (isFree || isGone)) {
    focusFirst();
  }
}

function writeTexts(texts) {
  byId('title').textContent = texts.title;
  byId('subtitle').textContent = texts.subtitle;
  byId('label').textContent = texts.message;
  byId('question-text').textContent = texts.clearQuestion;
  byId('question-yes').textContent = texts.clearYes;
  byId('question-no').textContent = texts.clearNo;
  byId('step-up').textContent = texts.stepUp;
  field.placeholder = texts.placeholder;
  log.setAttribute('aria-label', texts.conversation);
  for (const [id, text] of [['close', texts.close], ['clear', texts.clear], ['send', texts.send]]) {
    byId(id).setAttribute('aria-label', text);
    byId(id).title = text;
  }
}

function renderGate(gate) {
  byId('gate').hidden = gate === null;
  byId('talk').hidden = gate !== null;
  dialog.setAttribute('aria-busy', String(gate?.isBusy ?? false));
  byId('gate').classList.toggle('busy', gate?.isBusy ?? false);
  byId('gate-title').textContent = gate?.title ?? '';
  byId('gate-text').textContent = gate?.text ?? '';
  byId('gate-action').textContent = gate?.action ?? '';
  byId('gate-action').hidden = !gate?.action;
}

/** Changes only what has changed, so that a screen reader says nothing twice. */
function renderLog({ messages, texts }) {
  const shown = new Map([...log.children].map((one) => [one.dataset.id, one]));
  const count = shown.size;
  const wanted = messages.length === 0 ? [emptyNote(texts)] : messages.map((message) => {
    const known = shown.get(message.id);
    return known ? updated(known, message, texts) : made(message, texts);
  });
  for (const one of shown.values()) {
    if (!wanted.includes(one)) {
      one.remove();
    }
  }
  wanted.forEach((one, at) => {
    if (log.children[at] !== one) {
      log.insertBefore(one, log.children[at] ?? null);
    }
  });
  if (isAtEnd || count !== wanted.length) {
    toEnd();
  }
}

function emptyNote(texts) {
  const note = log.querySelector('.empty') ?? element('p', 'empty');
  note.textContent = texts.empty;
  return note;
}

function made(message, texts) {
  const item = element('article', `message ${message.own ? 'own' : 'other'}`);
  item.dataset.id = message.id;
  const who = message.own ? texts.you : message.name || texts.agent;
  item.append(element('p', 'who', who), element('p', 'text', message.text), element('p', 'state'));
  item.querySelector('.text').dir = 'auto';
  return updated(item, message, texts);
}

function updated(item, message, texts) {
  const label = item.querySelector('.state');
  if (item.dataset.status !== message.status) {
    item.dataset.status = message.status;
    label.replaceChildren(...stateOf(message, texts));
  }
  return item;
}

function stateOf({ id, status, time }, texts) {
  if (status === 'sending') {
    return [texts.sending];
  }
  if (status === 'failed') {
    const again = element('button', 'again', texts.again);
    again.type = 'button';
    again.addEventListener('click', () => send('sendAgain', { id }));
    return [element('span', 'not-sent', texts.notSent), again];
  }
  const clock = element('time', '');
  clock.dateTime = new Date(time).toISOString();
  clock.textContent = new Date(time).toLocaleTimeString(document.documentElement.lang, {
    hour: '2-digit',
    minute: '2-digit',
  });
  return [clock];
}

function element(name, className, text = '') {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

/** The launcher's button. */

import { byId, connect, dress } from './port.js';

const button = byId('launcher');
const own = byId('own');
const send = connect({
  state: ({ state }) => render(state),
  focus: () => {
    window.focus();
    button.focus();
  },
});

button.addEventListener('click', () => send('press'));
// Words and fonts make it wider or narrower, and the frame has to follow.
new ResizeObserver(() => send('size', { width: button.offsetWidth + 12 })).observe(button);

function render(state) {
  dress(state);
  const { texts, expanded, unread, displayType, iconUrl } = state;
  const withPicture = displayType !== 'Text' || expanded;
  const withWords = displayType !== 'Icon' && !expanded;
  button.setAttribute('aria-expanded', String(expanded));
  button.setAttribute('aria-label', label(texts, expanded, unread));
  byId('picture').hidden = !withPicture;
  byId('words').hidden = !withWords;
  byId('words').textContent = texts.launcher;
  showIcon(iconUrl);
  byId('unread').hidden = unread === 0 || expanded;
  byId('unread').textContent = unread > 9 ? '9+' : String(unread);
}

function label(texts, expanded, unread) {
  if (expanded) {
    return texts.close;
  }
  return unread > 0 ? texts.unread.replace('{count}', unread) : texts.open;
}

function showIcon(url) {
  // Only what the frame's policy lets through; else the picture of its own stays.
  const usable = url.startsWith('https://');
  own.hidden = !usable;
  button.querySelector('.talk').toggleAttribute('hidden', usable);
  if (usable && own.src !== url) {
    own.src = url;
  }
}

/** Gives each value that is worth copying a button, and says aloud what happened. */
import { text } from './settings.js';

const SECONDS_SHOWN = 2;

function announce(words) {
  document.getElementById('announcement').textContent = words;
}

async function copy(element, button) {
  const label = element.dataset.copy;
  try {
    await navigator.clipboard.writeText(element.textContent);
  } catch {
    // No clipboard without https, or not allowed: leave the value ready to be copied by hand.
    getSelection().selectAllChildren(element);
    announce(text('copy_failed', { label }));
    return;
  }
  announce(text('copied_label', { label }));
  button.textContent = text('copied');
  button.dataset.copied = '';
  setTimeout(() => {
    button.textContent = text('copy');
    delete button.dataset.copied;
  }, SECONDS_SHOWN * 1000);
}

/** Add the buttons. Without script there are none, so none of them is ever dead. */
export function addCopyButtons() {
  for (const element of document.querySelectorAll('[data-copy]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.textContent = text('copy');
    button.setAttribute('aria-label', text('copy_label', { label: element.dataset.copy }));
    button.addEventListener('click', () => copy(element, button));
    (element.closest('pre') ?? element).after(button);
  }
}

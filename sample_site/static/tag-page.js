/** Entry of the tag manager page: fires the tag as a tag manager would, when it is asked to. */
import { addCopyButtons } from './copy.js';
import { tab } from './memory.js';
import { startSignIn } from './messenger-sign-in.js';
import { showStatus } from './status.js';
import { showTimeline } from './timeline.js';

addCopyButtons();
showTimeline();

function start() {
  showStatus();
  startSignIn();
}

const button = document.getElementById('fire');

function fire() {
  button.disabled = true;
  // From now on at each load of the page, as a tag manager does: sign-ins lead away and back.
  tab.keep('fired', true);
  const tag = document.getElementById('messenger-tag').content;
  document.body.append(document.importNode(tag, true));
  // The tag waits for the rest of the page, so its listener is ahead of this one.
  if (document.readyState === 'complete') start();
  else addEventListener('load', start);
}

button.addEventListener('click', fire);
if (tab.read('fired')) fire();
